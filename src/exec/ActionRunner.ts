import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { Disk, type DiskError } from "../disk/Disk.ts"
import { monotonicMillis } from "../domain/monotonic.ts"
import { pathFrom } from "../domain/paths.ts"
import { type Action, subjectOf } from "../plan/Action.ts"
import type { ActionGraph } from "../plan/ActionGraph.ts"
import { Span } from "../telemetry/names.ts"
import type { ActionError } from "./ActionError.ts"
import { type ActionWatch, makeActionWatch } from "./ActionWatch.ts"
import type { CacheAnswer, Reason } from "./BuildEvent.ts"
import type { ActionTimes } from "./BuildLog.ts"
import { BuildReporter } from "./BuildReporter.ts"
import { type CacheHit, CompileCache } from "./CompileCache.ts"
import { type Explanation, writeExplanations } from "./Explanation.ts"
import { makeFillStage } from "./fillStage.ts"
import { inputsThere } from "./inputsThere.ts"
import { Jobs } from "./Jobs.ts"
import { makeKeeping } from "./keeping.ts"
import { limitTime } from "./limitTime.ts"
import { LastDurations } from "./longestFirst.ts"
import { discoveredBy, publish, settleMap } from "./publish.ts"
import { refuseFlags } from "./refuseFlags.ts"
import { SharedActions } from "./SharedActions.ts"
import { makeStage, type Stage, type StageFolders } from "./Stage.ts"
import { makeUntold } from "./untold.ts"
import { UpToDate } from "./UpToDate.ts"

export interface ActionRunnerOptions {
  /** Name of the environment, for events. */
  readonly environment: string
  /** Absolute: where commands run and what relative paths are relative to. */
  readonly cwd: string
  /** Folder of all outputs, relative to `cwd` or absolute. */
  readonly buildDir: string
  readonly stages: StageFolders
  /** For one action: `--tu-timeout`. */
  readonly timeout?: Duration.Duration
}

/** How an action's outputs came to be up to date. */
export type Success = "Executed" | "Cached" | "UpToDate"

