import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { HttpBody } from "effect/http/HttpBody"
import * as Layer from "effect/Layer"
import * as OtlpResource from "effect/observability/OtlpResource"
import * as OtlpSerialization from "effect/observability/OtlpSerialization"
import { allTaken } from "./Afterwards.ts"
import { type Batch, type ExportQueue, type Held, makeExportQueue } from "./ExportQueue.ts"
import type { LogRecord } from "./LogRecord.ts"
import { makeSenders } from "./makeSenders.ts"
import { makeMeter, type Measured, type Metric } from "./meter.ts"
import { type OtlpLog, otlpLog } from "./otlpLog.ts"
import { otlpSpan } from "./otlpSpan.ts"
import { protobufSpans } from "./protobufSpans.ts"
import type { Settings } from "./settings.ts"
import type { Signal, Target } from "./target.ts"
import type { SpanIds } from "./Trace.ts"
import type { TraceSpan } from "./TraceSpan.ts"
import type { Tls } from "./Transport.ts"

/** Sends what a request tells of itself to where its variables say, until its scope is closed. */
export interface Exporter {
  readonly span: (span: TraceSpan) => void
  readonly log: (record: LogRecord, ids: SpanIds) => void
  /** Addresses that it sends to. */
  readonly urls: ReadonlyArray<string>
  /** The last to be called: sends what is left, and ends after this long at the latest, ms. */
  readonly drain: (millis: number) => Effect.Effect<void>
  /** For a `drain` that goes on by itself: completes when all addresses have taken something, or after this long, ms. */
  readonly taken: (millis: number) => Effect.Effect<void>
  /** Whether all addresses have taken what they were sent last; `undefined`: not known of all, and none has not. */
  readonly isTaken: () => boolean | undefined
  /** How many items have not arrived yet. */
  readonly held: () => number
  readonly loss: (held: Held) => Loss | undefined
}

export interface Loss {
  /** `12 spans, 3 metrics`. */
  readonly what: string
  /** An address, and why; one line. */
  readonly why: string
}

/** The first export after the beginning of a request, ms. Each of the next waits twice as long, up to what is asked for. */
const firstMillis = 30
/** An answer may be there, and this process has been too busy to look, ms. */
const graceMillis = 20

interface Served {
  readonly signal: Signal
  readonly target: Target
  readonly what: string
}

