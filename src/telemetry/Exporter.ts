import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpBody from "effect/http/HttpBody"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import type { LogsData } from "effect/observability/OtlpLogger"
import * as OtlpResource from "effect/observability/OtlpResource"
import * as OtlpSerialization from "effect/observability/OtlpSerialization"
import type * as Scope from "effect/Scope"
import { type ExportQueue, makeExportQueue } from "./ExportQueue.ts"
import type { LogRecord } from "./LogRecord.ts"
import { makeMeter, type Measured, type Metric } from "./meter.ts"
import { type OtlpSpan, otlpSpan } from "./otlpSpan.ts"
import { protobufTraces } from "./protobufTraces.ts"
import type { Settings, Signal } from "./settings.ts"
import type { SpanIds } from "./Trace.ts"
import type { TraceSpan } from "./TraceSpan.ts"

/** Sends what a request tells of itself to where its variables say. */
export interface Exporter {
  readonly span: (span: TraceSpan) => void
  readonly log: (record: LogRecord, ids: SpanIds) => void
  /** Sends what is left and tells what was lost, in one sentence; takes at most `farewellMillis`. */
  readonly close: Effect.Effect<string | undefined>
}

/** The first export after the beginning of a request, ms. */
const firstMillis = 30
/** An answer may be there, and this process has been too busy to look, ms. */
const graceMillis = 20

type OtlpLog = NonNullable<LogsData["resourceLogs"][number]["scopeLogs"][number]["logRecords"]>[number]

/** Loaded when a request has an endpoint only: what it needs takes longer to load than a build that stands. */
export const makeExporter: (
  settings: Settings,
  version: string,
  measured: Measured
) => Effect.Effect<Exporter, never, HttpClient.HttpClient | Scope.Scope> = Effect.fnUntraced(
  function*(settings, version, measured) {
    const { farewellMillis, intervalMillis, metricsMillis, resource: attributes, targets } = settings
    const clock = yield* Clock.Clock
    const resource = OtlpResource.make({ attributes: { "service.version": version, ...attributes } })
    const scope = { name: "fbuild", version }

    const open = Effect.fnUntraced(function*<A>(
      signal: Signal,
      what: string,
      encode: (serialization: OtlpSerialization.OtlpSerialization["Service"], items: Array<A>) => HttpBody.HttpBody
    ) {
      const target = targets[signal]
      if (target === undefined) return undefined
      const { layerJson, layerProtobuf } = OtlpSerialization
      const context = yield* Layer.build(target.protocol === "http/json" ? layerJson : layerProtobuf)
      const serialization = Context.get(context, OtlpSerialization.OtlpSerialization)
      const queue = yield* makeExportQueue<A>({
        ...settings,
        target,
        encode: (items) => encode(serialization, [...items])
      })
      const { origin, pathname } = new URL(target.url)
      // What else an address has may be a secret.
      return { ...queue, what, origin, url: `${origin}${pathname}` }
    })

    const spans = yield* open<OtlpSpan>(
      "traces",
      "spans",
      (serialization, spans) =>
        targets.traces?.protocol === "http/json"
          ? serialization.traces({ resourceSpans: [{ resource, scopeSpans: [{ scope, spans }] }] })
          : HttpBody.uint8Array(protobufTraces({ resource, scope, spans }), "application/x-protobuf")
    )
    const logs = yield* open<OtlpLog>(
      "logs",
      "log records",
      (serialization, logRecords) =>
        serialization.logs({ resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords }] }] })
    )
    const metrics = yield* open<Metric>(
      "metrics",
      "metrics",
      (serialization, metrics) =>
        serialization.metrics({ resourceMetrics: [{ resource, scopeMetrics: [{ scope, metrics }] }] })
    )
    const queues = [spans, logs, metrics].filter((queue) => queue !== undefined)

    const meter = makeMeter(measured, clock.currentTimeNanosUnsafe())
    const measure = () => meter.metrics(clock.currentTimeNanosUnsafe()).forEach((metric) => metrics?.push(metric))
    let dueMillis = clock.currentTimeMillisUnsafe() + Math.min(firstMillis, intervalMillis)
    let measuredMillis = dueMillis
    const tick = Effect.suspend(() => {
      const now = clock.currentTimeMillisUnsafe()
      meter.tick(clock.currentTimeNanosUnsafe(), Math.max(0, now - dueMillis))
      if (now - measuredMillis >= metricsMillis) {
        measuredMillis = now
        measure()
      }
      dueMillis = now + intervalMillis
      // Not waited for: an endpoint that is slow must not hold up the looks at this process.
      return Effect.forEach(queues, ({ send }) => Effect.forkScoped(send), { discard: true })
    })
    // The first time early: what sends is loaded and connected by the end of a short build, or known to have failed.
    yield* Effect.sleep(Duration.millis(Math.min(firstMillis, intervalMillis))).pipe(
      Effect.andThen(tick),
      Effect.andThen(Effect.forever(Effect.andThen(Effect.sleep(Duration.millis(intervalMillis)), tick))),
      Effect.forkScoped
    )

    return {
      span: (span) => spans?.push(otlpSpan(span)),
      log: (record, ids) => logs?.push(otlpLog(record, ids, clock.currentTimeNanosUnsafe())),
      close: Effect.suspend(() => {
        measure()
        const now = clock.currentTimeMillisUnsafe()
        // Who has not answered one signal for as long as it would be waited for now is slower than that for all of them.
        const patience = (host: string) => {
          const asked = queues.flatMap(({ askedMillis, origin }) => origin === host ? askedMillis() ?? [] : [])
          return Math.max(graceMillis, farewellMillis - (now - Math.min(now, ...asked)))
        }
        return Effect.forEach(queues, ({ askedMillis, drain, origin }) => {
          const first = patience(origin)
          return drain(askedMillis() === undefined ? first : farewellMillis, first)
        }, { concurrency: "unbounded", discard: true })
      }).pipe(Effect.map(() => lossOf(queues)))
    }
  }
)

const lossOf = (
  queues: ReadonlyArray<Pick<ExportQueue<never>, "loss"> & { readonly what: string; readonly url: string }>
): string | undefined => {
  const losses = queues.flatMap(({ loss, url, what }) => {
    const { count, reason } = loss() ?? { count: 0, reason: "" }
    return count === 0 ? [] : [{ told: `${count} ${what}`, because: `${url}: ${reason}` }]
  })
  const [first] = losses
  return first && `${losses.map(({ told }) => told).join(", ")} did not reach ${first.because}`
}

/** Source of the numbers: opentelemetry-proto, logs/v1/logs.proto, `SeverityNumber`. */
const severities: Record<LogRecord["severity"], NonNullable<OtlpLog["severityNumber"]>> = {
  Info: 9,
  Warn: 13,
  Error: 17
}

const otlpLog = (
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
