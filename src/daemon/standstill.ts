// @effect-diagnostics nodeBuiltinImport:off globalTimers:off -- watches the event loop of Node
import { createHistogram } from "node:perf_hooks"

/** How often it is looked whether the thread stands still, ms. */
const resolutionMillis = 1

/** 99 % were shorter, and the longest of all; ms. */
interface Extremes {
  readonly p99: number
  readonly max: number
}

/** For how long other requests had to wait for the thread of this process while requests ran. */
export interface Standstill {
  /** From now on a request runs. */
  readonly begin: () => void
  /** No request runs any more. */
  readonly end: () => void
  /**
   * `wall`: by the clock, most of which other processes had on a busy machine. `cpu`: processor time that this thread used
   * from one look to the next, which is its own doing.
   */
  readonly read: () => { readonly wall: Extremes; readonly cpu: Extremes }
}

/** Looks whenever timers have their turn, at most once a millisecond. Costs nothing while no request runs. */
export const watchStandstill = (): Standstill => {
  const [wall, cpu] = [createHistogram(), createHistogram()]
  let timer: ReturnType<typeof setInterval> | undefined
  let [wallThen, cpuThen] = [0, 0]
  const look = () => {
    const [wallNow, cpuNow] = [performance.now(), cpuMillis()]
    wall.record(nanos(wallNow - wallThen - resolutionMillis))
    cpu.record(nanos(cpuNow - cpuThen))
    wallThen = wallNow
    cpuThen = cpuNow
  }
  return {
    begin: () => {
      wallThen = performance.now()
      cpuThen = cpuMillis()
      timer = setInterval(look, resolutionMillis)
    },
    end: () => clearInterval(timer),
    read: () => ({ wall: extremes(wall), cpu: extremes(cpu) })
  }
}

/** Of the thread, so far; of the whole process where Node does not tell (before 23.9). */
const cpuMillis = (): number => {
  const { threadCpuUsage = process.cpuUsage }: Partial<NodeJS.Process> = process
  const { system, user } = threadCpuUsage()
  return (system + user) / 1000
}

const nanos = (millis: number): number => Math.max(1, Math.round(millis * 1e6))

const extremes = (histogram: ReturnType<typeof createHistogram>): Extremes =>
  histogram.count === 0 ? { p99: 0, max: 0 } : { p99: millis(histogram.percentile(99)), max: millis(histogram.max) }

const millis = (nanos: number): number => Math.round(nanos / 100_000) / 10
