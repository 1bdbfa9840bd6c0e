// @effect-diagnostics nodeBuiltinImport:off -- reads /proc, which no Effect service models
import * as FileSystem from "node:fs"

/** Sends a signal to a whole process group. A group that is gone is no error. */
export const signalGroup = (group: number, signal: "SIGTERM" | "SIGKILL"): void => {
  try {
    process.kill(-group, signal)
  } catch {
    // ESRCH: nothing is left of it. EPERM cannot happen for a group of our own children.
  }
}

/**
 * The living members of a process group. A zombie is dead: in a container PID 1 may never reap it, and `kill(-group, 0)`
 * goes on succeeding for it (measured: 1 s and more). Where there is no `/proc` the group counts as one member for as
 * long as it can be signalled. Source: proc(5), `/proc/[pid]/stat` fields 3 (state), 5 (pgrp) and 6 (session).
 */
export const groupMembers = (group: number): ReadonlyArray<number> => {
  try {
    process.kill(-group, 0)
  } catch {
    return []
  }
  let entries: ReadonlyArray<string>
  try {
    entries = FileSystem.readdirSync("/proc")
  } catch {
    return [group]
  }
  return entries.flatMap((entry) => {
    const pid = Number(entry)
    if (!Number.isInteger(pid)) return []
    try {
      const stat = FileSystem.readFileSync(`/proc/${entry}/stat`, "latin1")
      // The command name is in parentheses and may hold anything; the fields start behind the last one.
      const [state, , pgrp, session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
      return pgrp === String(group) && session === String(group) && state !== "Z" && state !== "X" ? [pid] : []
    } catch {
      return []
    }
  })
}
