import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Tracer from "effect/Tracer"
import { type BuildLog, CurrentBuildLog } from "../exec/BuildLog.ts"
import { Subprocess } from "../process/Subprocess.ts"
import { tracedSubprocess } from "../process/tracedSubprocess.ts"
import { makeRecord } from "../profile/makeRecord.ts"
import { keepRecord } from "../profile/records.ts"
import { Attribute } from "../telemetry/names.ts"
import { readSettings, wantsTelemetry } from "../telemetry/settings.ts"
import { CurrentTrace, makeTrace, type Trace } from "../telemetry/Trace.ts"
import { parseTraceParent, traceVariables } from "../telemetry/traceParent.ts"
import { Transport } from "../telemetry/Transport.ts"
import { Terminal } from "./Terminal.ts"

/**
 * Runs a request, which gives its exit status, as one trace: a child of the caller's, where there is one, exported to where
 * the request's own variables say. Sending it never fails the request, nor holds it up for more than a moment.
 */
export const traced = <E, R>(
  { args, command, version }: {
    readonly command: string
    readonly args: ReadonlyArray<string>
    readonly version: string
  },
  request: Effect.Effect<number, E, R>
) =>
  Effect.scoped(Effect.gen(function*() {
    const terminal = yield* Terminal
    const { cwd, stderr, variables } = terminal
    const settings = wantsTelemetry(variables) ? readSettings(variables) : undefined
    for (const problem of settings?.problems ?? []) yield* stderr.write(`fbuild: ${problem}\n`)
    const exporter = settings === undefined || Object.keys(settings.targets).length === 0
      ? undefined
      : yield* Effect.flatMap(
        Effect.all([Effect.promise(() => import("../telemetry/Exporter.ts")), Effect.flatten(Transport)]),
        ([{ makeExporter }, client]) =>
          Effect.flatMap(Layer.build(client), (context) =>
            Effect.provideContext(makeExporter(settings, version), context))
      )
    const trace = makeTrace({
      parent: parseTraceParent(variables[traceVariables.parent]),
      state: variables[traceVariables.state],
      export: exporter === undefined || settings?.targets.traces === undefined
        ? undefined
        : { sampler: settings.sampler, push: exporter.span }
    })
    const whole = Effect.useSpan(
      `fbuild ${command}`,
      {
        kind: "server",
        ...(trace.parent === undefined ? { root: true } : { parent: trace.parent }),
        attributes: {
          [Attribute.pipelineName]: `fbuild ${command}`,
          [Attribute.pipelineRunId]: trace.traceId,
          [Attribute.commandArgs]: ["fbuild", ...args],
          [Attribute.workingDirectory]: cwd
        }
      },
      (span) =>
        request.pipe(
          Effect.onExit((exit) =>
            Effect.sync(() => conclude(span, exit, terminal.interruptCode))
          ),
          Effect.provideService(Tracer.ParentSpan, span)
        )
    )
    const subprocess = yield* Subprocess
    const log: BuildLog = { actions: [], graphs: new Map() }
    return yield* whole.pipe(
      Effect.ensuring(Effect.suspend(() => keepProfile(log, trace, args))),
      Effect.ensuring(
        exporter === undefined
          ? Effect.void
          : Effect.flatMap(exporter.close, (losses) =>
            Effect.forEach(losses, (loss) => stderr.write(`fbuild: ${loss}\n`), { discard: true }))
      ),
      Effect.provideService(Tracer.Tracer, trace.tracer),
      Effect.provideService(CurrentTrace, trace),
      Effect.provideService(CurrentBuildLog, log),
      Effect.provideService(Subprocess, tracedSubprocess(subprocess, trace))
    )
  }))

/** Keeps where the time of a build went. What cannot be kept is no failure: the project may be read-only. */
const keepProfile = ({ result, ...log }: BuildLog, trace: Trace, args: ReadonlyArray<string>) => {
  const root = trace.spans.at(-1)
  if (result === undefined || root?.status._tag !== "Ended") return Effect.void
  const { endTime: endNanos, startTime: startNanos } = root.status
  const { spans, traceId } = trace
  const record = makeRecord(log, result, { traceId, args, spans, startNanos, endNanos })
  return Effect.ignore(keepRecord(result.projectDir, record))
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
