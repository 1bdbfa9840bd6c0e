import * as Cause from "effect/Cause"
import { entriesToAttributes } from "effect/observability/OtlpResource"
import type { TraceData } from "effect/observability/OtlpTracer"
import * as Option from "effect/Option"
import type * as Tracer from "effect/Tracer"
import { Attribute } from "./names.ts"
import type { TraceSpan } from "./TraceSpan.ts"

export type OtlpSpan = TraceData["resourceSpans"][number]["scopeSpans"][number]["spans"][number]

/**
 * An ended span as the protocol has it. A failure sets the status, and so does an interruption: what was cancelled was not
 * done. Source: opentelemetry-proto, trace/v1/trace.proto.
 */
export const otlpSpan = (span: TraceSpan): OtlpSpan => {
  const { attributes, events, links, name, parent, spanId, status, traceId } = span
  const failure = failureOf(span)
  return {
    traceId,
    spanId,
    parentSpanId: Option.getOrUndefined(parent)?.spanId,
    name,
    kind: kindOf(span),
    startTimeUnixNano: String(status.startTime),
    endTimeUnixNano: String(endOf(span)),
    attributes: entriesToAttributes([...attributes, ...failure.attributes]),
    droppedAttributesCount: 0,
    events: events.map(([name, time, attributes]) => ({
      name,
      timeUnixNano: String(time),
      attributes: entriesToAttributes(Object.entries(attributes)),
      droppedAttributesCount: 0
    })),
    droppedEventsCount: 0,
    status: failure.message === undefined ? { code: 0 } : { code: 2, message: failure.message },
    links: links.map((link) => ({
      traceId: link.span.traceId,
      spanId: link.span.spanId,
      attributes: entriesToAttributes(Object.entries(link.attributes)),
      droppedAttributesCount: 0
    })),
    droppedLinksCount: 0
  }
}

/** The numbers of `SpanKind`. */
const kinds: Record<Tracer.SpanKind, number> = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 }

export const kindOf = ({ kind }: TraceSpan): number => kinds[kind]

/** ns since 1970. */
export const endOf = ({ status }: TraceSpan): bigint => status._tag === "Ended" ? status.endTime : status.startTime

interface Failure {
  /** Absent when all went well. */
  readonly message?: string
  readonly attributes: ReadonlyArray<[string, unknown]>
}

/** What is said of a span that did not end well: the message of its status, and attributes beside those that it has. */
export const failureOf = ({ attributes, status }: TraceSpan): Failure => {
  // Ended well as an effect, which says of a process or a request that it failed.
  const type = attributes.get(Attribute.errorType)
  if (type !== undefined) return { message: String(type), attributes: [] }
  if (status._tag === "Started" || status.exit._tag === "Success") return { attributes: [] }
  const { cause } = status.exit
  if (Cause.hasInterruptsOnly(cause)) {
    return { message: "cancelled", attributes: [[Attribute.errorType, "cancelled"], [Attribute.interrupted, true]] }
  }
  const [error] = Cause.prettyErrors(cause)
  const tagged: unknown = Option.getOrUndefined(Cause.findErrorOption(cause))
  const tag = typeof tagged === "object" && tagged !== null && "_tag" in tagged ? String(tagged._tag) : error?.name
  return { message: error?.message ?? "failed", attributes: [[Attribute.errorType, tag ?? "failed"]] }
}
