import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Disk } from "../../src/disk/Disk.ts"
import type { Action } from "../../src/plan/Action.ts"
import { action, graphOf, path } from "../plan/actions.ts"
import { layer, makeWorkshop } from "./workshop.ts"

const compile = (name: string, more: Partial<Action> = {}) =>
  action(`out/${name}.o`, [`${name}.c`], { depfile: path(`out/${name}.d`), ...more })

type Workshop = Effect.Success<ReturnType<typeof makeWorkshop>>

describe("where there is no telling what was read", () => {
  it.live("leaves no trace where nobody tells what a command reads", () =>
    Effect.gen(function*() {
      const words: ReadonlyArray<readonly [words: string, again: ReadonlyArray<string>]> = [
        ["-O2 -DX=1 -iprefix p/ -iwithprefix x", []],
        ["-Bparts/", ["out/b.o"]],
        ["-wrapper x", ["out/b.o"]],
        ["-fprofile-use=x", ["out/b.o"]],
        ["-DASK=__has_include", ["out/b.o"]],
        ["-iwithprefix x", ["out/b.o"]],
        ["-iwithprefixbefore x -iprefix p/", ["out/b.o"]],
        ["@flags", ["out/b.o"]],
        ["-specs=plain.specs", []],
        ["-specs=nano.specs", []],
        ["-specs=more.specs", ["out/b.o"]],
        ["--specs search.specs", ["out/b.o"]]
      ]
      for (const [text, again] of words) {
        const workshop = yield* makeWorkshop({
          "b.c": "B\n",
          flags: "-O2 --prefix parts",
          "plain.specs": "*cc1:\n+ -DX=1 -mmcu=avr5\n",
          "more.specs": "%include <other.specs>\n",
          "search.specs": "*cpp:\n+ %{!x:-isystem y}\n"
        })
        const one = graphOf(compile("b", { argv: ["/usr/bin/avr-gcc", ...text.split(" "), "b.c", "-o", "out/b.o"] }))
        yield* workshop.settle
        yield* workshop.build(one)
        yield* workshop.settle
        assert.deepStrictEqual(yield* workshop.build(one), [...again], text)
      }
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("leaves no trace of a link below a root", () =>
    Effect.gen(function*() {
      for (const flag of ["--sysroot=x", "-Wl,--sysroot=x", "-Lx"]) {
        const workshop = yield* makeWorkshop({ "a.o": "A\n" })
        const argv = ["/usr/bin/avr-gcc", flag, "a.o", "-o", "out/elf"]
        const one = graphOf(action(["out/elf"], ["a.o"], { mnemonic: "Link", argv }))
        yield* workshop.settle
        yield* workshop.build(one)
        yield* workshop.settle
        assert.deepStrictEqual(yield* workshop.build(one), flag === "-Lx" ? [] : ["out/elf"], flag)
      }
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("leaves no trace of what has left no depfile, but for what no preprocessor has seen", () =>
    Effect.gen(function*() {
      const sources: ReadonlyArray<readonly [source: string, words: string, again: boolean]> = [
        ["b.c", "", true],
        ["b.S", "", true],
        ["b.S", "-x assembler", false],
        ["b.s", "", false],
        ["b.s", "-x assembler-with-cpp", true]
      ]
      for (const [source, words, again] of sources) {
        const workshop = yield* makeWorkshop({ [source]: "B\n" })
        const one = compile("b", {
          mnemonic: source.endsWith(".c") ? "CCompile" : "Assemble",
          inputs: [path(source)],
          argv: ["/bin/sh", ...words.split(" ").filter((word) => word !== ""), source, "-o", "out/b.o"]
        })
        workshop.behaviours.set(
          "out/b.o",
          ({ stage, usual }) =>
            Effect.tap(usual, () => Effect.orDie(workshop.fs.remove(`${workshop.cwd}/${stage.files.get("out/b.d")}`)))
        )
        yield* workshop.settle
        yield* workshop.build(graphOf(one))
        yield* workshop.settle
        assert.deepStrictEqual(yield* workshop.build(graphOf(one)), again ? ["out/b.o"] : [], `${source} ${words}`)
      }
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("leaves no trace where a compiler tells headers apart by their times", () =>
    Effect.gen(function*() {
      const texts: ReadonlyArray<readonly [x: string, y: string, main: string, again: boolean]> = [
        ["#pragma once\nX\n", "#pragma once\nX\n", "", true],
        ["# pragma  once // see\nX\n", "# pragma  once // see\nX\n", "", true],
        ["X\n", "X\n", "#import \"y.h\"\n", true],
        ["#pragma once\nX\n", "#pragma once\nY\n", "#import \"y.h\"\n", false],
        ["X\n", "X\n", "#pragma once\n", false],
        ["", "", "#import \"y.h\"\n", false]
      ]
      for (const [x, y, main, again] of texts) {
        const workshop = yield* makeWorkshop({
          "a.c": `#include "x.h"\n#include "y.h"\n${main}A\n`,
          "x.h": x,
          "y.h": y
        })
        yield* workshop.settle
        yield* workshop.build(graphOf(compile("a")))
        yield* workshop.settle
        assert.deepStrictEqual(yield* workshop.build(graphOf(compile("a"))), again ? ["out/a.o"] : [], x + main)
      }
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("sees headers that a compiler has passed by because it had read the same", () =>
    Effect.gen(function*() {
      const one = compile("a", { argv: ["/bin/sh", "-Iother", "a.c", "-o", "out/a.o"] })
      const workshop = yield* makeWorkshop({
        "a.c": "#include \"x.h\"\n# import <y.h>\n",
        "x.h": "#pragma once\n",
        "other/z.h": ""
      })
      workshop.behaviours.set("out/a.o", ({ stage, usual }) =>
        Effect.tap(usual, () =>
          Effect.orDie(workshop.write(stage.files.get(path("out/a.d"))!, "x.o: a.c x.h\n"))))
      const build = Effect.andThen(workshop.settle, workshop.build(graphOf(one)))
      yield* workshop.fs.symlink("../x.h", `${workshop.cwd}/other/y.h`)
      yield* build
      assert.deepStrictEqual(yield* build, [], "another name of what was read")
      yield* workshop.fs.remove(`${workshop.cwd}/other/y.h`)
      assert.deepStrictEqual(yield* build, ["out/a.o"], "it has gone")
      yield* workshop.write("other/y.h", "#pragma once\n")
      yield* workshop.write("a.c", "#include \"x.h\"\n# import <y.h>\nA2\n")
      yield* build
      assert.deepStrictEqual(yield* build, ["out/a.o"], "another file of the same content")
      yield* workshop.write("other/y.h", "")
      yield* build
      assert.deepStrictEqual(yield* build, [], "another file")
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("trusts nothing that was made while the clock was set back", () =>
    Effect.gen(function*() {
      const disk = yield* Disk
      const hour = 3_600_000_000_000n
      let setBack = false
      const late = new Set<string>()
      /** What is written when the clock has been set back seems to be older. */
      const other = Disk.of({
        ...disk,
        write: (file, ...more) =>
          Effect.tap(disk.write(file, ...more), () => Effect.sync(() => setBack && late.add(file))),
        signature: (file) =>
          Effect.map(disk.signature(file), (signature) =>
            signature !== undefined && late.has(file)
              ? { ...signature, changedNanos: signature.changedNanos - hour }
              : signature)
      })
      const link = action(["out/elf"], ["out/a.o"], { mnemonic: "Link" })
      const graph = graphOf(compile("a"), link)
      const files = { "a.c": "#include \"x.h\"\nA1\n", "x.h": "X1\n" }
      const workshop = yield* Effect.provideService(makeWorkshop(files), Disk, other)
      yield* workshop.settle
      workshop.behaviours.set("out/a.o", ({ usual }) =>
        Effect.tap(usual, () => {
          setBack = true
          late.add(`${workshop.cwd}/x.h`)
          return Effect.orDie(workshop.write("x.h", "X2\n"))
        }))
      yield* workshop.build(graph)
      workshop.behaviours.clear()
      setBack = false
      yield* workshop.settle
      assert.include(yield* workshop.build(graph), "out/a.o")
      assert.include(yield* workshop.read("out/elf"), "X2")
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("what is put in the place of an input while an action runs is not trusted, however old it is", () =>
    Effect.gen(function*() {
      type Swap = (workshop: Workshop) => Effect.Effect<unknown, unknown>
      const here = ({ cwd }: Workshop, name: string) => `${cwd}/${name}`
      const swaps: ReadonlyArray<readonly [what: string, swap: Swap]> = [
        [
          "a link in place of a file",
          (one) => Effect.andThen(one.fs.remove(here(one, "h/x.h")), one.fs.symlink("../old/x.h", here(one, "h/x.h")))
        ],
        [
          "a link in place of a folder",
          (one) =>
            Effect.andThen(one.fs.rename(here(one, "h"), here(one, "was")), one.fs.symlink("old", here(one, "h")))
        ],
        [
          "another folder",
          (one) =>
            Effect.andThen(
              one.fs.rename(here(one, "h"), here(one, "was")),
              one.fs.rename(here(one, "old"), here(one, "h"))
            )
        ]
      ]
      for (const [what, swap] of swaps) {
        const workshop = yield* makeWorkshop({ "a.c": "#include \"h/x.h\"\nA\n", "h/x.h": "X1\n", "old/x.h": "X2\n" })
        yield* workshop.settle
        workshop.behaviours.set("out/a.o", ({ usual }) => Effect.tap(usual, () => Effect.orDie(swap(workshop))))
        yield* workshop.build(graphOf(compile("a")))
        workshop.behaviours.clear()
        yield* workshop.settle
        assert.deepStrictEqual(yield* workshop.build(graphOf(compile("a"))), ["out/a.o"], what)
        assert.include(yield* workshop.read("out/a.o"), "X2")
        yield* workshop.settle
        assert.deepStrictEqual(yield* workshop.build(graphOf(compile("a"))), [], what)
      }
    }).pipe(Effect.scoped, Effect.provide(layer)))
})
