import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { linkedFiles, namedFiles } from "../cache/commandInputs.ts"
import { parseDepfile } from "../cache/depfile.ts"
import { Disk } from "../disk/Disk.ts"
import type { Action } from "../plan/Action.ts"
import { type ActionError, ActionTimedOut, OutputNotWritten, SourceVanished } from "./ActionError.ts"
import { BuildReporter } from "./BuildReporter.ts"
import { BuiltinSteps } from "./BuiltinSteps.ts"
import { Compiler } from "./Compiler.ts"
import { Jobs } from "./Jobs.ts"
import { Linker } from "./Linker.ts"
import { makeStage, type Stage } from "./Stage.ts"
import { UpToDate } from "./UpToDate.ts"

export interface ActionRunnerOptions {
  /** Name of the environment, for events. */
  readonly environment: string
  /** Absolute: where commands run and what relative paths are relative to. */
  readonly cwd: string
  /** Folder for stages, relative to `cwd` or absolute, on the file system of the outputs. */
  readonly stageRoot: string
  /** For one action: `--tu-timeout`. */
  readonly timeout?: Duration.Duration
}

/** Brings one action's outputs up to date: decides, runs under a job permit, publishes by rename, reports. */
export class ActionRunner extends Context.Service<ActionRunner, {
  readonly run: (action: Action) => Effect.Effect<"Executed" | "UpToDate", ActionError>
}>()("fbuild/exec/ActionRunner") {
  static readonly layer = (options: ActionRunnerOptions) =>
    Layer.effect(
      ActionRunner,
      Effect.gen(function*() {
        const compiler = yield* Compiler
        const disk = yield* Disk
        const jobs = yield* Jobs
        const linker = yield* Linker
        const reporter = yield* BuildReporter
        const steps = yield* BuiltinSteps
        const upToDate = yield* UpToDate
        const absolute = (path: string) => path.startsWith("/") ? path : `${options.cwd}/${path}`
        let count = 0

        const command = (action: Action, stage: Stage) => {
          switch (action.mnemonic) {
            case "CCompile":
            case "CxxCompile":
            case "Assemble":
              return compiler.run(action, stage, options.cwd)
            default:
              return linker.run(action, stage, options.cwd)
          }
        }

        /** Fills the stage and returns what the command said that is worth showing. */
        const fill = Effect.fnUntraced(function*(action: Action, stage: Stage) {
          const staged = (path: string) => absolute(stage.files.get(path) ?? path)
          if (action.step !== undefined) {
            const content = yield* steps.run(action.step, action, options.cwd)
            yield* disk.write(staged(action.outputs[0]), content)
            return ""
          }
          const [output] = yield* action.mnemonic === "Link"
            ? Effect.all([command(action, stage), Effect.ignore(upToDate.keepTraces)], { concurrency: 2 })
            : Effect.all([command(action, stage)])
          if (action.stdout === undefined) return output.stdout + output.stderr
          yield* disk.write(staged(action.stdout), output.stdout)
          return output.stderr
        })

        /** Moves the outputs to their final names. Not to be interrupted: all of an action's outputs appear, or none. */
        const publish = Effect.fnUntraced(function*(action: Action, stage: Stage, startedNanos: bigint) {
          const discovered: Array<string> = []
          const candidates = [...namedFiles(action.argv)]
          for (const [path, staged] of stage.files) {
            if (path === action.depfile) {
              const text = yield* disk.readText(absolute(staged))
              discovered.push(...parseDepfile(text ?? ""))
            } else if ((yield* disk.signature(absolute(staged))) === undefined) {
              return yield* new OutputNotWritten({ ...subject(action), output: path })
            } else if (action.mnemonic === "Link" && path.endsWith(".map")) {
              candidates.push(...linkedFiles((yield* disk.readText(absolute(staged))) ?? "", stage.dir))
            }
          }
          for (const path of candidates) {
            if ((yield* disk.signature(absolute(path))) !== undefined) discovered.push(path)
          }
          for (const [path, staged] of stage.files) {
            if (path === action.depfile && (yield* disk.signature(absolute(staged))) === undefined) continue
            yield* disk.rename(absolute(staged), absolute(path))
          }
          yield* upToDate.finished({ action, discovered, startedNanos })
        }, Effect.uninterruptible)

        const execute = Effect.fnUntraced(function*(action: Action) {
          for (const input of action.inputs) {
            if ((yield* disk.signature(absolute(input))) === undefined) {
              return yield* new SourceVanished({ ...subject(action), path: input })
            }
          }
          const stage = makeStage(action, options.cwd, options.stageRoot, String(count++))
          const startedNanos = yield* upToDate.now
          const output = yield* fill(action, stage)
          yield* publish(action, stage, startedNanos)
          return output
        })

        const limited = (action: Action) =>
          options.timeout === undefined ? execute(action) : execute(action).pipe(
            Effect.timeoutOrElse({
              duration: options.timeout,
              orElse: () =>
                Effect.fail(
                  new ActionTimedOut({ ...subject(action), limit: Duration.format(options.timeout!) })
                )
            })
          )

        const run = Effect.fn("ActionRunner.run")(function*(action: Action) {
          yield* Effect.annotateCurrentSpan({
            "fbuild.action.id": action.id,
            "fbuild.action.mnemonic": action.mnemonic
          })
          const event = { environment: options.environment, id: action.id, mnemonic: action.mnemonic }
          const reason = yield* upToDate.decide(action)
          if (reason === undefined) {
            yield* reporter.emit({ _tag: "ActionUpToDate", ...event })
            return "UpToDate" as const
          }
          yield* jobs.withPermit(Effect.gen(function*() {
            yield* reporter.emit({ _tag: "ActionStarted", ...event, argv: action.argv, reason })
            const started = yield* Clock.currentTimeMillis
            const finished = (ok: boolean, output: string) =>
              Effect.flatMap(
                Clock.currentTimeMillis,
                (now) => reporter.emit({ _tag: "ActionFinished", ...event, ok, durationMs: now - started, output })
              )
            const output = yield* limited(action).pipe(
              Effect.tapError((error) => finished(false, error._tag === "CommandFailed" ? error.output : ""))
            )
            yield* finished(true, output)
          }))
          return "Executed" as const
        })

        return ActionRunner.of({ run })
      })
    )
}

const subject = (action: Action) => ({
  id: action.id,
  mnemonic: action.mnemonic,
  path: action.inputs[0] ?? action.id
})
