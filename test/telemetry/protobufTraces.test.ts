import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as OtlpResource from "effect/observability/OtlpResource"
import { layerProtobuf, OtlpSerialization } from "effect/observability/OtlpSerialization"
import * as Schema from "effect/Schema"
import type { OtlpSpan } from "../../src/telemetry/otlpSpan.ts"
import { protobufTraces } from "../../src/telemetry/protobufTraces.ts"

const Int64 = Schema.BigInt.check(Schema.isBetweenBigInt({ minimum: -(2n ** 63n), maximum: 2n ** 63n - 1n }))
const Nanos = Schema.BigInt.check(Schema.isBetweenBigInt({ minimum: 0n, maximum: 2n ** 64n - 1n }))
const Value = Schema.Union([Schema.String, Schema.Finite, Schema.Boolean, Int64, Schema.Int])
const Attributes = Schema.Record(Schema.String, Schema.Union([Value, Schema.Array(Value)]))
const Ids = Schema.Tuple([Int64, Int64, Int64])
const Span = Schema.Struct({
  ids: Ids,
  parent: Schema.NullOr(Int64),
  name: Schema.String,
  kind: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5 })),
  times: Schema.Tuple([Nanos, Nanos]),
  attributes: Attributes,
  events: Schema.Array(Schema.Struct({ name: Schema.String, time: Nanos, attributes: Attributes })),
  links: Schema.Array(Schema.Struct({ ids: Ids, attributes: Attributes })),
  message: Schema.NullOr(Schema.String)
})

const hex = (number: bigint) => BigInt.asUintN(64, number).toString(16).padStart(16, "0")
const attributesOf = (attributes: typeof Attributes.Type) =>
  OtlpResource.entriesToAttributes(Object.entries(attributes))

const spanOf = (span: typeof Span.Type): OtlpSpan => ({
  traceId: hex(span.ids[0]) + hex(span.ids[1]),
  spanId: hex(span.ids[2]),
  parentSpanId: span.parent === null ? undefined : hex(span.parent),
  name: span.name,
  kind: span.kind,
  startTimeUnixNano: String(span.times[0]),
  endTimeUnixNano: String(span.times[1]),
  attributes: attributesOf(span.attributes),
  droppedAttributesCount: 0,
  events: span.events.map(({ attributes, name, time }) => ({
    name,
    timeUnixNano: String(time),
    attributes: attributesOf(attributes),
    droppedAttributesCount: 0
  })),
  droppedEventsCount: 0,
  status: span.message === null ? { code: 0 } : { code: 2, message: span.message },
  links: span.links.map(({ attributes, ids }) => ({
    traceId: hex(ids[0]) + hex(ids[1]),
    spanId: hex(ids[2]),
    attributes: attributesOf(attributes),
    droppedAttributesCount: 0
  })),
  droppedLinksCount: 0
})

describe("protobufTraces", () => {
  it.effect.prop(
    "gives the bytes that Effect's encoding gives",
    { spans: Schema.Array(Span), attributes: Attributes, name: Schema.String, version: Schema.NonEmptyString },
    Effect.fnUntraced(function*({ attributes, name, spans, version }) {
      const serialization = yield* OtlpSerialization
      const resource = { attributes: attributesOf(attributes), droppedAttributesCount: 0 }
      const scope = { name, version }
      const ours = protobufTraces({ resource, scope, spans: spans.map(spanOf) })
      const theirs = serialization.traces({
        resourceSpans: [{ resource, scopeSpans: [{ scope, spans: spans.map(spanOf) }] }]
      })
      assert(theirs._tag === "Uint8Array")
      assert.strictEqual(Buffer.from(ours).toString("hex"), Buffer.from(theirs.body).toString("hex"))
    }, Effect.provide(layerProtobuf))
  )
})
