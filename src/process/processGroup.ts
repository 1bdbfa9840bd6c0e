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
 * long as it can be signalled.
 */
export const groupMembers = (group: number): ReadonlyArray<number> => {
  if (!exists(group)) return []
  try {
    return FileSystem.readdirSync("/proc").map(Number).filter((pid) => isMember(group, pid))
  } catch {
    return [group]
  }
}

/**
 * Tells, whenever it is called, whether anything of a process group is alive. All processes of the system are looked at
 * only when those that are known to be of the group are dead: that takes milliseconds, and more on a busy machine.
 */
export const watchGroup = (group: number): () => boolean => {
  let known: ReadonlyArray<number> = [group, ...descendants(group)]
  return () => {
    if (!exists(group)) return false
    if (!known.some((pid) => isMember(group, pid))) known = groupMembers(group)
    return known.length > 0
  }
}

/** Whether there is a process in it, be it a zombie. */
const exists = (group: number): boolean => {
  try {
    process.kill(-group, 0)
    return true
  } catch {
    return false
  }
}

/** Source: proc(5), `/proc/[pid]/stat` fields 3 (state), 5 (pgrp) and 6 (session). */
const isMember = (group: number, pid: number): boolean => {
  if (!Number.isInteger(pid)) return false
  try {
    const stat = FileSystem.readFileSync(`/proc/${pid}/stat`, "latin1")
    // The command name is in parentheses and may hold anything; the fields start behind the last one.
    const [state, , pgrp, session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
    return pgrp === String(group) && session === String(group) && state !== "Z" && state !== "X"
  } catch {
    return false
  }
}

/** What a process has started and what that has started, as far as it has not been left by its parent. */
const descendants = (pid: number): ReadonlyArray<number> => {
  try {
    const text = FileSystem.readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1")
    return text.split(" ").filter((word) => word !== "").map(Number).flatMap((child) => [child, ...descendants(child)])
  } catch {
    return []
  }
}
