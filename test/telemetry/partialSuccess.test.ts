import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire"
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { rejected } from "../../src/telemetry/partialSuccess.ts"

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))

const protobuf = (count: number, reason: string) =>
  new BinaryWriter()
    .tag(1, WireType.LengthDelimited)
    .fork()
    .tag(1, WireType.Varint).int64(count)
    .tag(2, WireType.LengthDelimited).string(reason)
    .join()
    // Of a later version.
    .tag(9, WireType.Bit64).fixed64(1)
    .finish()

describe("what was not taken of a request that was accepted", () => {
  it("is told in JSON", () => {
    const told = { partialSuccess: { rejectedSpans: "3", errorMessage: "too old" } }
    assert.deepStrictEqual(rejected("http/json", json(told)), { count: 3, reason: "too old" })
    assert.deepStrictEqual(rejected("http/json", json({ partialSuccess: { rejectedDataPoints: 2 } })), {
      count: 2,
      reason: ""
    })
    for (
      const all of [{}, { partialSuccess: null }, { partialSuccess: {} }, { partialSuccess: { rejectedSpans: 0 } }]
    ) {
      assert.isUndefined(rejected("http/json", json(all)))
    }
  })

  it("is told in protobuf", () => {
    assert.deepStrictEqual(rejected("http/protobuf", protobuf(7, "zu groß")), { count: 7, reason: "zu groß" })
    assert.isUndefined(rejected("http/protobuf", protobuf(0, "only a warning")))
  })

  it.prop("is nothing in what is neither", { bytes: Schema.Uint8Array }, ({ bytes }) => {
    for (const protocol of ["http/json", "http/protobuf"] as const) {
      const found = rejected(protocol, bytes)
      assert.isTrue(found === undefined || found.count > 0)
    }
  })
})
