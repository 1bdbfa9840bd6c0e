import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { HttpBody } from "effect/http/HttpBody"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as OtlpResource from "effect/observability/OtlpResource"
import * as OtlpSerialization from "effect/observability/OtlpSerialization"
import type * as Scope from "effect/Scope"
import { type ExportQueue, makeExportQueue } from "./ExportQueue.ts"
import { type OtlpSpan, otlpSpan } from "./otlpSpan.ts"
import type { Settings, Signal } from "./settings.ts"
import type { TraceSpan } from "./TraceSpan.ts"

/** Sends what a request tells of itself to where its variables say. */
export interface Exporter {
  readonly span: (span: TraceSpan) => void
  /** Sends what is left and tells what was lost, in a sentence each; takes at most `farewellMillis`. */
  readonly close: Effect.Effect<ReadonlyArray<string>>
}

/** How long the end of a request may wait for an endpoint, ms. */
const farewellMillis = 100

/** Loaded when a request has an endpoint only: what it needs takes longer to load than a build that stands. */
export const makeExporter: (
  settings: Settings,
  version: string
) => Effect.Effect<Exporter, never, HttpClient.HttpClient | Scope.Scope> = Effect.fnUntraced(
  function*(settings, version) {
    const { resource: attributes, targets } = settings
    const resource = OtlpResource.make({ attributes: { "service.version": version, ...attributes } })
    const scope = { name: "fbuild", version }
    const queues: Array<{ readonly url: string; readonly what: string; readonly queue: ExportQueue<never> }> = []

    const open = Effect.fnUntraced(function*<A>(
      signal: Signal,
      encode: (serialization: OtlpSerialization.OtlpSerialization["Service"], items: Array<A>) => HttpBody
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
      queues.push({ url: target.url, what: signal === "traces" ? "spans" : signal, queue })
      yield* Effect.sleep(Duration.millis(settings.intervalMillis)).pipe(
        Effect.andThen(queue.send),
        Effect.forever,
        Effect.forkScoped
      )
      return queue
    })

    const spans = yield* open<OtlpSpan>(
      "traces",
      (serialization, spans) => serialization.traces({ resourceSpans: [{ resource, scopeSpans: [{ scope, spans }] }] })
    )

    return {
      span: (span) => spans?.push(otlpSpan(span)),
      close: Effect.map(
        Effect.forEach(queues, ({ queue }) => queue.drain(farewellMillis), { concurrency: "unbounded", discard: true }),
        () =>
          queues.flatMap(({ queue, url, what }) => {
            const loss = queue.loss()
            return loss === undefined ? [] : [`${loss.count} ${what} did not reach ${url}: ${loss.reason}`]
          })
      )
    }
  }
)
