import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { replacePaths } from "../../src/cache/replacePaths.ts"

const names = new Map([["out/a.elf", "<elf>"], ["out/a.map", "<map>"], ["out/a", "<a>"], ["out/a,b", "<comma>"]])

describe("replacePaths", () => {
  const table: ReadonlyArray<readonly [word: string, expected: string]> = [
    ["out/a.elf", "<elf>"],
    ["--out=out/a.map", "--out=<map>"],
    ["-Wl,-Map=out/a.map,--cref", "-Wl,-Map=<map>,--cref"],
    ["-Wl,-Map,out/a.map,-x,out/a", "-Wl,-Map,<map>,-x,<a>"],
    ["out/a,b", "<comma>"],
    ["out/a,out/a", "<a>,<a>"],
    ["x=out/a.elf=out/a", "x=out/a.elf=<a>"],
    ["out/a.elf.c", "out/a.elf.c"],
    ["x/out/a", "x/out/a"],
    ["-Iout/a", "-Iout/a"],
    ["out/a/x", "out/a/x"]
  ]
  for (const [word, expected] of table) {
    it(word, () => assert.deepStrictEqual(replacePaths([word], names), [expected]))
  }

  const Word = Schema.Array(Schema.Literals(["out/", "a", ".elf", ".map", "=", ",", "-Wl", "b"]))
  it.prop("changes nothing but whole paths", { words: Schema.Array(Word) }, ({ words }) => {
    const before = words.map((pieces) => pieces.join(""))
    const back = new Map([...names].map(([path, name]) => [name, path]))
    const after = replacePaths(before, names)
    assert.deepStrictEqual(after.map((word) => word.replaceAll(/<\w+>/g, (name) => back.get(name)!)), before)
    for (const word of after) assert.notMatch(word, /[^=,]<|>[^,]/)
  }, { arbitrary: { runs: 200 } })
})
