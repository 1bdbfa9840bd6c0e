// @effect-diagnostics nodeBuiltinImport:off -- reads /proc, which no Effect service models
import * as Effect from "effect/Effect"
import * as FileSystem from "node:fs"

/** How many processes are looked at before other fibers have their turn. */
const atOnce = 16

/**
 * KILLs every process that has a variable (`NAME=value`) in the environment it was started with: those that have left the
 * group of their command, and with it the reach of signals. Completes when none is left. Where there is no /proc it does
 * nothing. Source: proc(5), `/proc/[pid]/environ`.
 */
export const endMarked = (variable: string): Effect.Effect<void> =>
  Effect.gen(function*() {
    while (true) {
      let found = false
      for (const [index, pid] of processes().entries()) {
        if (index % atOnce === 0) yield* Effect.yieldNow
        if (hasVariable(pid, variable)) found = kill(pid) || found
      }
      if (!found) return
      yield* Effect.sleep(1)
    }
  })

const processes = (): ReadonlyArray<number> => {
  try {
    return FileSystem.readdirSync("/proc").map(Number).filter((pid) => pid > 0 && pid !== process.pid)
  } catch {
    return []
  }
}

/** A dead process that nobody has asked for its status has no environment any more. */
const hasVariable = (pid: number, variable: string): boolean => {
  try {
    return `\0${FileSystem.readFileSync(`/proc/${pid}/environ`, "latin1")}`.includes(`\0${variable}\0`)
  } catch {
    return false
  }
}

const kill = (pid: number): boolean => {
  try {
    return process.kill(pid, "SIGKILL")
  } catch {
    return false
  }
}
