// @effect-diagnostics nodeBuiltinImport:off -- depends on nothing but Node, and little of it: users wait for its start
import { readdirSync, readFileSync } from "node:fs"

/** How often to look at a daemon that has not answered yet, ms. */
export const lookMillis = 250
/** It hangs when it has done nothing, nor been about to, for so many looks after the first. */
const idleLooks = 2
/** It hangs when it has had the processor for so long and not answered, ticks of 10 ms: its turns take 5 ms, seldom 20. */
const longestTicks = 40
/** Whatever it does, it has not answered after so many looks. */
const looks = 20

/**
 * To be called every `lookMillis` that a daemon has not answered; `true` once it hangs. One that is only slow waits for a processor or
 * a disk, or has just had one: on a busy machine it is not taken for one that hangs before 5 s are over. One that stands still
 * is known after 750 ms, as is one that goes round in circles where nobody else wants the processor. `folder`: of the daemon.
 */
export const watchAnswer = (folder: string): () => boolean => {
  let [looked, idle, first, before] = [0, 0, 0, -1]
  return () => {
    if (++looked >= looks) return true
    const thread = mainThread(folder)
    if (thread === undefined) return false
    const { state, ticks } = thread
    idle = state === "R" || state === "D" || ticks !== before ? 0 : idle + 1
    before = ticks
    if (looked === 1) first = ticks
    return idle >= idleLooks || ticks - first >= longestTicks
  }
}

/** How often to look at a daemon that has not said that it has heard of a signal, ms. */
export const deafMillis = 20
/** So much processor time and still not heard: it goes round in circles, ticks. */
const deafTicks = 12

/**
 * To be called every `deafMillis` that a daemon has not heard of a signal: its pid, once it goes round in circles. Nothing but
 * to kill it ends what it runs.
 */
export const watchDeaf = (folder: string): () => number | undefined => {
  const first = mainThread(folder)
  return () => {
    const now = mainThread(folder)
    if (first === undefined || now?.pid !== first.pid) return undefined
    return now.ticks - first.ticks >= deafTicks ? now.pid : undefined
  }
}

/** `undefined` where the system does not tell. Source: proc(5), `/proc/[pid]/stat` fields 3 (state), 14 and 15 (processor time). */
const mainThread = (folder: string) => {
  try {
    const pid = Number.parseInt(readdirSync(`${folder}/claims`)[0]!, 10)
    const stat = readFileSync(`/proc/${pid}/task/${pid}/stat`, "latin1")
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
    return { pid, state: fields[0]!, ticks: Number(fields[11]) + Number(fields[12]) }
  } catch {
    return undefined
  }
}
