import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { LibraryOrigin } from "../../src/sources/Library.ts"
import { dependencyName } from "../../src/sources/libraryNames.ts"
import { parseLibraryJson, parseLibraryProperties } from "../../src/sources/parseManifest.ts"
import { librarySources, readLibrary } from "../../src/sources/readLibrary.ts"
import { makeSourceTree } from "../../src/sources/SourceTree.ts"
import { layer, projectFolder } from "./projectFolder.ts"

/** The library made of `files`, paths relative to it. */
const read = Effect.fnUntraced(
  function*(files: Readonly<Record<string, string>>, origin: LibraryOrigin = "project") {
    const root = yield* projectFolder(files)
    const tree = yield* makeSourceTree
    const library = yield* readLibrary(tree, root, origin)
    const below = (path: string) => path === root ? "." : path.startsWith(root) ? path.slice(root.length + 1) : path
    return {
      library,
      includeDirs: library.includeDirs.map(below),
      privateIncludeDirs: library.privateIncludeDirs.map(below),
      sources: (yield* librarySources(tree, library)).map((source) => below(source.path))
    }
  },
  Effect.scoped,
  Effect.provide(layer)
)

const json = (manifest: object) => Schema.encodeSync(Schema.fromJsonString(Schema.Unknown))(manifest)

const flat = { "Foo.h": "", "Foo.cpp": "", "x.asm": "", "sub/x.c": "", "utility/u.c": "", "utility/deep/d.c": "" }
const properties = (text: string) => Result.getOrThrow(parseLibraryProperties("library.properties", text))
const fromJson = (manifest: object) => Result.getOrThrow(parseLibraryJson("library.json", json(manifest)))

