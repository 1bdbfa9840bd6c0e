// @effect-diagnostics nodeBuiltinImport:off -- watches the event loop of Node
import { monitorEventLoopDelay } from "node:perf_hooks"

/** How often it is looked whether the thread stands still, ms. */
const resolutionMillis = 1

/** For how long other requests had to wait for the thread of this process while requests ran. */
export interface Standstill {
  /** From now on a request runs. */
  readonly begin: () => void
  /** No request runs any more. */
  readonly end: () => void
  /** 99 % were shorter, in the worst of the times in which requests ran; and the longest of all; ms. */
  readonly read: () => { readonly p99: number; readonly max: number }
}

/** Costs nothing while no request runs. */
export const watchStandstill = (): Standstill => {
  let worst = { p99: 0, max: 0 }
  let now: ReturnType<typeof monitorEventLoopDelay> | undefined
  /** It measures from one look to the next. */
  const millis = (nanos: number) => Math.max(0, Math.round(nanos / 100_000 - resolutionMillis * 10) / 10)
  const read = () =>
    now === undefined || now.count === 0
      ? worst
      : { p99: Math.max(worst.p99, millis(now.percentile(99))), max: Math.max(worst.max, millis(now.max)) }
  return {
    begin: () => {
      // A new one each time: one that is enabled again takes the pause for a stand-still.
      now = monitorEventLoopDelay({ resolution: resolutionMillis })
      now.enable()
    },
    end: () => {
      worst = read()
      now?.disable()
      now = undefined
    },
    read
  }
}
