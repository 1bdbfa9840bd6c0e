import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { nearest } from "../../src/domain/nearest.ts"

describe("nearest", () => {
  it("puts the closest first and equally close ones in their own order", () => {
    assert.deepStrictEqual(nearest("unoo", ["mega", "uno", "uni", "leonardo"], 2), ["uno", "uni"])
    assert.deepStrictEqual(nearest("b", ["a2", "a1", "c"], 3), ["c", "a2", "a1"])
  })

  it("counts two swapped letters as one change", () => {
    assert.deepStrictEqual(nearest("maga", ["amga", "mag"], 2), ["amga", "mag"])
    assert.deepStrictEqual(nearest("ab", ["cd", "ba"], 1), ["ba"])
  })

  it("ignores letter case but answers as written", () => {
    assert.deepStrictEqual(nearest("UNO", ["due", "Uno"], 1), ["Uno"])
  })

  it("names a candidate once, and none when there is none", () => {
    assert.deepStrictEqual(nearest("x", ["a", "a", "b"]), ["a", "b"])
    assert.deepStrictEqual(nearest("x", []), [])
  })

  it.prop("finds a word that is there", {
    word: Schema.String,
    others: Schema.Array(Schema.String)
  }, ({ others, word }) => {
    const [first] = nearest(word, [...others, word], 1)
    assert.strictEqual(first?.toLowerCase(), word.toLowerCase())
  }, { arbitrary: { runs: 100 } })
})