/** Loaded when a request has an endpoint only: what it needs takes longer to load than a build that stands. */
export const makeExporter = Effect.fnUntraced(
  function*(options: {
    readonly settings: Settings
    readonly version: string
    readonly measured: Measured
    /** What https needs for an address. */
    readonly tls: (target: Target) => Tls
  }) {
    const { settings, version } = options
    const { intervalMillis, metricsMillis, targets } = settings
    const clock = yield* Clock.Clock
    const now = () => clock.currentTimeMillisUnsafe()
    const resource = OtlpResource.make({ attributes: { "service.version": version, ...settings.resource } })
    const scope = { name: "fbuild", version }
    const senderOf = yield* makeSenders(options.tls)

    const open = Effect.fnUntraced(function*<A>(
      { signal, target, what }: Served,
      batch: (serialization: OtlpSerialization.OtlpSerialization["Service"]) => Batch<A>
    ) {
      const { layerJson, layerProtobuf } = OtlpSerialization
      const context = yield* Layer.build(target.protocol === "http/json" ? layerJson : layerProtobuf)
      const serialization = Context.get(context, OtlpSerialization.OtlpSerialization)
      const queue = yield* makeExportQueue<A>({
        ...settings,
        timeoutMillis: target.timeoutMillis,
        sender: yield* senderOf(signal, target),
        batch: () => batch(serialization)
      })
      const { origin, pathname } = new URL(target.url)
      // What else an address has may be a secret.
      return { ...queue, what, origin, url: `${origin}${pathname}` }
    })

    const spans = targets.traces && (yield* open<TraceSpan>(
      { signal: "traces", target: targets.traces, what: "spans" },
      (serialization) =>
        targets.traces?.protocol === "http/json"
          ? gathered(sizeOfSpan, (spans) =>
            serialization.traces({
              resourceSpans: [{ resource, scopeSpans: [{ scope, spans: spans.map(otlpSpan) }] }]
            }))
          : protobufSpans({ resource, scope })
    ))
    const logs = targets.logs && (yield* open<OtlpLog>(
      { signal: "logs", target: targets.logs, what: "log records" },
      (serialization) =>
        gathered(
          sizeOfLog,
          (logRecords) => serialization.logs({ resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords }] }] })
        )
    ))
    const metrics = targets.metrics && (yield* open<Metric>(
      { signal: "metrics", target: targets.metrics, what: "metrics" },
      (serialization) =>
        gathered(
          () => usualBytes,
          (metrics) => serialization.metrics({ resourceMetrics: [{ resource, scopeMetrics: [{ scope, metrics }] }] })
        )
    ))
    const queues = [spans, logs, metrics].filter((queue) => queue !== undefined)

    const meter = makeMeter(options.measured, clock.currentTimeNanosUnsafe())
    const measure = () => meter.metrics(clock.currentTimeNanosUnsafe()).forEach((metric) => metrics?.push(metric))
    let delayMillis = Math.min(firstMillis, intervalMillis)
    let dueMillis = now() + delayMillis
    let measuredMillis = now()
    let isOver = false
    const tick = Effect.suspend(() => {
      if (isOver) return Effect.void
      meter.tick(clock.currentTimeNanosUnsafe(), Math.max(0, now() - dueMillis))
      if (now() - measuredMillis >= metricsMillis) {
        measuredMillis = now()
        measure()
      }
      delayMillis = Math.min(2 * delayMillis, intervalMillis)
      dueMillis = now() + delayMillis
      // Not waited for: an endpoint that is slow must not hold up the looks at this process.
      return Effect.forEach(queues, ({ send }) => Effect.forkScoped(send), { discard: true })
    })
    // The first time early: what sends is loaded and connected by the end of a short build, or known to have failed.
    yield* Effect.suspend(() => Effect.sleep(Duration.millis(delayMillis))).pipe(
      Effect.andThen(tick),
      Effect.forever,
      Effect.forkScoped
    )

    /** Who has not answered one signal for as long as it would be waited for now is slower than that for all of them. */
    const patience = (host: string, millis: number) => {
      const asked = queues.flatMap(({ askedMillis, origin }) => origin === host ? askedMillis() ?? [] : [])
      return Math.max(graceMillis, millis - (now() - Math.min(now(), ...asked)))
    }

    return {
      span: (span) => spans?.push(span),
      log: (record, ids) => logs?.push(otlpLog(record, ids, clock.currentTimeNanosUnsafe())),
      urls: queues.map(({ url }) => url),
      drain: (millis) =>
        Effect.suspend(() => {
          isOver = true
          // What measuring takes is part of the time.
          const until = now() + millis
          measure()
          return Effect.forEach(queues, ({ askedMillis, drain, origin }) => {
            const first = Math.min(patience(origin, millis), until - now())
            return drain(askedMillis() === undefined ? first : until - now(), first)
          }, { concurrency: "unbounded", discard: true })
        }),
      taken: (millis) =>
        Effect.forEach(queues, ({ heard, isTaken, origin }) =>
          heard.pipe(
            Effect.andThen(Effect.suspend(() => isTaken() === true ? Effect.void : Effect.never)),
            Effect.timeoutOption(Duration.millis(patience(origin, millis)))
          ), { concurrency: "unbounded", discard: true }),
      isTaken: () => allTaken(queues.map(({ isTaken }) => isTaken())),
      held: () => queues.reduce((sum, { held }) => sum + held(), 0),
      loss: (held) => lossOf(queues, held)
    } satisfies Exporter
  }
)

/** What encodes all items at once. How large they will be is reckoned. */
const gathered = <A>(sizeOf: (item: A) => number, encode: (items: Array<A>) => HttpBody): Batch<A> => {
  const items: Array<A> = []
  let bytes = 0
  return {
    add: (item) => {
      items.push(item)
      bytes += sizeOf(item)
    },
    bytes: () => bytes,
    body: () => encode(items)
  }
}

/** What an item takes without its long texts, roughly. */
const usualBytes = 500

const sizeOfLog = ({ body }: OtlpLog): number => usualBytes + (body?.stringValue?.length ?? 0)

const sizeOfSpan = ({ attributes }: TraceSpan): number => {
  let size = usualBytes
  for (const value of attributes.values()) {
    if (typeof value === "string") size += value.length
    else if (Array.isArray(value)) size += String(value).length
  }
  return size
}

const lossOf = (
  queues: ReadonlyArray<Pick<ExportQueue<never>, "loss"> & { readonly what: string; readonly url: string }>,
  held: Held
): Loss | undefined => {
  const losses = queues.flatMap(({ loss, url, what }) => {
    const { count, reason } = loss(held) ?? { count: 0, reason: "" }
    return count === 0 ? [] : [{ what: `${count} ${what}`, why: `${url}: ${reason.replaceAll(/\s+/g, " ")}` }]
  })
  const [first] = losses
  return first && { what: losses.map(({ what }) => what).join(", "), why: first.why }
}
