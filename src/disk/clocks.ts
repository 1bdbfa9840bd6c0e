/** File systems stamp with a clock that stands still for one tick, ns: 10 ms at 100 Hz, the slowest that kernels use. */
export const tickNanos = 10_000_000n

/** File systems and this process may differ about the time by this, ms: what changed later than that is not relied on. */
export const clockSlackMillis = 100