describe("readLibrary", () => {
  it.live("Arduino 1.5: src/ with all below it", () =>
    Effect.gen(function*() {
      const found = yield* read({
        "library.properties": "name=Foo Bar\r\nversion=1.2.3\r\narchitectures=AVR, sam\r\n",
        "src/Foo.h": "",
        "src/a/b.cpp": "",
        "src/utility/u.c": "",
        "root.c": "",
        "examples/x/x.cpp": "",
        "extras/y.c": ""
      })
      assert.strictEqual(found.library.name, "Foo Bar")
      assert.strictEqual(found.library.version, "1.2.3")
      assert.deepStrictEqual(found.library.architectures, ["avr", "sam"])
      assert.deepStrictEqual(found.includeDirs, ["src"])
      assert.deepStrictEqual(found.privateIncludeDirs, [])
      assert.deepStrictEqual(found.sources, ["src/a/b.cpp", "src/utility/u.c"])
    }))

  it.live("Arduino 1.0: root and utility/, nothing below", () =>
    Effect.gen(function*() {
      for (const [mark, origin] of [["library.properties", "project"], ["keywords.txt", "extra"], ["x", "framework"]]) {
        const found = yield* read({ ...flat, [mark!]: "" }, origin as LibraryOrigin)
        assert.deepStrictEqual(found.includeDirs, ["."])
        assert.deepStrictEqual(found.privateIncludeDirs, ["utility"])
        assert.deepStrictEqual(found.sources, ["Foo.cpp", "utility/u.c"])
        assert.isFalse(found.library.archive)
      }
    }))

  it.live("no manifest: the folder's name, everything but examples and tests", () =>
    Effect.gen(function*() {
      const found = yield* read({ "Foo.h": "", "Foo.cpp": "", "sub/x.c": "", "Examples/e.cpp": "", "test/t.c": "" })
      assert.match(found.library.name, /^sources-/)
      assert.deepStrictEqual(found.sources, ["Foo.cpp", "sub/x.c"])
    }))

  it.live("library.json: src/ and include/, archived", () =>
    Effect.gen(function*() {
      const found = yield* read({
        "library.json": "\uFEFF" + json({ name: "J", version: "2", unknown: { x: 1 } }),
        "library.properties": "name=P",
        "src/a.c": "",
        "src/test/t.c": "",
        "include/a.h": "",
        "root.c": ""
      })
      assert.strictEqual(found.library.name, "J")
      assert.deepStrictEqual(found.includeDirs, ["include", "src"])
      assert.deepStrictEqual(found.sources, ["src/a.c"])
      assert.isTrue(found.library.archive)
    }))

  it.live("library.json: everything in build", () =>
    Effect.gen(function*() {
      const found = yield* read({
        "library.json": json({
          build: {
            srcDir: "code",
            includeDir: "inc",
            srcFilter: ["+<*>", "-<skip/>"],
            flags: ["-I inc/more -D X=\"a b\"", "-Wall -lm", "-L", "-Wl,--wrap=f"],
            unflags: "-Os",
            libArchive: false
          }
        }),
        "code/a.c": "",
        "code/skip/b.c": "",
        "code/test/t.c": "",
        "inc/a.h": "",
        "src/no.c": ""
      })
      assert.deepStrictEqual(found.includeDirs, ["inc", "code", "inc/more"])
      assert.deepStrictEqual(found.sources, ["code/a.c", "code/test/t.c"])
      assert.deepStrictEqual(found.library.flags, ["-DX=a b", "-Wall"])
      assert.deepStrictEqual(found.library.unflags, ["-Os"])
      assert.deepStrictEqual(found.library.ldflags.slice(0, 1), ["-lm"])
      assert.isFalse(found.library.archive)
    }))

  it.live("srcDir may be the root, and the root's library.json may say nothing", () =>
    Effect.gen(function*() {
      const files = { "a.c": "", "b/c.c": "", "examples/e.c": "", "test/t.c": "" }
      const plain = yield* read({ ...files, "library.json": "{}" })
      assert.deepStrictEqual(plain.sources, ["a.c", "b/c.c"])
      const root = yield* read({ ...files, "src/s.c": "", "library.json": json({ build: { srcDir: "." } }) })
      assert.deepStrictEqual(root.sources, ["a.c", "b/c.c", "src/s.c"])
      assert.deepStrictEqual(root.includeDirs, ["."])
    }))

  it.live("fails with the place in the manifest", () =>
    Effect.gen(function*() {
      const problem = Effect.fnUntraced(function*(files: Readonly<Record<string, string>>) {
        const error = yield* Effect.flip(read(files))
        assert.strictEqual(error._tag, "LibraryManifestInvalid")
        if (error._tag !== "LibraryManifestInvalid") return undefined
        return [error.path.replace(/^.*\//, ""), error.line]
      })
      assert.deepStrictEqual(yield* problem({ "library.properties": "name=X\n\nversion" }), ["library.properties", 3])
      assert.deepStrictEqual(yield* problem({ "library.json": "{\n\"name\": \"x\",\n}" }), ["library.json", undefined])
      assert.deepStrictEqual(yield* problem({ "library.json": json({ name: 1 }) }), ["library.json", undefined])
      const build = { srcFilter: "src/*.c" }
      assert.deepStrictEqual(yield* problem({ "library.json": json({ build }) }), ["library.json", undefined])
    }))
})

describe("manifests", () => {
  it("library.properties", () => {
    const manifest = properties(
      "# c\nname=A=B\narchitectures=*\ndepends=Adafruit GFX Library (>=1.0), Two,\ndot_a_linkage=true\n" +
        "precompiled=full\nldflags=-lm -lx\nincludes=A.h\n"
    )
    assert.strictEqual(manifest.name, "A=B")
    assert.deepStrictEqual(manifest.architectures, [])
    assert.deepStrictEqual(manifest.frameworks, ["arduino"])
    assert.deepStrictEqual(manifest.dependencies.map((one) => one.name), ["Adafruit GFX Library", "Two"])
    assert.deepStrictEqual([manifest.archive, manifest.precompiled, manifest.ldflags], [true, "full", "-lm -lx"])
  })

  it("every form of dependencies, platforms and frameworks", () => {
    const names = (dependencies: unknown) => fromJson({ dependencies }).dependencies.map((one) => one.name)
    assert.deepStrictEqual(names({ "o/A": "^1", "B": "https://x/y.git" }), ["A", "B"])
    assert.deepStrictEqual(names([{ name: "A", version: "1" }, "o/B@2"]), ["A", "B"])
    assert.deepStrictEqual(names({ name: "A", version: "1" }), ["A"])
    const [one] = fromJson({ dependencies: [{ name: "A", platforms: "espressif32, X", frameworks: "*" }] }).dependencies
    assert.deepStrictEqual(one, { name: "A", platforms: ["espressif32", "x"], frameworks: [] })
    assert.deepStrictEqual(fromJson({ platforms: ["atmelavr"], frameworks: "arduino, mbed" }).frameworks, [
      "arduino",
      "mbed"
    ])
    assert.deepStrictEqual(fromJson({ platforms: "*" }).platforms, [])
  })

  it("names in lib_deps", () => {
    const named: Readonly<Record<string, string | undefined>> = {
      "FastLED": "FastLED",
      "fastled/FastLED@^3.5.0": "FastLED",
      "Adafruit GFX Library @ 1.2": "Adafruit GFX Library",
      "Lib=symlink://../lib": "Lib",
      "Lib@https://x/y.git": "Lib",
      "https://github.com/o/r.git#v1": undefined,
      "git+https://gitlab.com/a/b.git": undefined,
      "git@github.com:o/r.git": undefined,
      "symlink:///p/lib": undefined,
      "./libs/x": undefined,
      "C:\\x": undefined,
      "D:/x": undefined,
      "": undefined
    }
    for (const [entry, name] of Object.entries(named)) assert.strictEqual(dependencyName(entry), name, entry)
  })

  it.prop("any text is a manifest or a typed error", { text: Schema.String }, ({ text }) => {
    assert.isTrue(Result.isResult(parseLibraryJson("x", text)) && Result.isResult(parseLibraryProperties("y", text)))
  }, { arbitrary: { runs: 100 } })
})
