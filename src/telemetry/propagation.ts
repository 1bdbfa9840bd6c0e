import type * as Tracer from "effect/Tracer"
import { formatTraceParent, parseTraceParent, traceVariables } from "./traceParent.ts"

/** How a request is part of what its caller does, and lets others be part of it. */
export interface Propagation {
  /** The caller's span. */
  readonly parent: Tracer.ExternalSpan | undefined
  /** The variables by which a process that a span starts goes on with the trace. */
  readonly variables: (
    span: Pick<Tracer.AnySpan, "sampled" | "spanId" | "traceId">
  ) => Readonly<Record<string, string>>
  /** Names in `OTEL_PROPAGATORS` that mean nothing here. */
  readonly unknown: ReadonlyArray<string>
}

/**
 * Reads `TRACEPARENT`, `TRACESTATE` and `BAGGAGE` of the caller, as far as `OTEL_PROPAGATORS` lets them in. What goes out are
 * the same; baggage is nothing that fbuild looks at.
 * Source: OpenTelemetry SDK environment variables, "General SDK configuration"; "Environment Variable Carriers".
 */
export const propagation = (variables: Readonly<Record<string, string>>): Propagation => {
  const text = variables["OTEL_PROPAGATORS"]?.trim().toLowerCase() || "tracecontext,baggage"
  const names = new Set(text.split(",").map((name) => name.trim()).filter((name) => name !== "" && name !== "none"))
  const traces = names.has("tracecontext")
  const parent = traces ? parseTraceParent(variables[traceVariables.parent]) : undefined
  const state = parent === undefined ? undefined : variables[traceVariables.state]
  const baggage = names.has("baggage") ? variables[traceVariables.baggage] : undefined
  const passed = {
    ...(state ? { [traceVariables.state]: state } : {}),
    ...(baggage ? { [traceVariables.baggage]: baggage } : {})
  }
  return {
    parent,
    variables: (span) => traces ? { [traceVariables.parent]: formatTraceParent(span), ...passed } : passed,
    unknown: [...names].filter((name) => name !== "tracecontext" && name !== "baggage")
  }
}
