import { assert, describe, it } from "@effect/vitest"
import { leadsToFiles, markedWords, mayBeThin, timeMacro } from "../../src/cache/marks.ts"

const marksOf = (text: string) =>
  markedWords.reduce((marks, word, index) => text.includes(word) ? marks | 1 << index : marks, 0)

describe("marks", () => {
  it("tell what leads to other files", () => {
    for (
      const text of [
        "#if __has_include(<x.h>)",
        "asm(\".incbin \\\"x\\\"\");",
        "  .include \"x.inc\"",
        "x: .INCBIN \"x\"",
        ".Include \"x\"",
        ".iNcBiN \"x\"",
        ".iNCLUDE \"x\""
      ]
    ) {
      assert.isTrue(leadsToFiles(marksOf(text)), text)
      assert.isUndefined(timeMacro(marksOf(text)))
    }
    assert.isFalse(leadsToFiles(marksOf("int x = __TIME__;")))
  })

  it("tell what stands for a time", () => {
    for (const word of ["__DATE__", "__TIME__", "__TIMESTAMP__"]) {
      assert.strictEqual(timeMacro(marksOf(`a ${word} b`)), word)
    }
    assert.isUndefined(timeMacro(marksOf("__COUNTER__ __FILE__")))
  })

  it("tell what may be an archive of names", () => {
    assert.isTrue(mayBeThin(marksOf("!<thin>\n/ ")))
    assert.isFalse(mayBeThin(marksOf("!<arch>\n/ .incbin __DATE__")))
  })
})
