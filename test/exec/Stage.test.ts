import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { makeStage, stageArgv } from "../../src/exec/Stage.ts"
import { action, path } from "../plan/actions.ts"

const files = new Map([["out/a.elf", "S/a.elf"], ["out/a.map", "S/a.map"]])

describe("stageArgv", () => {
  it("puts the staged name in place of an output", () => {
    assert.deepStrictEqual(
      stageArgv(["cc", "-o", "out/a.elf", "-Wl,-Map=out/a.map,--cref", "-Wl,-Map,out/a.map", "--out=out/a.map"], files),
      ["cc", "-o", "S/a.elf", "-Wl,-Map=S/a.map,--cref", "-Wl,-Map,S/a.map", "--out=S/a.map"]
    )
  })

  it("leaves paths alone that only contain an output's", () => {
    const argv = ["cc", "out/a.elf.c", "x/out/a.elf", "-Iout/a.elf/x", "out/a.elfx", "out/a"]
    assert.deepStrictEqual(stageArgv(argv, files), argv)
  })

  // Words made of pieces that look like outputs as much as possible.
  const Word = Schema.Array(Schema.Literals(["out/", "a", ".elf", ".map", "=", ",", "-Wl", "x", " "]))
  it.prop("changes nothing but whole output paths", { words: Schema.Array(Word) }, ({ words }) => {
    const argv = words.map((pieces) => pieces.join(""))
    for (const [index, arg] of stageArgv(argv, files).entries()) {
      const before = argv[index]!
      if (arg === before) continue
      const back = arg.replace(/(^|[=,])S\/a\.(elf|map)(?=,|$)/, "$1out/a.$2")
      assert.strictEqual(back, before)
    }
  }, { arbitrary: { runs: 100 } })
})

describe("makeStage", () => {
  const compile = action("out/x/a.o", ["a.c"], { depfile: path("out/x/a.d") })

  it("has a place for every output and for the depfile, the depfile beside its object", () => {
    const { argv, dir, files } = makeStage(compile, "/p", "out/.stage/1", "7")
    assert.strictEqual(dir, "/p/out/.stage/1")
    const object = files.get("out/x/a.o")!
    assert.strictEqual(argv.at(-1), object)
    assert.isTrue(object.startsWith("out/.stage/1/"))
    assert.strictEqual(files.get("out/x/a.d"), object.replace(/\.o$/, ".d"))
  })

  it("is elsewhere for every action, and may be outside of the project", () => {
    const [one, other] = ["1", "2"].map((prefix) => makeStage(compile, "/p", "/tmp/b", prefix))
    assert.notStrictEqual(one!.files.get("out/x/a.o"), other!.files.get("out/x/a.o"))
    assert.strictEqual(one!.dir, "/tmp/b")
  })
})
