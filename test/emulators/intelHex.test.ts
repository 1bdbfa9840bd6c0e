import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { parseIntelHex } from "../../src/emulators/intelHex.ts"

const record = (type: number, offset: number, data: ReadonlyArray<number>) => {
  const bytes = [data.length, offset >> 8, offset & 0xff, type, ...data]
  const sum = bytes.reduce((total, byte) => total + byte, 0)
  return `:${[...bytes, -sum & 0xff].map((byte) => byte.toString(16).padStart(2, "0")).join("").toUpperCase()}`
}
const eof = ":00000001FF"

const parse = (...lines: ReadonlyArray<string>) => parseIntelHex("f.hex", lines.join("\n"))
const bytes = (...lines: ReadonlyArray<string>) => [...Result.getOrThrow(parse(...lines))]
const message = (...lines: ReadonlyArray<string>) => Result.getOrThrow(Result.flip(parse(...lines))).message

describe("parseIntelHex", () => {
  it("reads records in any order, and fills gaps as erased flash", () => {
    assert.deepStrictEqual(bytes(record(0, 4, [5, 6]), record(0, 0, [1, 2]), eof), [1, 2, 0xff, 0xff, 5, 6])
  })

  it("adds segment and linear addresses", () => {
    const segment = bytes(record(2, 0, [0x10, 0x00]), record(0, 1, [7]), eof)
    assert.strictEqual(segment.length, 0x10002)
    assert.strictEqual(segment[0x10001], 7)
    const linear = bytes(record(4, 0, [0, 1]), record(0, 0, [7]), record(4, 0, [0, 0]), record(0, 0, [8]), eof)
    assert.strictEqual(linear.length, 0x10001)
    assert.deepStrictEqual([linear[0], linear[0x10000]], [8, 7])
  })

  it("skips start addresses, blank lines, CR, and all after the end", () => {
    const lines = ["", `${record(3, 0, [0, 0, 0, 0])}\r`, record(5, 0, [0, 0, 0, 0]), record(0, 0, [1]), eof, "junk"]
    assert.deepStrictEqual(bytes(...lines), [1])
  })

  it("takes lower case", () => {
    assert.deepStrictEqual(bytes(record(0, 0, [0xab, 0xcd]).toLowerCase(), eof), [0xab, 0xcd])
  })

  it("leaves out EEPROM and fuses", () => {
    assert.deepStrictEqual(
      bytes(
        record(0, 0, [1]),
        record(4, 0, [0, 0x81]),
        record(0, 0, [9]),
        record(4, 0, [0, 0x82]),
        record(0, 0, [9]),
        eof
      ),
      [1]
    )
  })

  it("says what is wrong, and where", () => {
    assert.strictEqual(message(record(0, 0, [1]), ":0100000001FF"), "f.hex:2: checksum FF should be FE")
    assert.strictEqual(message(":02000000010203"), "f.hex:1: checksum 03 should be FB")
    assert.strictEqual(message(":0200000001FD"), "f.hex:1: the record announces 2 bytes and has 1")
    assert.strictEqual(message("hello", eof), "f.hex:1: not an Intel HEX record")
    assert.strictEqual(message(":0", eof), "f.hex:1: not an Intel HEX record")
    assert.strictEqual(message(record(6, 0, [])), "f.hex:1: unknown record type 06")
    assert.strictEqual(message(record(4, 0, [1]), eof), "f.hex:1: an address record has 2 bytes, this one 1")
    assert.strictEqual(message(record(0, 0, [1]), ""), "f.hex:2: no end-of-file record: truncated")
  })

  const Byte = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 }))

  it.prop("reads back what was written", { data: Schema.Array(Byte) }, ({ data }) => {
    const lines = Array.from(
      { length: Math.ceil(data.length / 16) },
      (_, row) => record(0, row * 16, data.slice(row * 16, row * 16 + 16))
    )
    assert.deepStrictEqual(bytes(...lines, eof), [...data])
  }, { arbitrary: { runs: 100 } })

  it.prop("notices any one digit that changed", {
    data: Schema.NonEmptyArray(Byte),
    at: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1000 })),
    by: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 15 }))
  }, ({ at, by, data }) => {
    const line = record(0, 0x100, data.slice(0, 32))
    const index = 1 + at % (line.length - 1)
    const digit = ((Number.parseInt(line[index]!, 16) + by) % 16).toString(16)
    assert.isTrue(Result.isFailure(parse(line.slice(0, index) + digit + line.slice(index + 1), eof)))
  }, { arbitrary: { runs: 100 } })
})
