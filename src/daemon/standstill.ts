// @effect-diagnostics nodeBuiltinImport:off -- the processor time of a thread of Node
import { createHistogram } from "node:perf_hooks"
import { watchTurns } from "./shortTurns.ts"

/** 99 % were shorter, and the longest of all; ms. */
interface Extremes {
  readonly p99: number
  readonly max: number
}

/** Turns are counted apart up to so many ms. */
const longestCounted = 20

/** For how long sockets and timers had to wait for the thread of this process while requests ran. */
export interface Standstill {
  /** From now on a request runs. */
  readonly begin: () => void
  /** No request runs any more. */
  readonly end: () => void
  /**
   * `wall`: turns of fibers by the clock, of which other processes had most on a busy machine. `cpu`: processor time that
   * the thread used for a turn and all it did since the one before, which is its own doing. `cpuTurns`: how many of them took less
   * than 1 ms, less than 2, and so on.
   */
  readonly read: () => { readonly wall: Extremes; readonly cpu: Extremes; readonly cpuTurns: ReadonlyArray<number> }
}

/** Costs nothing while no request runs, and no waking up: a timer of 1 ms would take 1–4 % of a processor. */
export const watchStandstill = (): Standstill => {
  const [wall, cpu] = [createHistogram(), createHistogram()]
  const cpuTurns = Array.from({ length: longestCounted + 1 }, () => 0)
  let before = used()
  const ended = (beganMillis: number) => {
    const now = used()
    // The system tells a thread what it has used up to the last tick of its clock only, 4 ms ago or less: one that it tells at
    // once with what came before may be less than it says. It has used no more than it was awake.
    const own = Math.min(now.cpuMicros - before.cpuMicros, now.awakeMicros - before.awakeMicros)
    wall.record(micros((performance.now() - beganMillis) * 1000))
    cpu.record(micros(own))
    cpuTurns[Math.min(longestCounted, Math.floor(own / 1000))]!++
    before = now
  }
  return {
    begin: () => {
      before = used()
      watchTurns(ended)
    },
    end: () => watchTurns(undefined),
    read: () => ({ wall: extremes(wall), cpu: extremes(cpu), cpuTurns })
  }
}

/**
 * What the thread has used so far: processor time (of the whole process where Node does not tell, before 23.9), and the time in
 * which it did not wait for something to happen. Source: getrusage(2), `RUSAGE_THREAD`; measured on Linux 6.18.
 */
const used = () => {
  const { threadCpuUsage = process.cpuUsage }: Partial<NodeJS.Process> = process
  const { system, user } = threadCpuUsage()
  return { cpuMicros: system + user, awakeMicros: performance.eventLoopUtilization().active * 1000 }
}

/** A histogram takes integers from 1 on. */
const micros = (value: number): number => Math.max(1, Math.round(value))

const extremes = (histogram: ReturnType<typeof createHistogram>): Extremes =>
  histogram.count === 0 ? { p99: 0, max: 0 } : { p99: millis(histogram.percentile(99)), max: millis(histogram.max) }

const millis = (micros: number): number => Math.round(micros / 100) / 10
