import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/**
 * Time by the clock that nobody sets, ms: for what took how long, and for all that has a deadline. Other processes of the
 * machine have the same. Source: clock_gettime(2), `CLOCK_MONOTONIC`; the Node manual, `process.hrtime`.
 */
export const monotonicMillis: Effect.Effect<number> = Effect.map(
  Clock.monotonicTimeNanos,
  (nanos) => Math.round(Number(nanos) / 1e6)
)
