import { BinaryReader, WireType } from "@bufbuild/protobuf/wire"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Target } from "./target.ts"

/** What an endpoint that has accepted a request did not take of it. */
export interface Rejected {
  readonly count: number
  /** The endpoint's words; may be empty. */
  readonly reason: string
}

const Count = Schema.optionalKey(Schema.Union([Schema.String, Schema.Int]))

const Answer = Schema.fromJsonString(Schema.Struct({
  partialSuccess: Schema.optionalKey(Schema.NullOr(Schema.Struct({
    rejectedSpans: Count,
    rejectedDataPoints: Count,
    rejectedLogRecords: Count,
    errorMessage: Schema.optionalKey(Schema.String)
  })))
}))

/**
 * Reads the body of an answer that says that all is well; `undefined` when all was taken, and for what is none. Source: OTLP, "Partial
 * Success", and `ExportTracePartialSuccess` of opentelemetry-proto, which those of metrics and logs are like.
 */
export const rejected = (protocol: Target["protocol"], body: Uint8Array): Rejected | undefined => {
  if (body.length === 0) return undefined
  const found = protocol === "http/json" ? ofJson(body) : ofProtobuf(body)
  return found !== undefined && found.count > 0 ? found : undefined
}

const ofJson = (body: Uint8Array): Rejected | undefined => {
  const answer = Schema.decodeResult(Answer)(new TextDecoder().decode(body))
  if (Result.isFailure(answer) || !answer.success.partialSuccess) return undefined
  const { errorMessage = "", rejectedDataPoints, rejectedLogRecords, rejectedSpans } = answer.success.partialSuccess
  return { count: Number(rejectedSpans ?? rejectedDataPoints ?? rejectedLogRecords ?? 0), reason: errorMessage }
}

const ofProtobuf = (body: Uint8Array): Rejected | undefined => {
  try {
    const partial = fieldsOf(body).get(1)
    if (!(partial instanceof Uint8Array)) return undefined
    const fields = fieldsOf(partial)
    const reason = fields.get(2)
    return {
      count: Number(fields.get(1) ?? 0),
      reason: reason instanceof Uint8Array ? new TextDecoder().decode(reason) : ""
    }
  } catch {
    // Not protobuf, whatever it says.
    return undefined
  }
}

/** Fields of a message, by their numbers: numbers and bytes, no others. */
const fieldsOf = (message: Uint8Array): ReadonlyMap<number, Uint8Array | bigint | string> => {
  const reader = new BinaryReader(message)
  const fields = new Map<number, Uint8Array | bigint | string>()
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag()
    if (type === WireType.LengthDelimited) fields.set(field, reader.bytes())
    else if (type === WireType.Varint) fields.set(field, reader.int64())
    else reader.skip(type, field)
  }
  return fields
}
