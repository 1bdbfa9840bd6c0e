import * as Context from "effect/Context"
import * as Hex from "effect/encoding/Hex"
import * as Exit from "effect/Exit"
import * as Tracer from "effect/Tracer"
import type { LogRecord } from "./LogRecord.ts"
import type { Propagation } from "./propagation.ts"
import type { Sampler } from "./sampler.ts"
import { childOptions, TraceSpan } from "./TraceSpan.ts"

/** The trace of one request. Every request has one: what is not exported is kept beside the build. */
export interface Trace {
  /** 32 hexadecimal digits: the caller's trace, else a new one. */
  readonly traceId: string
  /** The caller's span. */
  readonly parent: Tracer.ExternalSpan | undefined
  /** Whether spans leave this process. */
  readonly isExported: boolean
  readonly sampled: boolean
  /** For the fibers of the request. */
  readonly tracer: Tracer.Tracer
  /** Ended spans of the parts of the request, but for processes; the first `keptSpans` of them. */
  readonly spans: ReadonlyArray<TraceSpan>
  /** Starts a span of an action or of a part of one, apart from any fiber. It is exported, not kept. Times in ns since 1970. */
  readonly start: (name: string, parent: Tracer.AnySpan, startTime: bigint) => TraceSpan
  /** The same for what has ended well. */
  readonly add: (name: string, parent: Tracer.AnySpan, startTime: bigint, endTime: bigint) => void
  /** The variables by which a process that this span starts goes on with the trace; where nothing is exported, any process. */
  readonly variables: (span?: Tracer.AnySpan) => Readonly<Record<string, string>>
  /** Exports a log record, where logs are exported. */
  readonly log: ((record: LogRecord, span: Tracer.AnySpan | undefined) => void) | undefined
}

export type SpanIds = Partial<Pick<Tracer.AnySpan, "spanId">> & Pick<Tracer.AnySpan, "traceId">

/** Spans of parts that are kept: a build of a hundred environments has this many. */
const keptSpans = 2000

export const makeTrace = (options: {
  readonly propagation: Propagation
  /** Where spans go that are exported, and whether this trace is. Absent: nothing leaves this process. */
  readonly export?: { readonly sampler: Sampler; readonly push: (span: TraceSpan) => void } | undefined
  /** Where log records go, if they go anywhere. */
  readonly log?: ((record: LogRecord, ids: SpanIds) => void) | undefined
}): Trace => {
  const { parent } = options.propagation
  const traceId = parent?.traceId ?? Hex.random(32)
  const sampled = options.export?.sampler({ traceId, parent: parent?.sampled }) ?? parent?.sampled ?? true
  const push = sampled ? options.export?.push : undefined
  const spans: Array<TraceSpan> = []
  const pushed = (span: TraceSpan) => push?.(span)
  const kept = (span: TraceSpan) => {
    if (span.kind !== "client" && spans.length < keptSpans) spans.push(span)
    push?.(span)
  }
  const start: Trace["start"] = (name, parent, startTime) =>
    new TraceSpan(childOptions(name, parent, startTime), traceId, pushed)
  const { log } = options
  // Who does not take part in a trace hands it on as it came. Else processes may still find each other by it.
  const unseen = options.export === undefined && parent !== undefined
    ? parent
    : { traceId, spanId: Hex.random(16), sampled }
  return {
    log: log === undefined ? undefined : (record, span) => log(record, span ?? { traceId }),
    traceId,
    parent,
    isExported: push !== undefined,
    sampled,
    spans,
    tracer: Tracer.make({ span: (options) => new TraceSpan({ ...options, sampled }, traceId, kept) }),
    start,
    add: (name, parent, startTime, endTime) => {
      if (push !== undefined) start(name, parent, startTime).end(endTime, Exit.void)
    },
    variables: (span) => options.propagation.variables(push === undefined || span === undefined ? unseen : span)
  }
}

/** The trace of the request that a fiber belongs to; none in a test of a part. */
export const CurrentTrace = Context.Reference<Trace | undefined>("fbuild/telemetry/Trace", {
  defaultValue: () => undefined
})
