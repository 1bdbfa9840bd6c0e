import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type Action, subjectOf } from "../plan/Action.ts"
import { buildVariable, type ResourceUsage, type SpawnFailed, Subprocess } from "../process/Subprocess.ts"
import { CommandFailed } from "./ActionError.ts"
import type { Stage } from "./Stage.ts"

/** What a command that succeeded printed on stdout and on stderr. */
export interface CommandOutput {
  readonly stdout: string
  readonly stderr: string
  readonly usage?: ResourceUsage
}

/** Runs one command of the graph in its stage. */
export interface RunsCommand {
  readonly run: (action: Action, stage: Stage, cwd: string) => Effect.Effect<CommandOutput, CommandFailed | SpawnFailed>
}

/** Compiles one translation unit. */
export class Compiler extends Context.Service<Compiler, RunsCommand>()("fbuild/exec/Compiler") {
  /** The compiler that the action names, as a child process. */
  static readonly layer = Layer.effect(
    Compiler,
    Effect.map(
      Subprocess,
      (subprocess) => Compiler.of({ run: (action, stage, cwd) => runCommand(subprocess, colored(stage), action, cwd) })
    )
  )

  /** The same, started through a wrapper that keeps a cache of its own (ccache, sccache). */
  static readonly wrapped = (program: string, env: Readonly<Record<string, string>>) =>
    Layer.effect(
      Compiler,
      Effect.map(Subprocess, (subprocess) =>
        Compiler.of({
          run: (action, stage, cwd) => {
            const { argv } = colored(stage)
            return runCommand(subprocess, { ...stage, argv: [program, ...argv] }, action, cwd, env)
          }
        }))
    )
}

/**
 * Always in colour, and taken out where it is shown without: what a compiler said is kept with its object, and both must
 * not depend on where the build was started.
 */
const colored = (stage: Stage): Stage => {
  const [program, ...args] = stage.argv
  return program === undefined ? stage : { ...stage, argv: [program, "-fdiagnostics-color=always", ...args] }
}

/** Starts the command of an action in its stage and waits for its end. */
export const runCommand = Effect.fnUntraced(function*(
  subprocess: Subprocess["Service"],
  stage: Stage,
  action: Action,
  cwd: string,
  /** Variables besides those of the action. */
  more: Readonly<Record<string, string>> = {}
): Effect.fn.Return<CommandOutput, CommandFailed | SpawnFailed> {
  const [program = "", ...args] = stage.argv
  const env = { ...more, ...action.env, TMPDIR: stage.temporary, [buildVariable]: stage.dir }
  const completed = yield* subprocess.run({ argv: [program, ...args], cwd, env })
  const { status } = completed
  const stdout = finalNames(completed.stdout, stage)
  const stderr = finalNames(completed.stderr, stage)
  if (status._tag === "Exited" && status.code === 0) {
    return { stdout, stderr, ...(completed.usage === undefined ? {} : { usage: completed.usage }) }
  }
  return yield* new CommandFailed({
    id: action.id,
    mnemonic: action.mnemonic,
    path: subjectOf(action),
    ...(status._tag === "Exited" ? { exitCode: status.code } : { signal: status.signal }),
    output: stdout + stderr
  })
})

/** What a command said, with the names that its outputs will have. */
const finalNames = (text: string, stage: Stage): string => {
  let named = text
  if (text !== "") { for (const [path, staged] of stage.files) named = named.replaceAll(staged, path) }
  return named
}
