import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { BuildEvent } from "../exec/BuildEvent.ts"
import type { BuildReporter } from "../exec/BuildReporter.ts"
import type { LogRecord } from "../telemetry/LogRecord.ts"
import { Attribute } from "../telemetry/names.ts"
import { CurrentTrace } from "../telemetry/Trace.ts"
import { withoutColor } from "./colors.ts"

/** Tells what a user should know of a build also as log records of its trace, where these are exported. */
export const tracedReporter = Effect.fnUntraced(function*(reporter: BuildReporter["Service"]) {
  const trace = yield* CurrentTrace
  const { log } = trace ?? {}
  if (log === undefined) return reporter
  const emit = (event: BuildEvent) => {
    const records = recordsOf(event)
    // Nearly all events leave none.
    return records.length === 0 ?
      reporter.emit(event) :
      Effect.flatMap(Effect.option(Effect.currentParentSpan), (span) => {
        for (const record of records) log(record, Option.getOrUndefined(span))
        return reporter.emit(event)
      })
  }
  return { emit } satisfies BuildReporter["Service"]
})

const recordsOf = (event: BuildEvent): ReadonlyArray<LogRecord> => {
  switch (event._tag) {
    case "Warning":
      return [{ severity: "Warn", body: event.error.message, attributes: { [Attribute.errorType]: event.error._tag } }]
    case "EnvironmentStarted":
      return [{
        severity: "Info",
        body: `building ${event.environment} for ${event.board}: ${event.actions} actions`,
        attributes: { [Attribute.environment]: event.environment }
      }]
    case "ActionFinished": {
      if (event.output === "") return []
      const { environment, id, mnemonic, ok, output } = event
      return [{
        severity: ok ? "Warn" : "Error",
        body: withoutColor(output),
        attributes: {
          [Attribute.actionId]: id,
          [Attribute.mnemonic]: mnemonic,
          [Attribute.environment]: environment
        }
      }]
    }
    case "BuildFinished":
      return [
        ...event.errors.map((error): LogRecord => ({
          severity: "Error",
          body: error.message,
          attributes: { [Attribute.errorType]: error._tag }
        })),
        {
          severity: event.ok ? "Info" : "Error",
          body: `the build ended with status ${event.exitCode} after ${event.durationMs} ms`,
          attributes: { [Attribute.exitCode]: event.exitCode }
        }
      ]
    default:
      return []
  }
}