/** Brings one action's outputs up to date: decides, fetches or runs under a job permit, publishes by rename, reports. */
export class ActionRunner extends Context.Service<ActionRunner, {
  readonly run: (action: Action) => Effect.Effect<Success, ActionError>
  /** Those that will run, as far as what was edited alone tells; to be asked first. */
  readonly surelyRun: (graph: ActionGraph) => Effect.Effect<ReadonlySet<Action>>
  /** Those that have to be run or looked at; the others stand. `undefined`: all of them. */
  readonly undecided: Effect.Effect<ReadonlySet<Action> | undefined>
  /** Tells of actions that stand. */
  readonly stand: (actions: Iterable<Action>) => Effect.Effect<void>
  /** At the end of a build of these actions: makes permanent what is known of them, and why each did what it did. */
  readonly commit: (actions: ReadonlyArray<Action>) => Effect.Effect<void, DiskError>
}>()("fbuild/exec/ActionRunner") {
  static readonly layer = (options: ActionRunnerOptions) =>
    Layer.effect(
      ActionRunner,
      Effect.gen(function*() {
        const cache = yield* CompileCache
        const disk = yield* Disk
        const fill = yield* makeFillStage(options.cwd)
        const jobs = yield* Jobs
        const keeping = yield* makeKeeping
        const lasted = yield* LastDurations
        const reporter = yield* BuildReporter
        const shared = yield* SharedActions
        const untold = makeUntold(jobs)
        const upToDate = yield* UpToDate
        const watch: ActionWatch = yield* makeActionWatch(options.environment)
        const { cwd, environment } = options
        const absolute = (path: string) => pathFrom(cwd, path)
        const usingDisk = Effect.provideService(Disk, disk)
        const explanations = new Map<string, Explanation>()
        /** Of the actions that were not in the cache. */
        const keys = new Set<string>()
        let count = 0

        const explain = (action: Action, more: Pick<Explanation, "outcome" | "reason" | "cache">) => {
          explanations.set(action.id, { ...subject(action), ...more })
        }

        const restore = Effect.fnUntraced(
          function*(action: Action, stage: Stage, hit: CacheHit) {
            yield* publish(action, stage, absolute)
            yield* upToDate.restored(action, hit)
          },
          Effect.uninterruptible,
          usingDisk
        )

        const execute = Effect.fnUntraced(function*(
          action: Action,
          stage: Stage,
          times: ActionTimes,
          release: Effect.Effect<void>
        ) {
          yield* usingDisk(inputsThere(action, upToDate.digest, absolute))
          yield* usingDisk(refuseFlags(action, absolute))
          // What it may write over is known as it was made.
          yield* action.always === undefined ? upToDate.settled : keeping.keep
          const startedNanos = yield* upToDate.now
          const started = yield* monotonicMillis
          yield* keeping.during(action)
          const { printed, usage } = yield* watch.command(times, fill(action, stage))
          const durationMs = (yield* monotonicMillis) - started
          if (usage !== undefined) times.usage = usage
          const finish = Effect.gen(function*() {
            // Who waits for the job starts before this one is put in its place.
            yield* Effect.andThen(release, Effect.yieldNow)
            const discovered = yield* discoveredBy(action, stage, absolute)
            // First: as soon as it has finished somebody may be storing.
            keeping.ran(action, { printed, durationMs })
            yield* settleMap(action, stage, absolute)
            yield* publish(action, stage, absolute)
            yield* upToDate.finished({ action, discovered, startedNanos })
            times.outcome = "Executed"
            explain(action, { ...explanations.get(action.id), outcome: "Executed" })
          })
          // What has run is not thrown away: Ctrl-C waits for the little that is left to do.
          yield* usingDisk(Effect.uninterruptible(finish))
          lasted.set(action, durationMs)
          return printed
        })

        /** Runs an action as soon as a job is free, and tells it. */
        const runNow = Effect.fnUntraced(function*(
          action: Action,
          stage: Stage,
          times: ActionTimes,
          reason: Reason,
          answer: CacheAnswer
        ) {
          const event = eventOf(environment, action)
          const ran = Effect.fnUntraced(function*(release: Effect.Effect<void>) {
            watch.started(times)
            explain(action, { outcome: "Cancelled", reason, cache: answer })
            const started = { _tag: "ActionStarted", ...event, argv: action.argv, reason, cache: answer } as const
            const telling = yield* Effect.forkChild(reporter.emit(started), { startImmediately: true })
            const startedMillis = yield* monotonicMillis
            const result = yield* Effect.result(
              limitTime(options.timeout, action)(execute(action, stage, times, release))
            )
            return { telling, result, durationMs: (yield* monotonicMillis) - startedMillis }
          })
          const { durationMs, result, telling } = yield* untold.withPermit(
            ran,
            action.mnemonic === "Link" ? "link" : "command"
          )
          const ok = Result.isSuccess(result)
          const output = ok ? result.success : result.failure._tag === "CommandFailed" ? result.failure.output : ""
          if (!ok) explain(action, { outcome: "Failed", reason, cache: answer })
          const finished = reporter.emit({ _tag: "ActionFinished", ...event, ok, durationMs, output })
          yield* untold.tell(Effect.andThen(Fiber.join(telling), finished))
          yield* Effect.fromResult(result)
        })

        const tellUpToDate = (action: Action) => {
          explain(action, { outcome: "UpToDate" })
          return reporter.emit({ _tag: "ActionUpToDate", ...eventOf(environment, action) })
        }

        const stand = Effect.fnUntraced(function*(actions: Iterable<Action>) {
          for (const action of actions) {
            const times = watch.begin(action)
            yield* tellUpToDate(action)
            watch.end(times, Exit.succeed("UpToDate"))
          }
        })

        const bring = Effect.fnUntraced(function*(action: Action, times: ActionTimes) {
          const event = eventOf(environment, action)
          const reason = yield* upToDate.decide(action)
          if (reason === undefined) {
            yield* tellUpToDate(action)
            return "UpToDate" as const
          }
          watch.decided(times, reason)
          const stage = makeStage(action, cwd, options.stages, String(count++))
          while (true) {
            const fetched = yield* cache.fetch(action, stage)
            watch.fetched(times, fetched)
            if (fetched._tag === "Hit") {
              yield* restore(action, stage, fetched.hit)
              lasted.set(action, fetched.hit.durationMs)
              explain(action, { outcome: "Cached", reason, cache: { _tag: "Hit" } })
              yield* reporter.emit({ _tag: "ActionCached", ...event, reason, output: fetched.hit.printed })
              return "Cached" as const
            }
            const { answer, key } = fetched
            const run = runNow(action, stage, times, reason, answer)
            if (key !== undefined) keys.add(key)
            const done = key === undefined
              ? Effect.as(run, "Ran")
              : shared.run({ key, run, keep: keeping.keep, span: watch.span(times) })
            if ((yield* done) === "Ran") return "Executed" as const
          }
        })

        const run = (action: Action) =>
          Effect.suspend(() => {
            const times = watch.begin(action)
            return Effect.onExit(bring(action, times), (exit) => Effect.sync(() => watch.end(times, exit)))
          })

        const commit = Effect.fn(Span.commit)(function*(actions: ReadonlyArray<Action>) {
          yield* keeping.trace
          yield* keeping.finish(Effect.andThen(shared.close(keys), cache.close))
          yield* upToDate.commit(actions)
          const told = actions.map((action): Explanation => {
            const refused = keeping.refused.get(action.id)
            const known = explanations.get(action.id) ?? { ...subject(action), outcome: "Cancelled" }
            return refused === undefined ? known : { ...known, cache: refused }
          })
          yield* writeExplanations(absolute(options.buildDir), told)
        }, usingDisk)

        return ActionRunner.of({ run, surelyRun: upToDate.surelyRun, undecided: upToDate.undecided, stand, commit })
      })
    )
}

const eventOf = (environment: string, { id, mnemonic }: Action) => ({ environment, id, mnemonic })

const subject = (action: Action) => ({
  id: action.id,
  mnemonic: action.mnemonic,
  path: subjectOf(action)
})
