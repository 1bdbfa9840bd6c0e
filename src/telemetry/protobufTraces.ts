import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire"
import type * as Resource from "effect/observability/OtlpResource"
import type { OtlpSpan } from "./otlpSpan.ts"

/** Spans of one resource, as one request has them. */
export interface SpanBatch {
  readonly resource: Resource.Resource
  readonly scope: { readonly name: string; readonly version: string }
  readonly spans: ReadonlyArray<OtlpSpan>
}

/**
 * An `ExportTraceServiceRequest`. Effect's own encoding gives the same bytes and takes ten times as long, of which a build of
 * ten thousand actions has 60,000 spans. Source of the numbers of fields: opentelemetry-proto, trace/v1/trace.proto.
 */
export const protobufTraces = ({ resource, scope, spans }: SpanBatch): Uint8Array => {
  const to = new BinaryWriter()
  begin(to, 1)
  begin(to, 1)
  attributes(to, 1, resource.attributes)
  to.join()
  begin(to, 2)
  begin(to, 1)
  text(to, 1, scope.name)
  text(to, 2, scope.version)
  to.join()
  for (const span of spans) {
    begin(to, 2)
    writeSpan(to, span)
    to.join()
  }
  return to.join().join().finish()
}

const writeSpan = (to: BinaryWriter, span: OtlpSpan): void => {
  hex(to, 1, span.traceId)
  hex(to, 2, span.spanId)
  if (span.parentSpanId !== undefined) hex(to, 4, span.parentSpanId)
  text(to, 5, span.name)
  to.tag(6, WireType.Varint).int32(span.kind)
  nanos(to, 7, span.startTimeUnixNano)
  nanos(to, 8, span.endTimeUnixNano)
  attributes(to, 9, span.attributes)
  for (const event of span.events) {
    begin(to, 11)
    nanos(to, 1, event.timeUnixNano)
    text(to, 2, event.name)
    attributes(to, 3, event.attributes)
    to.join()
  }
  for (const link of span.links) {
    begin(to, 13)
    hex(to, 1, link.traceId)
    hex(to, 2, link.spanId)
    attributes(to, 4, link.attributes)
    to.join()
  }
  begin(to, 15)
  const { code, message = "" } = span.status
  if (message !== "") text(to, 2, message)
  to.tag(3, WireType.Varint).int32(code)
  to.join()
}

/** `KeyValue`s. Source: opentelemetry-proto, common/v1/common.proto. */
const attributes = (to: BinaryWriter, field: number, pairs: ReadonlyArray<Resource.KeyValue>): void => {
  for (const { key, value } of pairs) {
    begin(to, field)
    text(to, 1, key)
    begin(to, 2)
    writeValue(to, value)
    to.join().join()
  }
}

/** An `AnyValue`, of the kinds that attributes are made of. */
const writeValue = (to: BinaryWriter, value: Resource.AnyValue): void => {
  const { arrayValue, boolValue, doubleValue, intValue, stringValue } = value
  if (typeof stringValue === "string") text(to, 1, stringValue)
  else if (typeof boolValue === "boolean") to.tag(2, WireType.Varint).bool(boolValue)
  else if (intValue !== undefined && intValue !== null) to.tag(3, WireType.Varint).int64(intValue)
  else if (typeof doubleValue === "number") to.tag(4, WireType.Bit64).double(doubleValue)
  else if (arrayValue !== undefined) {
    begin(to, 5)
    for (const item of arrayValue.values) {
      begin(to, 1)
      writeValue(to, item)
      to.join()
    }
    to.join()
  }
}

const begin = (to: BinaryWriter, field: number): void => {
  to.tag(field, WireType.LengthDelimited).fork()
}

const text = (to: BinaryWriter, field: number, value: string): void => {
  to.tag(field, WireType.LengthDelimited).string(value)
}

const nanos = (to: BinaryWriter, field: number, value: string): void => {
  to.tag(field, WireType.Bit64).fixed64(value)
}

/** Digits of an id, in lower case. */
const hex = (to: BinaryWriter, field: number, digits: string): void => {
  const bytes = new Uint8Array(digits.length / 2)
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = digit(digits.charCodeAt(2 * index)) * 16 + digit(digits.charCodeAt(2 * index + 1))
  }
  to.tag(field, WireType.LengthDelimited).bytes(bytes)
}

/** `0` to `9`, and `a` to `f`. */
const digit = (code: number): number => code < 0x3a ? code - 0x30 : code - 0x57
