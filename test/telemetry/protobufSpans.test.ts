import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as OtlpResource from "effect/observability/OtlpResource"
import { layerProtobuf, OtlpSerialization } from "effect/observability/OtlpSerialization"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Tracer from "effect/Tracer"
import { Attribute } from "../../src/telemetry/names.ts"
import { otlpSpan } from "../../src/telemetry/otlpSpan.ts"
import { protobufSpans } from "../../src/telemetry/protobufSpans.ts"
import { childOptions, TraceSpan } from "../../src/telemetry/TraceSpan.ts"

const Int64 = Schema.BigInt.check(Schema.isBetweenBigInt({ minimum: -(2n ** 63n), maximum: 2n ** 63n - 1n }))
const Nanos = Schema.BigInt.check(Schema.isBetweenBigInt({ minimum: 0n, maximum: 2n ** 64n - 1n }))
const Value = Schema.Union([Schema.String, Schema.Finite, Schema.Boolean, Int64, Schema.Int, Schema.Null])
const Attributes = Schema.Record(Schema.String, Schema.Union([Value, Schema.Array(Value)]))
const Ids = Schema.Tuple([Int64, Int64, Int64])
const Span = Schema.Struct({
  ids: Ids,
  parent: Schema.NullOr(Int64),
  name: Schema.String,
  kind: Schema.Literals(["internal", "server", "client", "producer", "consumer"]),
  times: Schema.Tuple([Nanos, Nanos]),
  attributes: Attributes,
  events: Schema.Array(Schema.Struct({ name: Schema.String, time: Nanos, attributes: Attributes })),
  links: Schema.Array(Schema.Struct({ ids: Ids, attributes: Attributes })),
  end: Schema.Union([
    Schema.Literals(["well", "interrupted"]),
    Schema.Struct({ failure: Schema.String }),
    Schema.Struct({ type: Schema.String })
  ])
})

const hex = (number: bigint) => BigInt.asUintN(64, number).toString(16).padStart(16, "0")
const idsOf = (ids: typeof Ids.Type) => Tracer.externalSpan({ traceId: hex(ids[0]) + hex(ids[1]), spanId: hex(ids[2]) })

const spanOf = ({ attributes, end, events, ids, kind, links, name, parent, times }: typeof Span.Type): TraceSpan => {
  const { traceId } = idsOf(ids)
  const span = new TraceSpan(
    {
      name,
      parent: Option.map(
        Option.fromNullOr(parent),
        (id) => Tracer.externalSpan({ traceId, spanId: hex(id) })
      ),
      annotations: Context.empty(),
      links: links.map(({ attributes, ids }) => ({ span: idsOf(ids), attributes })),
      startTime: times[0],
      kind,
      root: false,
      sampled: true
    },
    traceId,
    () => {}
  )
  for (const [key, value] of Object.entries(attributes)) span.attribute(key, value)
  for (const { attributes, name, time } of events) span.event(name, time, attributes)
  if (typeof end === "object" && "type" in end) span.attribute(Attribute.errorType, end.type)
  const exit = end === "interrupted"
    ? Exit.interrupt(1)
    : typeof end === "object" && "failure" in end
    ? Exit.die(new Error(end.failure))
    : Exit.void
  span.end(times[1], exit)
  return span
}

const scope = { name: "fbuild", version: "1" }

describe("protobufSpans", () => {
  it.effect.prop(
    "gives the bytes that Effect's encoding gives",
    {
      spans: Schema.Array(Span),
      times: Schema.Literals([1, 40]),
      attributes: Attributes,
      name: Schema.String,
      version: Schema.NonEmptyString
    },
    Effect.fnUntraced(function*({ attributes, name, spans, times, version }) {
      const serialization = yield* OtlpSerialization
      const resource = {
        attributes: OtlpResource.entriesToAttributes(Object.entries(attributes)),
        droppedAttributesCount: 0
      }
      const scope = { name, version }
      // Some are more than are written together.
      const ended = Array.from({ length: times }, () => spans.map(spanOf)).flat()
      const ours = protobufSpans({ resource, scope })
      ended.forEach(ours.add)
      const body = ours.body()
      const theirs = serialization.traces({
        resourceSpans: [{ resource, scopeSpans: [{ scope, spans: ended.map(otlpSpan) }] }]
      })
      assert(body._tag === "Uint8Array" && theirs._tag === "Uint8Array")
      assert.strictEqual(Buffer.from(body.body).toString("hex"), Buffer.from(theirs.body).toString("hex"))
    }, Effect.provide(layerProtobuf))
  )

  it("knows how large it has become, some spans at a time", () => {
    const batch = protobufSpans({ resource: { attributes: [], droppedAttributesCount: 0 }, scope })
    const span = new TraceSpan(childOptions("avr-gcc", idsOf([1n, 2n, 3n]), 1n), hex(1n) + hex(2n), () => {})
    span.attribute(Attribute.commandArgs, ["avr-gcc", "x".repeat(1000)])
    span.end(2n, Exit.void)
    for (let index = 0; index < 1000; index++) batch.add(span)
    const known = batch.bytes()
    const body = batch.body()
    assert(body._tag === "Uint8Array")
    assert.isAbove(known, body.body.length * 0.9)
    assert.isAtMost(known, body.body.length)
  })
})
