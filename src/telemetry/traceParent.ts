import * as Tracer from "effect/Tracer"

/** The variables by which a trace goes on in another process. Source: OpenTelemetry, "Environment Variable Carriers". */
export const traceVariables = { parent: "TRACEPARENT", state: "TRACESTATE", baggage: "BAGGAGE" } as const

/** Reads `TRACEPARENT`; `undefined` when there is none or it is not valid. Source: W3C Trace Context, section 3.2. */
export const parseTraceParent = (text: string | undefined): Tracer.ExternalSpan | undefined => {
  const match = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(text?.trim() ?? "")
  if (match === null) return undefined
  const [, version, traceId = "", spanId = "", flags = "", more] = match
  // Later versions may say more, this one may not.
  if (version === "00" && more !== undefined) return undefined
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined
  return Tracer.externalSpan({ traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 })
}

/** The `TRACEPARENT` of what a span starts. */
export const formatTraceParent = (
  { sampled, spanId, traceId }: Pick<Tracer.AnySpan, "sampled" | "spanId" | "traceId">
) => `00-${traceId}-${spanId}-${sampled ? "01" : "00"}`
