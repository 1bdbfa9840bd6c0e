import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { ActionCache } from "../cache/ActionCache.ts"
import { cacheLimit, defaultCacheBytes } from "../cache/byteSize.ts"
import { CacheUsage } from "../cache/CacheUsage.ts"
import { gcIfDue } from "../cache/collectGarbage.ts"
import { ContentStore } from "../cache/ContentStore.ts"
import { markRunning } from "../cache/running.ts"
import type { Disk } from "../disk/Disk.ts"
import { monotonicMillis } from "../domain/monotonic.ts"
import { AfterAnswer } from "../exec/AfterAnswer.ts"
import type { BuildEvent, EnvironmentResult } from "../exec/BuildEvent.ts"
import { CurrentBuildLog } from "../exec/BuildLog.ts"
import { BuildReporter } from "../exec/BuildReporter.ts"
import { Jobs } from "../exec/Jobs.ts"
import { Linker } from "../exec/Linker.ts"
import { buildProject, type BuildRequest } from "../orchestrator/buildProject.ts"
import { type BuiltEnvironment, elfPath, Orchestrator } from "../orchestrator/Orchestrator.ts"
import { type PlannedEnvironment } from "../orchestrator/planEnvironment.ts"
import { planProject } from "../orchestrator/planProject.ts"
import { shellCommand } from "../plan/render.ts"
import { isAlive, ownPid } from "../process/isAlive.ts"
import { Span } from "../telemetry/names.ts"
import { CurrentTrace } from "../telemetry/Trace.ts"
import { dim, usesColor } from "./colors.ts"
import { HasBuilt } from "./HasBuilt.ts"
import { type BuildFlags, buildRequest } from "./options.ts"
import { processors } from "./processors.ts"
import { jsonReporter } from "./render/json.ts"
import { liveReporter } from "./render/live.ts"
import { plainReporter } from "./render/plain.ts"
import type { Look } from "./render/text.ts"
import { exitCodeOfAll, type FbuildError, reportedError } from "./reportError.ts"
import { Terminal } from "./Terminal.ts"
import { tracedReporter } from "./tracedReporter.ts"
import { unlessStanding } from "./unlessStanding.ts"
import { CommandExit, RequestTimedOut } from "./UsageError.ts"

/** What the last line of a build says. */
type Finished = Omit<Extract<BuildEvent, { readonly _tag: "BuildFinished" }>, "_tag" | "durationMs" | "traceId">

/**
 * Builds as the flags say, and reports to the end. Succeeds with the environments that were built; every failure has been
 * told when this fails with its exit status. With `plan: "unless standing"` nothing is planned, and no environment comes
 * back, where all is known to be as a build left it.
 */
export const runBuild = Effect.fn(Span.runBuild)(function*(
  flags: BuildFlags,
  { plan }: { readonly plan: "always" | "unless standing" }
) {
  const started = yield* monotonicMillis
  const terminal = yield* Terminal
  const reporter = yield* tracedReporter(yield* makeReporter(flags))

  const finish = Effect.fnUntraced(function*(finished: Finished) {
    const durationMs = (yield* monotonicMillis) - started
    const trace = yield* CurrentTrace
    const traceId = trace?.traceId ?? ""
    yield* reporter.emit({ _tag: "BuildFinished", ...finished, durationMs, traceId })
    const log = yield* CurrentBuildLog
    if (log !== undefined) log.result = finished
    if (trace?.isExported !== true || flags.json) return
    const color = usesColor(flags.color, terminal.stdout, terminal.variables)
    yield* terminal.stdout.write(dim(`trace ${traceId}${traceLink(traceId, terminal.variables)}\n`, color))
  })

  let told = false
  const interrupted = Effect.suspend(() => {
    if (told) return Effect.void
    told = true
    return finish({ ok: false, exitCode: terminal.interruptCode(), environments: [], errors: [] })
  })
  terminal.beforeLeaving(Effect.provideContext(interrupted, yield* Effect.context<Terminal>()))
  const exit = yield* Effect.exit(answered(flags, reporter, plan)).pipe(Effect.onInterrupt(() => interrupted))
  if (Exit.isSuccess(exit)) {
    const { built, environments } = exit.value
    const errors = built.flatMap((one) => one.errors)
    const exitCode = exitCodeOfAll(errors)
    if (environments.some(({ actions }) => actions.executed > 0)) (yield* HasBuilt)()
    yield* finish({ ok: exitCode === 0, exitCode, environments, errors: errors.map(reportedError) })
    return exitCode === 0 ? built : yield* new CommandExit({ code: exitCode })
  }
  const error = Cause.findErrorOption(exit.cause)
  if (Option.isNone(error)) return yield* Effect.failCause(exit.cause as Cause.Cause<never>)
  const exitCode = exitCodeOfAll([error.value])
  yield* finish({ ok: false, exitCode, environments: [], errors: [reportedError(error.value)] })
  return yield* new CommandExit({ code: exitCode })
}, Effect.scoped)

