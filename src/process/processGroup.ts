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
  if (!hasGroup(group)) return []
  try {
    return FileSystem.readdirSync("/proc").map(Number).filter((pid) => isMember(group, pid))
  } catch {
    return [group]
  }
}

/**
 * Sends TERM to a process group, and tells, whenever the result is called, whether anything of it is alive. All processes of
 * the system are looked at only when those that are known to be of the group are dead: that takes milliseconds, and more on a
 * busy machine. What is found then was just being started by one that holds back signals meanwhile, as `posix_spawn` does
 * (source: glibc 2.36, `sysdeps/unix/sysv/linux/spawni.c`), and gets its own TERM: more than one, seldomer and seldomer, for a
 * shell's child loses what comes before it is another program.
 */
export const endGroup = (group: number): () => boolean => {
  let known: ReadonlyArray<number> = [group, ...descendants(group)]
  let looks = 0
  signalGroup(group, "SIGTERM")
  return () => {
    if (!hasGroup(group)) return false
    const alive = known.filter((pid) => isMember(group, pid))
    known = alive.length > 0 ? alive : groupMembers(group)
    if (alive.length > 0 && looks === 0) return true
    looks++
    if ((looks & (looks - 1)) === 0) { for (const pid of known) signalMember(pid) }
    return known.length > 0
  }
}

const signalMember = (pid: number): void => {
  try {
    process.kill(pid, "SIGTERM")
  } catch {
    // It has gone meanwhile.
  }
}

/** Whether there is a process in a group, be it a zombie. */
export const hasGroup = (group: number): boolean => {
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
