import type { LogsData } from "effect/observability/OtlpLogger"
import * as OtlpResource from "effect/observability/OtlpResource"
import type { LogRecord } from "./LogRecord.ts"
import type { SpanIds } from "./Trace.ts"

export type OtlpLog = NonNullable<LogsData["resourceLogs"][number]["scopeLogs"][number]["logRecords"]>[number]

/** Source of the numbers: opentelemetry-proto, logs/v1/logs.proto, `SeverityNumber`. */
const severities: Record<LogRecord["severity"], NonNullable<OtlpLog["severityNumber"]>> = {
  Info: 9,
  Warn: 13,
  Error: 17
}

/**
 * The most that is sent of a record's text, UTF-16 units. Compilers may print megabytes, of which nobody wants more than the beginning, and
 * a request that large holds up the end of a build or is refused.
 */
const longestBody = 65_536

const shortened = (text: string): string =>
  text.length <= longestBody
    ? text
    : `${text.slice(0, longestBody).toWellFormed()}\n… and ${text.length - longestBody} characters more`

/** A record as the protocol has it. */
export const otlpLog = (
  { attributes, body, severity }: LogRecord,
  { spanId, traceId }: SpanIds,
  nowNanos: bigint
): OtlpLog => ({
  timeUnixNano: String(nowNanos),
  observedTimeUnixNano: String(nowNanos),
  severityNumber: severities[severity],
  severityText: severity.toUpperCase(),
  body: { stringValue: shortened(body) },
  attributes: OtlpResource.entriesToAttributes(Object.entries(attributes)),
  droppedAttributesCount: 0,
  traceId,
  ...(spanId === undefined ? {} : { spanId })
})
