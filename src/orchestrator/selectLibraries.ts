import * as Effect from "effect/Effect"
import { expandRecipe } from "../arduino/recipe.ts"
import { classifyFlags } from "../config/classifyFlags.ts"
import { joinPath } from "../domain/paths.ts"
import { expandedWords } from "../exec/responses.ts"
import { searchOf } from "../exec/searchOf.ts"
import { findLibraries } from "../sources/findLibraries.ts"
import type { LibraryStorage } from "../sources/LibraryIndex.ts"
import { projectLibrary } from "../sources/projectLibrary.ts"
import type { SourceTree } from "../sources/SourceTree.ts"
import type { Gathering } from "./gatherSources.ts"
import { LibraryMissing } from "./OrchestratorError.ts"

/** The libraries of an environment, by what its sources include and by `lib_deps`. Paths of `where` are absolute. */
export const selectLibraries = Effect.fnUntraced(function*(given: Gathering, tree: SourceTree, where: {
  readonly seeds: ReadonlyArray<string>
  readonly includeDirs: ReadonlyArray<string>
  readonly frameworkDirs: ReadonlyArray<string>
  readonly folder: string
  readonly lib: string
}) {
  const { environment, platform, platformDirs, project, spec } = given
  const extra = environment.libExtraDirs.map((dir): LibraryStorage => ({
    dir: joinPath(project.projectDir, dir),
    origin: "extra",
    holds: "either"
  }))
  const own = yield* projectLibrary(tree, { dir: project.projectDir, srcDir: where.folder, libDir: where.lib })
  const storages: ReadonlyArray<LibraryStorage> = [
    { dir: where.lib, origin: "project", holds: "libraries" },
    ...extra,
    ...(own === undefined ? [] : [own]),
    ...platformDirs.map((dir): LibraryStorage => ({ dir: `${dir}/libraries`, origin: "framework", holds: "libraries" }))
  ]
  const userDirs = classifyFlags(environment.buildFlags).includes
    .filter((flag) => flag.startsWith("-I"))
    .map((flag) => joinPath(project.projectDir, flag.slice(2)))
  const words = yield* compileWords(given)
  const recipeDirs = searchOf(words, []).folders
    .map((folder) => joinPath(project.projectDir, folder))
    .filter((folder) => !userDirs.includes(folder))
  const defined = definedMacros(words)
  const unused = (spec.conditionalLibraries ?? []).filter(({ macro }) => !defined.has(macro))
  const selection = yield* findLibraries(tree, {
    seeds: environment.libLdfMode === "off" ? [] : where.seeds,
    includeDirs: [...where.includeDirs, ...userDirs, ...recipeDirs],
    frameworkDirs: [...where.frameworkDirs, ...recipeDirs],
    storages,
    declared: environment.libDeps,
    required: [],
    ignored: [...environment.libIgnore, ...unused.map(({ library }) => library)],
    target: {
      mode: environment.libCompatMode,
      frameworks: environment.framework,
      platform: spec.names[0],
      architecture: platform.architecture
    },
    macros: { defined }
  })
  const [missing] = [...selection.missing, ...selection.incompatible]
  if (missing === undefined) return selection
  const { line, path } = environment.where["lib_deps"] ?? environment.place
  return yield* new LibraryMissing({ path, line, library: missing })
})

/** The command line that C++ sources are compiled with, its response files in place as far as they are there already. */
const compileWords = Effect.fnUntraced(function*({ flags, project, properties }: Gathering) {
  const bindings = { includes: flags.project.cxx, source_file: "x", object_file: "x" }
  const argv = yield* Effect.fromResult(expandRecipe(properties.own, "recipe.cpp.o.pattern", bindings))
  return yield* expandedWords(argv, (path) => joinPath(project.projectDir, path))
})

const definedMacros = (words: ReadonlyArray<string>): ReadonlyMap<string, string> =>
  new Map(
    words.filter((arg) => /^-D\w/.test(arg)).map((arg) => {
      const [, name = "", value = "1"] = /^-D(\w+)(?:\([^)]*\))?(?:=(.*))?$/s.exec(arg) ?? []
      return [name, value] as const
    })
  )
