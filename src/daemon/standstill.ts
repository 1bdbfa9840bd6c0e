// @effect-diagnostics nodeBuiltinImport:off -- the processor time of a thread of Node
import { createHistogram } from "node:perf_hooks"
import { watchTurns } from "./shortTurns.ts"

/** 99 % were shorter, and the longest of all; ms. */
interface Extremes {
  readonly p99: number
  readonly max: number
}

/** For how long sockets and timers had to wait for the thread of this process while requests ran. */
export interface Standstill {
  /** From now on a request runs. */
  readonly begin: () => void
  /** No request runs any more. */
  readonly end: () => void
  /**
   * `wall`: turns of fibers by the clock, of which other processes had most on a busy machine. `cpu`: processor time that
   * the thread used for a turn and all it did since the one before, which is its own doing.
   */
  readonly read: () => { readonly wall: Extremes; readonly cpu: Extremes }
}

/** Costs nothing while no request runs, and no waking up: a timer of 1 ms would take 1–4 % of a processor. */
export const watchStandstill = (): Standstill => {
  const [wall, cpu] = [createHistogram(), createHistogram()]
  let before = 0
  const ended = (beganMillis: number) => {
    const now = cpuMicros()
    wall.record(micros((performance.now() - beganMillis) * 1000))
    cpu.record(micros(now - before))
    before = now
  }
  return {
    begin: () => {
      before = cpuMicros()
      watchTurns(ended)
    },
    end: () => watchTurns(undefined),
    read: () => ({ wall: extremes(wall), cpu: extremes(cpu) })
  }
}

/** Of the thread, so far; of the whole process where Node does not tell (before 23.9). */
const cpuMicros = (): number => {
  const { threadCpuUsage = process.cpuUsage }: Partial<NodeJS.Process> = process
  const { system, user } = threadCpuUsage()
  return system + user
}

/** A histogram takes integers from 1 on. */
const micros = (value: number): number => Math.max(1, Math.round(value))

const extremes = (histogram: ReturnType<typeof createHistogram>): Extremes =>
  histogram.count === 0 ? { p99: 0, max: 0 } : { p99: millis(histogram.percentile(99)), max: millis(histogram.max) }

const millis = (micros: number): number => Math.round(micros / 100) / 10
