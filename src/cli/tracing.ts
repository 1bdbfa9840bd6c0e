import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Scheduler from "effect/Scheduler"
import * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import { shortTurns } from "../daemon/shortTurns.ts"
import { inTurns } from "../domain/inTurns.ts"
import { type BuildLog, CurrentBuildLog, emptyBuildLog } from "../exec/BuildLog.ts"
import { Subprocess } from "../process/Subprocess.ts"
import { tracedSubprocess } from "../process/tracedSubprocess.ts"
import { makeRecord } from "../profile/makeRecord.ts"
import { keepRecord, recordsFolder } from "../profile/records.ts"
import type { Measured } from "../telemetry/meter.ts"
import { Attribute, Span } from "../telemetry/names.ts"
import { propagation } from "../telemetry/propagation.ts"
import { CurrentTrace, makeTrace, type Trace } from "../telemetry/Trace.ts"
import { farewell } from "./farewell.ts"
import { openExporter } from "./openExporter.ts"
import { Terminal } from "./Terminal.ts"

/** One command line. */
interface Request {
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly version: string
}

/** Who serves requests of others may want to know which trace is whose, and to say something in it. */
export const TraceListener = Context.Reference<(trace: Trace) => void>("fbuild/cli/TraceListener", {
  defaultValue: () => () => {}
})

/**
 * Runs a request, which gives its exit status, as one trace: a child of the caller's, where there is one, exported to where
 * the request's own variables say. Sending it never fails the request, nor holds it up for more than a moment.
 */
export const traced = <E, R>(request: Request, run: Effect.Effect<number, E, R>) =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function*() {
      const terminal = yield* Terminal
      const clock = yield* Clock.Clock
      const log = emptyBuildLog()
      // Sending may go on when the request has ended.
      const scope = yield* Scope.make()
      const close = Scope.close(scope, Exit.void)
      const exporter = yield* restore(openExporter(request.version, measuredOf(log))).pipe(
        Scope.provide(scope),
        Effect.onError(() => close)
      )
      const trace = makeTrace({
        propagation: propagation(terminal.variables),
        export: exporter?.settings.targets.traces === undefined
          ? undefined
          : { sampler: exporter.settings.sampler, push: exporter.span },
        log: exporter?.settings.targets.logs === undefined ? undefined : exporter.log
      })
      const listener = yield* TraceListener
      listener(trace)
      const root = startRoot(trace, request, terminal, clock.currentTimeNanosUnsafe())
      const subprocess = yield* Subprocess
      // What is exported must get its turns while the request runs, not when it has ended.
      const running = exporter === undefined ? run : Effect.provideService(run, Scheduler.Scheduler, shortTurns)
      return yield* restore(running).pipe(
        Effect.onExit((exit) =>
          Effect.suspend(() => {
            conclude(root, exit, terminal.interruptCode)
            root.end(clock.currentTimeNanosUnsafe(), exit)
            const sent = exporter === undefined ? close : farewell(exporter, trace.traceId, close)
            // Sent first: the record is written while the endpoint answers.
            return Effect.all([sent, keepProfile(log, trace, request.args)], { concurrency: 2, discard: true })
          })
        ),
        Effect.provideService(Tracer.ParentSpan, root),
        Effect.provideService(Tracer.Tracer, trace.tracer),
        Effect.provideService(CurrentTrace, trace),
        Effect.provideService(CurrentBuildLog, log),
        Effect.provideService(Subprocess, tracedSubprocess(subprocess, trace))
      )
    })
  )

const startRoot = (
  trace: Trace,
  { args, command }: Request,
  { cwd, launchedNanos }: Terminal["Service"],
  nowNanos: bigint
): Tracer.Span => {
  const root = trace.tracer.span({
    name: `fbuild ${command}`,
    parent: Option.fromNullishOr(trace.parent),
    annotations: Context.empty(),
    links: [],
    startTime: launchedNanos ?? nowNanos,
    kind: "server",
    root: trace.parent === undefined,
    sampled: trace.sampled
  })
  root.attribute(Attribute.pipelineName, `fbuild ${command}`)
  root.attribute(Attribute.pipelineRunId, trace.traceId)
  root.attribute(Attribute.commandArgs, ["fbuild", ...args])
  root.attribute(Attribute.workingDirectory, cwd)
  if (launchedNanos !== undefined) trace.add(Span.launch, root, launchedNanos, nowNanos)
  return root
}

/** Says on the root span how the request has ended. Source: OpenTelemetry, "CI/CD spans", `cicd.pipeline.result`. */
const conclude = (span: Tracer.Span, exit: Exit.Exit<number, unknown>, interruptCode: () => number): void => {
  const interrupted = Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause)
  const status = Exit.isSuccess(exit) ? exit.value : interrupted ? interruptCode() : 70
  const result = interrupted ? "cancellation" : resultOf(status)
  span.attribute(Attribute.pipelineResult, result)
  span.attribute(Attribute.exitCode, status)
  if (Exit.isSuccess(exit) && result !== "success") span.attribute(Attribute.errorType, `exit status ${status}`)
}

const resultOf = (status: number): "success" | "failure" | "timeout" | "error" => {
  switch (status) {
    case 0:
      return "success"
    case 1:
      return "failure"
    case 124:
      return "timeout"
    default:
      return "error"
  }
}

/** Keeps where the time of a build went. What cannot be kept is no failure: the project may be read-only. */
const keepProfile = (log: BuildLog, trace: Trace, args: ReadonlyArray<string>) => {
  const root = trace.spans.at(-1)
  const { folders, result } = log
  // A build that had nothing to do is over before a record of it is written, and would push out one worth reading.
  if (log.actions.length === 0 || result === undefined || folders === undefined || root?.status._tag !== "Ended") {
    return Effect.void
  }
  const { endTime: endNanos, startTime: startNanos } = root.status
  const { spans, traceId } = trace
  const folder = recordsFolder(folders.projectDir, folders.buildRoot)
  return inTurns(() => makeRecord(log, result, { traceId, args, spans, startNanos, endNanos })).pipe(
    Effect.flatMap((record) => keepRecord(folder, record)),
    Effect.ignore
  )
}

const measuredOf = (log: BuildLog): Measured => ({
  load: () => log,
  counts: () =>
    [...log.counts].flatMap(([mnemonic, outcomes]) =>
      [...outcomes].map(([outcome, count]) => ({ mnemonic, outcome, count }))
    ),
  durations: () =>
    log.actions.map(({ action: { mnemonic }, fetchedNanos, finishedNanos, readyNanos, startedNanos }) => {
      const waited = fetchedNanos === undefined || startedNanos === undefined ? 0n : startedNanos - fetchedNanos
      return {
        mnemonic,
        seconds: Number((finishedNanos ?? readyNanos) - readyNanos - waited) / 1e9,
        waited: Number(waited) / 1e9
      }
    })
})
