import * as Effect from "effect/Effect"
import type { ArduinoPlatform } from "../arduino/platform.ts"
import { literalProperties, mergeProperties, type Properties } from "../arduino/Properties.ts"
import { classifyFlags } from "../config/classifyFlags.ts"
import type { EnvironmentConfig, ProjectConfig } from "../config/ProjectConfig.ts"
import { FilePath } from "../domain/FilePath.ts"
import { baseName, isWithin, joinPath, relativeTo, stemOf } from "../domain/paths.ts"
import type { BuildInputs, CompileContext, PlannedLibrary, PlannedSource } from "../plan/BuildInputs.ts"
import type { PlatformSpec } from "../plan/PlatformSpec.ts"
import { ownDirectory } from "../process/ownDirectory.ts"
import { discoverSources } from "../sources/discoverSources.ts"
import type { SelectedLibrary } from "../sources/LibrarySelection.ts"
import { listSources } from "../sources/listSources.ts"
import type { SourceFile } from "../sources/SourceFile.ts"
import { makeSourceTree, type SourceTree } from "../sources/SourceTree.ts"
import { defaultSrcFilter, parseSrcFilter } from "../sources/srcFilter.ts"
import { Span } from "../telemetry/names.ts"
import { boardFolder } from "./boardFolder.ts"
import type { Driver } from "./driverOf.ts"
import { embeddedFiles } from "./embeddedFiles.ts"
import { precompiledLibrary } from "./precompiledLibrary.ts"
import type { ProjectFlags } from "./projectFlags.ts"
import { selectLibraries } from "./selectLibraries.ts"

/** What is known of an environment before its sources are looked at. */
export interface Gathering {
  readonly project: ProjectConfig
  readonly environment: EnvironmentConfig
  readonly spec: PlatformSpec
  readonly platform: ArduinoPlatform
  /** Folders of cores with libraries for all sketches. */
  readonly platformDirs: ReadonlyArray<string>
  /** Without warnings, for code that the user did not write; with the compiler's default ones for the project's own. */
  readonly properties: { readonly quiet: Properties; readonly own: Properties }
  readonly flags: ProjectFlags
  readonly buildDir: string
  readonly toolchain: Pick<Driver, "compiler" | "identity">
  /** In place of commands of the core, and without a recipe. */
  readonly steps: BuildInputs["steps"]
}

/** Finds the sources of core, variant, libraries and project, and puts everything that a plan is made from together. */
export const gatherSources = Effect.fn(Span.gatherSources)(function*(given: Gathering) {
  const { environment, flags, project, properties } = given
  const { projectDir } = project
  const tree = yield* makeSourceTree
  const folder = (path: string) => joinPath(projectDir, path)
  const [src, include, lib] = [project.dirs.src, project.dirs.include, project.dirs.lib].map(folder) as [
    string,
    string,
    string
  ]
  const isBare = environment.framework.length === 0
  const folderOf = (what: "core" | "variant") => isBare ? Effect.succeed("") : boardFolder(tree, properties.quiet, what)
  const coreDir = yield* folderOf("core")
  const variantDir = yield* folderOf("variant")
  const [sources, core, variant] = yield* Effect.all([
    discoverSources(tree, {
      projectDir,
      srcDir: src,
      filter: environment.srcFilter,
      excluded: [lib, folder(project.dirs.test), folder(project.dirs.build), folder(given.buildDir)]
    }),
    coreDir === "" ? Effect.succeed([]) : allSources(tree, coreDir),
    variantDir === "" ? Effect.succeed([]) : allSources(tree, variantDir)
  ], { concurrency: 3 })

  const projectDirs = yield* Effect.filter(
    [include, sources.folder],
    (dir) => Effect.map(tree.entries(dir), (entries) => entries !== undefined)
  )
  const systemDirs = [coreDir, variantDir].filter((dir) => dir !== "")
  const selection = yield* selectLibraries(given, tree, {
    seeds: [...sources.sketches, ...sources.files.map((file) => file.path)],
    includeDirs: [...projectDirs, ...systemDirs],
    frameworkDirs: systemDirs,
    folder: sources.folder,
    lib
  })
  const libraryDirs = selection.libraries.flatMap(({ library }) => library.includeDirs)
  const relative = (path: string) => relativeTo(projectDir, path)
  const quiet = (includes: ReadonlyArray<string>): CompileContext => ({
    properties: properties.quiet,
    flags: flags.vendor,
    unflags: environment.buildUnflags,
    includes: includes.map(relative)
  })
  const vendor = quiet(systemDirs)
  const coreContext: CompileContext = {
    ...vendor,
    properties: mergeProperties(vendor.properties, literalProperties(given.spec.coreProperties ?? {}, "fbuild"))
  }
  const named = (dir: string) => (file: SourceFile): PlannedSource => ({
    path: FilePath.make(relative(file.path)),
    name: isWithin(dir, file.path) ? file.path.slice(dir.length + 1) : outsideName(dir, file.path),
    language: file.language
  })
  const libraryNames = distinctNames(selection.libraries.map(({ library }) => baseName(library.dir)))
  const libraries = yield* Effect.forEach(
    selection.libraries,
    (selected) =>
      Effect.map(
        precompiledLibrary(selected, { projectDir, properties: properties.quiet }),
        ({ compileSources, linkFlags }) => ({
          library: selected.library,
          sources: compileSources ? selected.sources : [],
          linkFlags: [...linkFlags, ...selected.library.ldflags]
        })
      )
  )
  const inputs: BuildInputs = {
    buildDir: given.buildDir,
    toolchain: given.toolchain.identity,
    env: {},
    compilerEnv: ownDirectory === undefined ? {} : { PWD: ownDirectory },
    core: { sources: core.map(named(coreDir)), context: coreContext },
    variant: { sources: variant.map(named(variantDir)), context: coreContext },
    libraries: libraries.map((selected, index) =>
      plannedLibrary(selected, named(selected.library.dir), {
        ...quiet([...systemDirs, ...libraryDirs, ...selected.library.privateIncludeDirs]),
        // A library inside the project is the user's own code: its warnings are for them.
        ...(isWithin(projectDir, selected.library.dir) ? { properties: properties.own } : {})
      }, { archives: environment.libArchive, name: libraryNames[index]! })
    ),
    sketch: {
      sources: sources.files.map(named(sources.folder)),
      tabs: sources.sketches.map((path) => FilePath.make(relative(path))),
      merged: `${mergedName(sources.sketches, [baseName(sources.folder), baseName(projectDir), "main"])}.cpp`,
      folder: relative(sources.folder),
      context: {
        properties: properties.own,
        flags: flags.project,
        unflags: environment.buildUnflags,
        includes: [...projectDirs, ...systemDirs, ...libraryDirs].map(relative)
      }
    },
    link: {
      properties: properties.quiet,
      flags: flags.link.flags,
      libraries: flags.link.libraries,
      unflags: environment.buildUnflags
    },
    ...(isListed(environment) ? { listing: given.toolchain.compiler.replace(/(?:gcc|g\+\+|cc)$/, "objdump") } : {}),
    embedded: yield* embeddedFiles(projectDir, environment),
    steps: given.steps
  }
  return inputs
})

