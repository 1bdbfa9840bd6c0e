// @effect-diagnostics nodeBuiltinImport:off -- the numbers of signals
import { constants } from "node:os"
import type { ExitStatus } from "./Subprocess.ts"

const signals = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]))

/** What a shell's `$?` means: over 128 it is a signal. Source: POSIX, "Exit Status for Commands". */
export const statusOf = (code: number): ExitStatus => {
  const signal = code > 128 ? signals.get(code - 128) : undefined
  return signal === undefined ? { _tag: "Exited", code } : { _tag: "Signaled", signal }
}
