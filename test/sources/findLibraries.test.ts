import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { joinPath } from "../../src/domain/paths.ts"
import type { LibraryRequest } from "../../src/sources/LibrarySelection.ts"
import { projectLibrary } from "../../src/sources/projectLibrary.ts"
import { makeSourceTree } from "../../src/sources/SourceTree.ts"
import { layer, projectFolder } from "./projectFolder.ts"
import { avr, json, select, selected } from "./selectLibraries.ts"

const avrLibraries = "/usr/share/arduino/hardware/arduino/avr/libraries"

describe("findLibraries", () => {
  it.live("strict compatibility", () =>
    Effect.gen(function*() {
      const files = {
        "src/main.cpp": "#include <A.h>",
        "lib/A/A.h": "",
        "lib/A/library.json": json({ platforms: "x" })
      }
      assert.deepStrictEqual(yield* selected(files, { target: { ...avr, mode: "strict" } }), [])
      const other = { ...files, "lib/A/library.json": json({ frameworks: "mbed" }) }
      assert.deepStrictEqual(yield* selected(other, { target: { ...avr, mode: "off" } }), ["lib/A"])
    }))

  it.live("lib_ignore by name or folder", () =>
    Effect.gen(function*() {
      const files = { "src/main.cpp": "#include <A.h>", "lib/A/A.h": "", "framework/Other/A.h": "" }
      assert.deepStrictEqual(yield* selected(files, { ignored: ["a"] }), ["framework/Other"])
      assert.deepStrictEqual(yield* selected(files, { ignored: ["A", "other"] }), [])
    }))

  it.live("declared libraries, whatever their spelling; what is not there is told", () =>
    Effect.gen(function*() {
      const project = yield* projectFolder({
        "src/main.cpp": "",
        "lib/a_lib/library.properties": "name=A Lib",
        "lib/a_lib/A.h": "#include <S.h>",
        "lib/a_lib/A.cpp": "#include \"A.h\"",
        "lib/M/library.json": json({ frameworks: "mbed" }),
        "framework/S/S.h": "",
        "framework/T/T.h": "",
        "got/R/R.h": ""
      })
      const declared = ["owner/A lib@^1.2", "spi2", "https://x/T.git", "./T", "M", "t"]
      const found = yield* select(project, {
        declared,
        required: [`${project}/got/R`],
        storages: [
          { dir: `${project}/lib`, origin: "project", holds: "libraries" },
          { dir: `${project}/got/R`, origin: "dependency", holds: "library" },
          { dir: `${project}/framework`, origin: "framework", holds: "libraries" }
        ]
      })
      assert.deepStrictEqual(found.dirs, ["got/R", "lib/a_lib", "framework/T", "framework/S"])
      assert.deepStrictEqual(found.missing, ["spi2", "https://x/T.git", "./T"])
      assert.deepStrictEqual(found.incompatible, ["M"])
      assert.deepStrictEqual(found.libraries[1]?.because, { _tag: "Declared", entry: "owner/A lib@^1.2" })
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("tells why, on what each depends, and what it read", () =>
    Effect.gen(function*() {
      const project = yield* projectFolder({
        "src/main.cpp": "\n#include <A.h>\n#include <gone.h>\n#include <avr/io.h>",
        "lib/A/A.h": "#include <B.h>\n#include \"utility/u.h\"",
        "lib/A/utility/u.h": "",
        "lib/A/utility/u.c": "#include <u.h>",
        "lib/B/B.h": "",
        "lib/B/B.cpp": "",
        "lib/C/C.h": ""
      })
      const { below, libraries, tree, unresolved } = yield* select(project)
      const shown = libraries.map((one) => ({
        sources: one.sources.map((source) => below(source.path)),
        because: one.because._tag === "Included" && [one.because.header, below(one.because.file), one.because.line],
        dependsOn: one.dependsOn.map(below)
      }))
      assert.deepStrictEqual(shown, [
        { sources: ["lib/A/utility/u.c"], because: ["A.h", "src/main.cpp", 2], dependsOn: ["lib/B"] },
        { sources: ["lib/B/B.cpp"], because: ["B.h", "lib/A/A.h", 1], dependsOn: [] }
      ])
      assert.deepStrictEqual(unresolved, ["avr/io.h", "gone.h"])
      assert.deepStrictEqual(tree.readFiles().map(below), [
        "lib/A/A.h",
        "lib/A/utility/u.c",
        "lib/A/utility/u.h",
        "lib/B/B.cpp",
        "lib/B/B.h",
        "src/main.cpp"
      ])
      for (const folder of ["src", "include", "core", "lib", "lib/A", "lib/A/utility", "lib/B", "lib/C", "framework"]) {
        assert.include(tree.listedFolders(), `${project}/${folder}`)
      }
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("a source that is gone is an error, a header that cannot be read is not", () =>
    Effect.gen(function*() {
      const project = yield* projectFolder({ "src/main.cpp": "#include <A.h>", "lib/A/A.h": "" })
      const fs = yield* FileSystem.FileSystem
      yield* fs.symlink("nowhere", `${project}/lib/A/A.cpp`)
      const vanished = yield* Effect.flip(select(project))
      assert.deepInclude(vanished, { _tag: "SourceUnreadable", path: `${project}/lib/A/A.cpp`, reason: "NotFound" })
      const noRead = FileSystem.FileSystem.of({
        ...fs,
        readFileString: (path, encoding) => fs.readFileString(path.endsWith("A.h") ? `${path}/x` : path, encoding)
      })
      yield* fs.remove(`${project}/lib/A/A.cpp`)
      const found = yield* Effect.provideService(select(project), FileSystem.FileSystem, noRead)
      assert.deepStrictEqual(found.dirs, ["lib/A"])
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("a broken manifest is an error once its library is needed", () =>
    Effect.gen(function*() {
      const files = { "src/main.cpp": "#include <A.h>", "lib/A/A.h": "", "lib/A/library.properties": "x" }
      const error = yield* Effect.flip(selected(files))
      assert.strictEqual(error._tag, "LibraryManifestInvalid")
    }))

  it.live("the project as a library", () =>
    Effect.gen(function*() {
      const project = yield* projectFolder({
        "library.properties": "name=Mine",
        "src/Mine.h": "",
        "src/Mine.cpp": "",
        "examples/One/One.ino": "#include <Mine.h>"
      })
      const tree = yield* makeSourceTree
      const storage = (srcDir: string) =>
        projectLibrary(tree, { dir: project, srcDir: joinPath(project, srcDir), libDir: `${project}/lib` })
      assert.isUndefined(yield* storage("src"))
      assert.isUndefined(yield* storage("."))
      const self = yield* storage("examples/One")
      const found = yield* select(project, {
        seeds: [`${project}/examples/One/One.ino`],
        includeDirs: [],
        storages: self === undefined ? [] : [self]
      })
      assert.deepStrictEqual(found.libraries.map((one) => [one.library.name, one.sources.length]), [["Mine", 1]])
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("the libraries of the Arduino AVR core", () =>
    Effect.gen(function*() {
      const project = yield* projectFolder({
        "src/main.cpp":
          "\uFEFF#include <Arduino.h>\r\n#include <Wire.h>\r\n#include <SPI.h>\r\n#include <EEPROM.h>\r\n",
        "src/big.c": "int x;\n".repeat(1_500_000),
        "src/empty.c": ""
      })
      const core = avrLibraries.replace("libraries", "cores/arduino")
      const request: Partial<LibraryRequest> = {
        seeds: ["main.cpp", "big.c", "empty.c"].map((name) => `${project}/src/${name}`),
        includeDirs: [`${project}/src`, core, avrLibraries.replace("libraries", "variants/standard")],
        storages: [{ dir: avrLibraries, origin: "framework", holds: "libraries" }],
        declared: ["SoftwareSerial"]
      }
      const found = yield* select(project, request)
      assert.deepStrictEqual(found.libraries.map((one) => one.library.name), [
        "SoftwareSerial",
        "Wire",
        "SPI",
        "EEPROM"
      ])
      const [serial, wire, spi, eeprom] = found.libraries
      const sources = (one: typeof wire) => one?.sources.map((source) => source.path.slice(avrLibraries.length + 1))
      assert.deepStrictEqual(sources(wire), ["Wire/src/Wire.cpp", "Wire/src/utility/twi.c"])
      assert.deepStrictEqual(sources(spi), ["SPI/src/SPI.cpp"])
      assert.deepStrictEqual(sources(serial), ["SoftwareSerial/src/SoftwareSerial.cpp"])
      assert.deepStrictEqual(sources(eeprom), [])
      assert.include(found.unresolved, "avr/pgmspace.h")
      assert.deepStrictEqual(yield* select(project, request).pipe(Effect.map((again) => again.dirs)), found.dirs)
    }).pipe(Effect.scoped, Effect.provide(layer)))
})