/** Where the trace can be looked at: `FBUILD_TRACE_URL`, in which `{traceId}` stands for its id, or which its id follows. */
const traceLink = (traceId: string, variables: Readonly<Record<string, string>>): string => {
  const url = variables["FBUILD_TRACE_URL"]
  if (!url) return ""
  return `  ${url.includes("{traceId}") ? url.replaceAll("{traceId}", traceId) : url + traceId}`
}

/** The results of a request: from a build, or of one that nothing has changed since. */
const answered = Effect.fnUntraced(function*(
  flags: BuildFlags,
  reporter: BuildReporter["Service"],
  plan: "always" | "unless standing"
) {
  const request = yield* buildRequest(flags)
  if (flags.dryRun) {
    const planned = yield* planProject(request).pipe(Effect.provideService(BuildReporter, reporter))
    yield* Effect.forEach(planned, (environment) => tellPlan(environment, reporter), { discard: true })
    return { built: [], environments: [] }
  }
  const build = (request: BuildRequest, reporter: BuildReporter["Service"]) =>
    Effect.map(built(flags, request, reporter), (built) => ({ built, environments: built.map(environmentResult) }))
  return plan === "always" || request.before === "clean"
    ? yield* build(request, reporter)
    : yield* unlessStanding(request, reporter, build)
})

const built = Effect.fnUntraced(function*(
  flags: BuildFlags,
  request: BuildRequest,
  reporter: BuildReporter["Service"]
) {
  const jobs = Option.getOrElse(flags.jobs, processors)
  const services = yield* Layer.build(buildLayer(reporter, jobs, request.home))
  const build = buildProject(request).pipe(
    Effect.tap(() => request.cache._tag === "Embedded" ? collectIfDue(request) : Effect.void),
    Effect.provideContext(services),
    Effect.provideService(BuildReporter, reporter)
  )
  if (request.cache._tag === "Embedded") yield* markRunning({ home: request.home, pid: ownPid() })
  return yield* Option.match(flags.timeout, {
    onNone: () => build,
    onSome: (duration) =>
      Effect.timeoutOrElse(build, {
        duration,
        orElse: () => Effect.fail(new RequestTimedOut({ limit: Duration.format(duration) }))
      })
  })
})

const collectIfDue = Effect.fnUntraced(function*({ home, variables }: BuildRequest) {
  const afterAnswer = yield* AfterAnswer
  const maxBytes = Option.getOrElse(cacheLimit(variables), () => defaultCacheBytes)
  const collect = gcIfDue({ home, isAlive, maxBytes })
  yield* afterAnswer(Effect.asVoid(Effect.provideContext(collect, yield* Effect.context<Disk>())))
})

const buildLayer = (reporter: BuildReporter["Service"], jobs: number, home: string) =>
  Orchestrator.layer.pipe(
    Layer.provide([Linker.layer, stores(home)]),
    Layer.provide([Jobs.layer(jobs), Layer.succeed(BuildReporter, reporter)])
  )

const stores = (home: string) =>
  Layer.provideMerge(Layer.merge(ActionCache.layer({ home }), ContentStore.layer({ home })), CacheUsage.layer({ home }))

/** The renderer that the flags and the terminal ask for. */
const makeReporter = Effect.fnUntraced(function*(flags: Pick<BuildFlags, "color" | "json" | "verbose">) {
  const { stderr, stdout, variables } = yield* Terminal
  if (flags.json) return jsonReporter(stdout)
  const look: Look = {
    stdout,
    stderr,
    stdoutColor: usesColor(flags.color, stdout, variables),
    stderrColor: usesColor(flags.color, stderr, variables),
    detail: flags.verbose ? "commands" : "short"
  }
  const live = stdout.isTTY && !variables["CI"] && variables["TERM"] !== "dumb"
  return live ? yield* liveReporter(look) : plainReporter(look)
})

const tellPlan = Effect.fnUntraced(function*(
  { graph, name: environment }: PlannedEnvironment,
  reporter: BuildReporter["Service"]
) {
  for (const action of graph.actions) {
    const { argv, id, mnemonic } = action
    yield* reporter.emit({ _tag: "ActionPlanned", environment, id, mnemonic, argv, command: shellCommand(action) })
  }
})

const environmentResult = ({ errors, images, outcomes, planned, sizes }: BuiltEnvironment): EnvironmentResult => {
  const count = (tag: string) => [...outcomes.values()].filter((outcome) => outcome._tag === tag).length
  const failed = count("Failed") + count("Cancelled") > 0
  return {
    name: planned.name,
    board: planned.boardId,
    platform: planned.spec.id,
    ok: errors.length === 0 && !failed,
    ...(failed ? {} : { elf: elfPath(planned) }),
    images,
    size: sizes,
    actions: {
      total: outcomes.size,
      executed: count("Executed"),
      cacheHits: count("Cached"),
      upToDate: count("UpToDate"),
      failed: count("Failed"),
      cancelled: count("Cancelled")
    },
    errors: errors.map((error: FbuildError) => reportedError(error))
  }
}
