import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { CompatibilityTarget } from "../../src/sources/compatibility.ts"
import { findLibraries } from "../../src/sources/findLibraries.ts"
import type { LibraryRequest } from "../../src/sources/LibrarySelection.ts"
import { makeSourceTree } from "../../src/sources/SourceTree.ts"
import { layer, projectFolder } from "./projectFolder.ts"

export type Files = Readonly<Record<string, string>>

export const avr: CompatibilityTarget = {
  mode: "soft",
  frameworks: ["arduino"],
  platform: "atmelavr",
  architecture: "avr"
}

/** What is selected in `project`: `src/main.cpp`, headers in `include/` and `src/`, libraries in `lib/` and `framework/`. */
export const select = Effect.fnUntraced(function*(project: string, request: Partial<LibraryRequest> = {}) {
  const tree = yield* makeSourceTree
  const found = yield* findLibraries(tree, {
    frameworkDirs: [],
    seeds: [`${project}/src/main.cpp`],
    includeDirs: ["include", "src", "core"].map((name) => `${project}/${name}`),
    storages: [
      { dir: `${project}/lib`, origin: "project", holds: "libraries" },
      { dir: `${project}/extra`, origin: "extra", holds: "either" },
      { dir: `${project}/framework`, origin: "framework", holds: "libraries" }
    ],
    declared: [],
    required: [],
    ignored: [],
    target: avr,
    macros: { defined: new Map([["ARDUINO_ARCH_AVR", 1]]), knownUndefined: new Set(["ESP32"]) },
    ...request
  })
  const below = (path: string) => path.slice(project.length + 1)
  return { ...found, tree, below, dirs: found.libraries.map((one) => below(one.library.dir)) }
})

/** Folders of what is selected in a project of these files. */
export const selected = Effect.fnUntraced(
  function*(files: Files, request: Partial<LibraryRequest> = {}) {
    return (yield* select(yield* projectFolder(files), request)).dirs
  },
  Effect.scoped,
  Effect.provide(layer)
)

export const json = (manifest: object) => Schema.encodeSync(Schema.fromJsonString(Schema.Unknown))(manifest)
