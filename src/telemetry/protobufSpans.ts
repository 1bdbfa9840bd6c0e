import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire"
import * as HttpBody from "effect/http/HttpBody"
import * as OtlpResource from "effect/observability/OtlpResource"
import * as Option from "effect/Option"
import type { Batch } from "./ExportQueue.ts"
import { endOf, failureOf, kindOf } from "./otlpSpan.ts"
import type { TraceSpan } from "./TraceSpan.ts"

/** What all spans of a batch have in common. */
export interface SpanSource {
  readonly resource: OtlpResource.Resource
  readonly scope: { readonly name: string; readonly version: string }
}

/**
 * Spans that are written together. Each by itself, between other work, would take three times as long: what it takes to write
 * one has left the processor's caches when the next has ended. A whole batch together would hold up the end of a build.
 */
const together = 64

/**
 * An `ExportTraceServiceRequest`, to which spans are written as they end. Effect's own encoding gives the same bytes and
 * takes ten times as long, all at once: a build of ten thousand actions has 60,000 spans.
 * Source of the numbers of fields: opentelemetry-proto, trace/v1/trace.proto.
 */
export const protobufSpans = ({ resource, scope }: SpanSource): Batch<TraceSpan> => {
  const to = new BinaryWriter()
  const written: Array<Uint8Array> = []
  let ended: Array<TraceSpan> = []
  let bytes = 0
  const writeEnded = () => {
    for (const span of ended) {
      begin(to, 2)
      writeSpan(to, span)
      to.join()
    }
    ended = []
    const spans = to.finish()
    written.push(spans)
    bytes += spans.length
  }
  return {
    add: (span) => {
      if (ended.push(span) === together) writeEnded()
    },
    bytes: () => bytes,
    body: () => {
      writeEnded()
      begin(to, 1)
      begin(to, 1)
      for (const { key, value } of resource.attributes) writePair(to, 1, key, value, writeAny)
      to.join()
      begin(to, 2)
      begin(to, 1)
      text(to, 1, scope.name)
      text(to, 2, scope.version)
      to.join()
      for (const spans of written) to.raw(spans)
      return HttpBody.uint8Array(to.join().join().finish(), "application/x-protobuf")
    }
  }
}

const writeSpan = (to: BinaryWriter, span: TraceSpan): void => {
  const { attributes, events, links, name, parent, spanId, status, traceId } = span
  hex(to, 1, traceId)
  hex(to, 2, spanId)
  if (Option.isSome(parent)) hex(to, 4, parent.value.spanId)
  text(to, 5, name)
  to.tag(6, WireType.Varint).int32(kindOf(span))
  nanos(to, 7, status.startTime)
  nanos(to, 8, endOf(span))
  const failure = failureOf(span)
  for (const [key, value] of attributes) writePair(to, 9, key, value, writeValue)
  for (const [key, value] of failure.attributes) writePair(to, 9, key, value, writeValue)
  for (const [name, time, attributes] of events) {
    begin(to, 11)
    nanos(to, 1, time)
    text(to, 2, name)
    for (const key of Object.keys(attributes)) writePair(to, 3, key, attributes[key], writeValue)
    to.join()
  }
  for (const { attributes, span: { spanId, traceId } } of links) {
    begin(to, 13)
    hex(to, 1, traceId)
    hex(to, 2, spanId)
    for (const key of Object.keys(attributes)) writePair(to, 4, key, attributes[key], writeValue)
    to.join()
  }
  begin(to, 15)
  if (failure.message) text(to, 2, failure.message)
  to.tag(3, WireType.Varint).int32(failure.message === undefined ? 0 : 2)
  to.join()
}

/** A `KeyValue`. Source: opentelemetry-proto, common/v1/common.proto. */
const writePair = <A>(
  to: BinaryWriter,
  field: number,
  key: string,
  value: A,
  write: (to: BinaryWriter, value: A) => void
): void => {
  begin(to, field)
  text(to, 1, key)
  begin(to, 2)
  write(to, value)
  to.join().join()
}

/** An `AnyValue`. Command lines, nearly all of what there is, are written as they are. */
const writeValue = (to: BinaryWriter, value: unknown): void => {
  if (typeof value === "string") text(to, 1, value)
  else if (Array.isArray(value)) writeArray(to, value, writeValue)
  else writeAny(to, OtlpResource.unknownToAttributeValue(value))
}

const writeArray = <A>(
  to: BinaryWriter,
  values: ReadonlyArray<A>,
  write: (to: BinaryWriter, value: A) => void
): void => {
  begin(to, 5)
  for (const value of values) {
    begin(to, 1)
    write(to, value)
    to.join()
  }
  to.join()
}

const writeAny = (to: BinaryWriter, value: OtlpResource.AnyValue): void => {
  const { arrayValue, boolValue, doubleValue, intValue, stringValue } = value
  if (typeof stringValue === "string") text(to, 1, stringValue)
  else if (typeof boolValue === "boolean") to.tag(2, WireType.Varint).bool(boolValue)
  else if (intValue !== undefined && intValue !== null) to.tag(3, WireType.Varint).int64(intValue)
  else if (typeof doubleValue === "number") to.tag(4, WireType.Bit64).double(doubleValue)
  else if (arrayValue !== undefined) writeArray(to, arrayValue.values, writeAny)
}

const begin = (to: BinaryWriter, field: number): void => {
  to.tag(field, WireType.LengthDelimited).fork()
}

const text = (to: BinaryWriter, field: number, value: string): void => {
  to.tag(field, WireType.LengthDelimited).string(value)
}

const nanos = (to: BinaryWriter, field: number, value: bigint): void => {
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
