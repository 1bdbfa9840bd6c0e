import { assert, describe, it } from "@effect/vitest"
import { expandResponses, missingResponses } from "../../src/cache/responseFile.ts"

describe("expandResponses", () => {
  // As gcc -### @file shows them.
  const table: ReadonlyArray<readonly [text: string, ...words: ReadonlyArray<string>]> = [
    ["-a  -b\n\t-c\n", "-a", "-b", "-c"],
    ["-DX=\"a b\" '-DY=\"z\"'", "-DX=a b", "-DY=\"z\""],
    ["c\\ d 'x\\y' \"a\\\"b\"", "c d", "xy", "a\"b"],
    ["'' x", "", "x"],
    ["-I'a b'/c", "-Ia b/c"],
    [""]
  ]
  for (const [text, ...words] of table) {
    it(
      JSON.stringify(text),
      () =>
        assert.deepStrictEqual(expandResponses(["gcc", "@f", "-z"], new Map([["f", text]])), ["gcc", ...words, "-z"])
    )
  }

  const texts = new Map([["a", "-1 @b @c"], ["b", "-2 @d/e"], ["self", "-3 @self"]])

  it("puts those that others name into place", () =>
    assert.deepStrictEqual(expandResponses(["gcc", "@a", "x@b"], texts), ["gcc", "-1", "-2", "@d/e", "@c", "x@b"]))

  const passed = new Map([["f", "-T 'a b' @g"], ["g", "-L,x"]])
  const behind: ReadonlyArray<readonly [words: string, expected: string]> = [
    ["-Wl,@f", "-Xlinker -T -Xlinker a b -Xlinker -L,x"],
    ["-Wl,--cref,@g,-z", "-Xlinker --cref -Xlinker -L,x -Xlinker -z"],
    ["-Wa,@g -Wp,@g", "-Xassembler -L,x -Xpreprocessor -L,x"],
    ["-Wl,@none,-z -Wl,--x=@f", "-Wl,@none,-z -Wl,--x=@f"],
    ["-Xlinker @g", "-Xlinker -L,x"]
  ]
  for (const [words, expected] of behind) {
    it(`${words}, as the program behind the driver reads it`, () => {
      assert.strictEqual(expandResponses(words.split(" "), passed).join(" "), expected)
    })
  }

  it("ends when one names itself", () => assert.deepStrictEqual(expandResponses(["@self"], texts), ["-3", "@self"]))

  it("tells which are to be read", () => {
    assert.deepStrictEqual(missingResponses(["gcc", "@a", "@self", "@d/e"], texts), ["d/e", "c"])
    assert.deepStrictEqual(missingResponses(["gcc", "-a@b"], texts), [])
    assert.deepStrictEqual(missingResponses(["gcc", "-Wl,-z,@n,@a", "-Wa,@m"], texts), ["n", "d/e", "c", "m"])
  })
})
