import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { planBuild } from "../../src/plan/planBuild.ts"
import { path } from "./actions.ts"
import { context, find, inputs, plan, properties, recipes, source } from "./inputs.ts"

/** How the core is archived when the recipe begins like this. */
const archiving = (recipe: string) =>
  find(plan(inputs(recipes.replace("/t/ar rcs", recipe))), "out/core/core.a").argv.slice(1, 3)

describe("planBuild", () => {
  it("links sketch, libraries and variant as objects, then the core's archive", () => {
    const link = find(plan(inputs(recipes)), "out/firmware.elf")
    assert.deepStrictEqual(link.argv, [
      "/t/gcc",
      "-Os",
      "-o",
      "out/firmware.elf",
      "out/src/app.cpp.o",
      "out/lib/Lib/Lib.cpp.o",
      "out/lib/Lib/util/x.c.o",
      "out/variant/pins.c.o",
      "out/core/core.a",
      "-lm",
      "-Xlinker",
      "-Map=out/firmware.map"
    ])
    assert.deepStrictEqual<ReadonlyArray<string>>(link.outputs, ["out/firmware.elf", "out/firmware.map"])
  })

  it("orders the sources of a folder: assembler, C, C++, each by name; folders below it follow", () => {
    const sources = ["z.cpp", "d/e/a.S", "b.c", "a.cpp", "y.S", "d/z.cpp", "a.c", "d/y.c", "B/x.cpp"].map((name) =>
      source("/core", name)
    )
    const given = inputs(recipes)
    const archive = find(plan({ ...given, core: { ...given.core, sources } }), "out/core/core.a")
    assert.deepStrictEqual(
      archive.argv.slice(3),
      ["y.S", "a.c", "b.c", "a.cpp", "z.cpp", "B/x.cpp", "d/y.c", "d/z.cpp", "d/e/a.S"].map((name) =>
        `out/core/${name}.o`
      )
    )
  })

  it("archives a library that asks for it, before the variant", () => {
    const given = inputs(recipes)
    const graph = plan({ ...given, libraries: given.libraries.map((one) => ({ ...one, linkage: "archive" as const })) })
    const archive = find(graph, "out/lib/Lib.a")
    assert.deepStrictEqual(archive.argv, [
      "/t/ar",
      "rcsD",
      "out/lib/Lib.a",
      "out/lib/Lib/Lib.cpp.o",
      "out/lib/Lib/util/x.c.o"
    ])
    assert.deepStrictEqual(find(graph, "out/firmware.elf").argv.slice(4, 8), [
      "out/src/app.cpp.o",
      "out/lib/Lib.a",
      "out/variant/pins.c.o",
      "out/core/core.a"
    ])
  })

  it("makes archives without times and owners, whatever the recipe's form", () => {
    assert.deepStrictEqual(archiving("/t/ar -rc"), ["-rcD", "out/core/core.a"])
    assert.deepStrictEqual(archiving("/t/ar rcsD"), ["rcsD", "out/core/core.a"])
    assert.deepStrictEqual(archiving("/t/ar --thin"), ["--thin", "out/core/core.a"])
  })

  it("makes no archive of a library without sources", () => {
    const given = inputs(recipes)
    const headers = { ...given.libraries[0]!, sources: [], linkage: "archive" as const }
    const graph = plan({ ...given, libraries: [headers] })
    assert.isFalse(graph.producers.has("out/lib/Lib.a"))
  })

  it("puts flags behind the vendor's and before the include list", () => {
    const given = inputs(recipes)
    const core = context(properties(recipes), {
      flags: { c: [], cxx: ["-O3", "-fno-x"], asm: [] },
      includes: ["/core", "a b"]
    })
    const compile = find(plan({ ...given, core: { ...given.core, context: core } }), "out/core/main.cpp.o")
    assert.deepStrictEqual(compile.argv, [
      "/t/g++",
      "-c",
      "-Os",
      "-O3",
      "-fno-x",
      "-frandom-seed=/core/main.cpp",
      "-I/core",
      "-Ia b",
      "/core/main.cpp",
      "-MD",
      "-o",
      "out/core/main.cpp.o"
    ])
    assert.strictEqual(compile.depfile, "out/core/main.cpp.d")
    assert.deepStrictEqual<ReadonlyArray<string>>(compile.inputs, ["/core/main.cpp"])
  })

  it("takes the vendor's flags away where build_unflags says so", () => {
    const given = inputs(recipes)
    const bare = context(properties(recipes), { unflags: ["-Os"] })
    const graph = plan({
      ...given,
      sketch: { ...given.sketch, context: bare },
      link: { ...given.link, unflags: ["-Os", "-lm"] }
    })
    assert.notInclude(find(graph, "out/src/app.cpp.o").argv, "-Os")
    assert.include(find(graph, "out/core/main.cpp.o").argv, "-Os")
    assert.notInclude(find(graph, "out/firmware.elf").argv, "-Os")
    assert.notInclude(find(graph, "out/firmware.elf").argv, "-lm")
  })

  it("puts link flags before the objects and libraries last", () => {
    const given = inputs(recipes)
    const graph = plan({ ...given, link: { ...given.link, flags: ["-Wl,-u,x"], libraries: ["-lfoo"] } })
    const { argv } = find(graph, "out/firmware.elf")
    assert.strictEqual(argv.indexOf("-Wl,-u,x") + 1, argv.indexOf("out/src/app.cpp.o"))
    assert.strictEqual(argv.indexOf("-lfoo"), argv.indexOf("-lm") + 1)
  })

  it("merges the tabs of a sketch, then compiles the result with their folder in sight", () => {
    const given = inputs(recipes)
    const tabs = [path("src/app.ino"), path("src/more.ino")]
    const graph = plan({ ...given, sketch: { ...given.sketch, tabs, merged: "app.ino.cpp" } })
    const convert = find(graph, "out/src/app.ino.cpp")
    assert.deepStrictEqual([convert.argv, convert.inputs, convert.step], [[], tabs, {
      _tag: "ConvertSketch",
      tabs: ["src/app.ino", "src/more.ino"]
    }])
    const compile = find(graph, "out/src/app.ino.cpp.o")
    assert.deepStrictEqual<ReadonlyArray<string>>(compile.inputs, ["out/src/app.ino.cpp"])
    assert.deepStrictEqual(compile.argv.slice(3, 5), ["-iquote", "src"])
    assert.notInclude(find(graph, "out/src/app.cpp.o").argv, "-iquote")
    assert.include(find(graph, "out/firmware.elf").argv, "out/src/app.ino.cpp.o")
  })

  it("keeps objects of sources outside of their folder inside", () => {
    const given = inputs(recipes)
    const outside = { ...source("src", "app.cpp"), name: "../../gen/app.cpp" }
    const graph = plan({ ...given, sketch: { ...given.sketch, sources: [outside, source("src", "app.cpp")] } })
    assert.isTrue(graph.producers.has("out/src/__/__/gen/app.cpp.o"))
    assert.isTrue(graph.producers.has("out/src/app.cpp.o"))
  })

  it("tells of sources that share an object, and of recipes that are missing", () => {
    const given = inputs(recipes)
    const twice = Result.gen(() => planBuild({ ...given, libraries: [...given.libraries, ...given.libraries] }))
    assert.strictEqual(Result.getOrThrow(Result.flip(twice))._tag, "DuplicateOutput")
    const none = Result.gen(() => planBuild(inputs(recipes.replace(/^recipe\.ar\..*$/m, ""))))
    assert.strictEqual(Result.getOrThrow(Result.flip(none)).message, "the platform has no recipe.ar.pattern")
  })

  it("gives every command its environment and the identity of its toolchain", () => {
    const given = inputs(recipes, { env: { LANG: "C" } })
    for (const action of plan(given).actions) {
      assert.deepStrictEqual([action.env, action.toolchain], [{ LANG: "C" }, given.toolchain])
    }
  })

  it("makes the same bytes from the same inputs", () => {
    assert.strictEqual(JSON.stringify(plan(inputs(recipes)).actions), JSON.stringify(plan(inputs(recipes)).actions))
  })
})
