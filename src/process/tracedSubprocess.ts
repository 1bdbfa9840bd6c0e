import * as Effect from "effect/Effect"
import type * as Tracer from "effect/Tracer"
import { baseName } from "../domain/paths.ts"
import { Attribute } from "../telemetry/names.ts"
import type { Trace } from "../telemetry/Trace.ts"
import type { CommandSpec, Completed, ExitStatus, Subprocess } from "./Subprocess.ts"

/**
 * Gives each process a span, and a `TRACEPARENT` that leads to it: what the process tells of itself becomes part of the
 * request's trace. Source of the names: OpenTelemetry, "Semantic conventions for CLI programs".
 */
export const tracedSubprocess = (subprocess: Subprocess["Service"], trace: Trace): Subprocess["Service"] => {
  const inTrace = (command: CommandSpec, span?: Tracer.Span): CommandSpec => ({
    ...command,
    env: { ...command.env, ...trace.variables(span) }
  })
  // Spans that nobody sees would cost every process some 10 µs.
  if (!trace.isExported) {
    return {
      ...subprocess,
      run: (command) => subprocess.run(inTrace(command)),
      start: (command) => subprocess.start(inTrace(command))
    }
  }
  return {
    ...subprocess,
    run: (command) =>
      Effect.useSpan(
        nameOf(command),
        { kind: "client" },
        (span) =>
          Effect.tap(
            subprocess.run(inTrace(command, span)),
            (completed) => Effect.sync(() => annotate(span, command, completed))
          )
      ),
    start: (command) =>
      Effect.gen(function*() {
        const span = yield* Effect.makeSpanScoped(nameOf(command), { kind: "client" })
        const running = yield* subprocess.start(inTrace(command, span))
        annotateCommand(span, command)
        const exit = Effect.tap(running.exit, (status) => Effect.sync(() => annotateStatus(span, status)))
        return { ...running, exit }
      })
  }
}

const nameOf = ({ argv: [program] }: CommandSpec): string => baseName(program)

const annotate = (span: Tracer.Span, command: CommandSpec, { status, usage }: Completed) => {
  annotateCommand(span, command)
  annotateStatus(span, status)
  if (usage === undefined) return
  span.attribute(Attribute.userSeconds, usage.userSeconds)
  span.attribute(Attribute.systemSeconds, usage.systemSeconds)
  if (usage.peakBytes !== undefined) span.attribute(Attribute.peakMemory, usage.peakBytes)
}

const annotateCommand = (span: Tracer.Span, command: CommandSpec) => {
  span.attribute(Attribute.executableName, nameOf(command))
  span.attribute(Attribute.executablePath, command.argv[0])
  span.attribute(Attribute.commandArgs, command.argv)
  span.attribute(Attribute.workingDirectory, command.cwd)
}

const annotateStatus = (span: Tracer.Span, status: ExitStatus) => {
  if (status._tag === "Signaled") {
    span.attribute(Attribute.signal, status.signal)
    span.attribute(Attribute.errorType, status.signal)
    return
  }
  span.attribute(Attribute.exitCode, status.code)
  if (status.code !== 0) span.attribute(Attribute.errorType, `exit code ${status.code}`)
}
