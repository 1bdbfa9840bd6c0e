import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import { Subprocess } from "../process/Subprocess.ts"
import { runCommand, type RunsCommand } from "./Compiler.ts"

/** Links at once: one link-time optimisation may take hundreds of MB. */
const poolSize = 2

/** Links, and makes archives and images. */
export class Linker extends Context.Service<Linker, RunsCommand>()("fbuild/exec/Linker") {
  /** The linker that the action names, as a child process, in a pool smaller than `Jobs`. */
  static readonly layer = Layer.effect(
    Linker,
    Effect.gen(function*() {
      const subprocess = yield* Subprocess
      const pool = yield* Semaphore.make(poolSize)
      return Linker.of({
        run: (action, stage, cwd) => {
          const command = runCommand(subprocess, stage, action, cwd)
          return action.mnemonic === "Link" ? pool.withPermit(command) : command
        }
      })
    })
  )
}
