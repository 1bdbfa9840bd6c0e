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
  body: { stringValue: body },
  attributes: OtlpResource.entriesToAttributes(Object.entries(attributes)),
  droppedAttributesCount: 0,
  traceId,
  ...(spanId === undefined ? {} : { spanId })
})
