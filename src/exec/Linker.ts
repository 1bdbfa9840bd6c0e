import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Subprocess } from "../process/Subprocess.ts"
import { runCommand, type RunsCommand } from "./Compiler.ts"

/** Links, and makes archives and images. */
export class Linker extends Context.Service<Linker, RunsCommand>()("fbuild/exec/Linker") {
  /** The linker that the action names, as a child process. */
  static readonly layer = Layer.effect(
    Linker,
    Effect.map(
      Subprocess,
      (subprocess) => Linker.of({ run: (action, stage, cwd) => runCommand(subprocess, stage, action, cwd) })
    )
  )
}
