import { assert, describe, it } from "@effect/vitest"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { cacheLimit, formatByteSize, parseByteSize } from "../../src/cache/byteSize.ts"

const parse = (text: string) => Option.getOrUndefined(parseByteSize(text))

describe("byte sizes", () => {
  const sizes: Readonly<Record<string, number | undefined>> = {
    "0": 0,
    "1048576": 1024 ** 2,
    "812B": 812,
    "500M": 500 * 1024 ** 2,
    "5G": 5 * 1024 ** 3,
    "5g": 5 * 1024 ** 3,
    " 1.5 GiB ": 1.5 * 1024 ** 3,
    "64KB": 65536,
    "2T": 2 * 1024 ** 4,
    "": undefined,
    "G": undefined,
    "5X": undefined,
    "-1": undefined,
    "5 G G": undefined,
    "1e9": undefined,
    "5iB": undefined,
    "99999999T": undefined
  }
  for (const [text, bytes] of Object.entries(sizes)) {
    it(`${JSON.stringify(text)} is ${bytes ?? "no size"}`, () => assert.strictEqual(parse(text), bytes))
  }

  const Bytes = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2 ** 49 }))
  it.prop("what is shown is read as what was meant, to a twentieth of a unit", { bytes: Bytes }, ({ bytes }) => {
    const shown = formatByteSize(bytes)
    assert.match(shown, /^\d{1,4}(?: B|\.\d [KMGT]iB)$/)
    assert.notMatch(shown, /^1024/)
    assert.isAtMost(Math.abs(parse(shown)! - bytes), 1024 ** 4 < bytes ? 1024 ** 4 / 19 : bytes / 19)
  }, { arbitrary: { runs: 200 } })

  it.prop("any text is a size or none", { text: Schema.String }, ({ text }) => {
    const bytes = parse(text)
    assert.isTrue(bytes === undefined || (Number.isSafeInteger(bytes) && bytes >= 0))
  }, { arbitrary: { runs: 200 } })

  for (const bytes of [1023, 1024, 1024 ** 2 - 1, 1024 ** 3 - 1, 1024 ** 3]) {
    it(`${bytes} bytes are shown in the unit that fits`, () => {
      const shown = {
        1023: "1023 B",
        1024: "1.0 KiB",
        1048575: "1.0 MiB",
        1073741823: "1.0 GiB",
        1073741824: "1.0 GiB"
      }
      assert.strictEqual(formatByteSize(bytes), shown[bytes as keyof typeof shown])
    })
  }

  it("the limit comes from the environment, else it is 5 GiB", () => {
    assert.deepStrictEqual(cacheLimit({}), Option.some(5 * 1024 ** 3))
    assert.deepStrictEqual(cacheLimit({ FBUILD_CACHE_MAX_SIZE: "" }), Option.some(5 * 1024 ** 3))
    assert.deepStrictEqual(cacheLimit({ FBUILD_CACHE_MAX_SIZE: "500M" }), Option.some(500 * 1024 ** 2))
    assert.isTrue(Option.isNone(cacheLimit({ FBUILD_CACHE_MAX_SIZE: "much" })))
  })
})