/** `board_build.listing`: PlatformIO takes every `board_build.…`, so that the project builds there too. */
const isListed = ({ boardOptions }: EnvironmentConfig): boolean =>
  ["yes", "true", "on", "1"].includes(boardOptions["build.listing"]?.toLowerCase() ?? "")

const allSources = Effect.fnUntraced(function*(tree: SourceTree, dir: string) {
  const filter = yield* Effect.fromResult(parseSrcFilter(defaultSrcFilter, dir))
  return yield* listSources(tree, filter)
})

const plannedLibrary = (
  { library, linkFlags, sources }: Pick<SelectedLibrary, "library" | "sources"> & Pick<PlannedLibrary, "linkFlags">,
  named: (file: SourceFile) => PlannedSource,
  context: CompileContext,
  { archives, name }: { readonly archives: boolean; readonly name: string }
): PlannedLibrary => {
  const own = classifyFlags(library.flags)
  const shared = [...own.compile, ...own.defines, ...own.includes]
  return {
    name,
    sources: sources.map(named),
    context: {
      ...context,
      flags: {
        c: [...context.flags.c, ...shared, ...own.c],
        cxx: [...context.flags.cxx, ...shared, ...own.cxx],
        asm: [...context.flags.asm, ...shared]
      },
      unflags: [...context.unflags, ...library.unflags]
    },
    linkage: archives && library.archive ? "archive" : "objects",
    linkFlags
  }
}

/** Two libraries whose folders have the same name must not share objects: the later ones get a number. */
const distinctNames = (names: ReadonlyArray<string>): ReadonlyArray<string> =>
  names.map((name, index) => {
    const earlier = names.slice(0, index).filter((other) => other === name).length
    return earlier === 0 ? name : `${name}-${earlier + 1}`
  })

/** The tab that gives the merged sketch its name: the one called like the folder, else the first. */
const mergedName = (sketches: ReadonlyArray<string>, stems: ReadonlyArray<string>): string => {
  const names = sketches.map(baseName)
  const main = stems.map((stem) => names.find((name) => stemOf(name) === stem)).find((name) => name !== undefined)
  return main ?? names[0] ?? "sketch.ino"
}

/** A name for the object of a source that a filter fetched from outside of the source folder: its path from there. */
const outsideName = (dir: string, path: string): string => {
  const from = dir.split("/")
  const to = path.split("/")
  let shared = 0
  while (shared < from.length && from[shared] === to[shared]) shared++
  return [...from.slice(shared).map(() => ".."), ...to.slice(shared)].join("/")
}
