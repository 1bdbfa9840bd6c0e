import { assert, describe, it } from "@effect/vitest"
import { makeStage } from "../../src/exec/Stage.ts"
import type { Mnemonic } from "../../src/plan/Action.ts"
import { action, path } from "../plan/actions.ts"

describe("makeStage", () => {
  const compile = action("out/x/a.o", ["a.c"], { depfile: path("out/x/a.d") })

  it("has a place for every output and for the depfile, the depfile beside its object", () => {
    const { argv, dir, files } = makeStage(compile, "/p", { root: "out/.stage/1" }, "7")
    assert.strictEqual(dir, "/p/out/.stage/1")
    const object = files.get("out/x/a.o")!
    assert.strictEqual(argv.at(-1), object)
    assert.isTrue(object.startsWith("out/.stage/1/"))
    assert.strictEqual(files.get("out/x/a.d"), object.replace(/\.o$/, ".d"))
  })

  it("is elsewhere for every action, and may be outside of the project", () => {
    const [one, other] = ["1", "2"].map((prefix) => makeStage(compile, "/p", { root: "/tmp/b" }, prefix))
    assert.notStrictEqual(one!.files.get("out/x/a.o"), other!.files.get("out/x/a.o"))
    assert.strictEqual(one!.dir, "/tmp/b")
  })

  it("has the temporary files of GCC in memory, where there is a place for them, and those of others beside the outputs", () => {
    const temporary = (memory: string | undefined, mnemonic: Mnemonic) =>
      makeStage(action("out/a", ["a"], { mnemonic }), "/p", { root: "out/.stage/1", memory }, "7").temporary
    for (const mnemonic of ["CCompile", "CxxCompile", "Assemble", "Link"] as const) {
      assert.strictEqual(temporary("/m", mnemonic), "/m")
      assert.strictEqual(temporary(undefined, mnemonic), "/p/out/.stage/1")
    }
    for (const mnemonic of ["Archive", "Objcopy", "Hook"] as const) {
      assert.strictEqual(temporary("/m", mnemonic), "/p/out/.stage/1")
    }
  })
})
