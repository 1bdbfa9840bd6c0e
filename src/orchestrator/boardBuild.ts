import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { boardProperties, type BuildValues, type InstalledTool, toolKey } from "../arduino/boardProperties.ts"
import type { ResolvedBoard } from "../arduino/boards.ts"
import { expand } from "../arduino/expandProperty.ts"
import { parseCoreReference } from "../arduino/platform.ts"
import { literalProperties, mergeProperties, type Properties } from "../arduino/Properties.ts"
import { requiredTools } from "../arduino/requiredTools.ts"
import { findBoard } from "../boards/findBoard.ts"
import { vendorNames, writtenOptions } from "../boards/vendorNames.ts"
import type { EnvironmentConfig, ProjectConfig } from "../config/ProjectConfig.ts"
import { joinPath, relativeTo } from "../domain/paths.ts"
import { folderOf, type PackageSearch } from "../packages/findCore.ts"
import { projectName } from "../plan/planLink.ts"
import type { PlatformSpec } from "../plan/PlatformSpec.ts"
import type { PlannedStep } from "../plan/steps/planStep.ts"
import { Span } from "../telemetry/names.ts"
import { findTool } from "../toolchain/findTool.ts"
import { type Driver, driverOf } from "./driverOf.ts"
import { packageProperties } from "./packageProperties.ts"
import { applicationRoom, type Partitions, readPartitions } from "./partitions.ts"
import { replaceableRecipes, replacedSteps } from "./replacedSteps.ts"
import { referencedPlatform, type ResolvedPlatform } from "./resolvePlatform.ts"

/** What a build of a board is made with. */
export interface BoardBuild {
  /** Without warnings, for code that the user did not write; with the compiler's default ones for the project's own. */
  readonly properties: { readonly quiet: Properties; readonly own: Properties }
  readonly driver: Driver
  /** In place of commands of the core. */
  readonly steps: ReadonlyArray<PlannedStep>
  readonly partitions: Partitions | undefined
  /** Folders of cores with libraries for all sketches. */
  readonly platformDirs: ReadonlyArray<string>
}

/** The properties of a board in a build, with the tools that its recipes ask for, and the compiler that they call. */
export const boardBuild = Effect.fn(Span.boardBuild)(function*(given: {
  readonly resolved: ResolvedPlatform
  readonly board: ResolvedBoard
  readonly environment: EnvironmentConfig
  readonly project: ProjectConfig
  readonly search: PackageSearch
  readonly buildDir: string
  readonly buildType: "release" | "debug"
}) {
  const { board, resolved: { platform, spec }, search } = given
  const values = {
    ...buildValues(given, yield* packageProperties(spec, search)),
    ...(yield* otherPlatforms(given))
  }
  const propertiesOf = (more: Partial<BuildValues> & Pick<BuildValues, "warnings">) =>
    Effect.fromResult(boardProperties(platform, board, { ...values, ...more }))
  const plain = yield* propertiesOf({ warnings: "none" })
  const { projectDir } = given.project
  const { recipes, steps } = yield* replacedSteps(spec, plain, { projectDir, buildDir: given.buildDir })
  const partitions = yield* readPartitions(steps, projectDir)
  // A recipe that is replaced needs no tools.
  const without = mergeProperties(
    emptied(recipes),
    yield* Effect.fromResult(roomOf(partitions, plain))
  )
  const tools = yield* installedTools(spec, mergeProperties(plain, without), search)
  const quiet = mergeProperties(yield* propertiesOf({ tools, warnings: "none" }), without)
  const own = mergeProperties(yield* propertiesOf({ tools, warnings: "default" }), without)
  const others = [values.corePlatform, values.variantPlatform].flatMap((other) =>
    other === undefined ? [] : [other.path]
  )
  const found: BoardBuild = {
    properties: { quiet, own },
    steps,
    partitions,
    driver: yield* driverOf(quiet, spec, search),
    platformDirs: [...new Set([platform.path, ...others])]
  }
  return found
})

const emptied = (recipes: ReadonlyArray<string>): Properties =>
  literalProperties(Object.fromEntries(recipes.map((recipe) => [recipe, ""])), "fbuild")

/** The table of partitions says better than the board how large a program may be. */
const roomOf = (partitions: Partitions | undefined, properties: Properties) =>
  partitions === undefined
    ? Result.succeed<Properties>(new Map())
    : Result.map(
      applicationRoom(partitions, properties.get("build.app_partition_name")?.value),
      (bytes): Properties =>
        bytes === undefined
          ? new Map()
          : new Map([["upload.maximum_size", { value: String(bytes), path: partitions.path, line: 0 }]])
    )

/** The properties of a board, the core's first if none is chosen, as they are without any project. */
export const plainProperties = Effect.fnUntraced(
  function*({ platform, spec }: ResolvedPlatform, search: PackageSearch, chosen?: ResolvedBoard) {
    // Some are no boards, but names for what is plugged in.
    const boards = [...platform.boards.boards.values()]
    const { id = "" } = boards.find(({ properties }) => properties.has("build.core")) ?? boards[0] ?? {}
    const board = chosen ?? (yield* Effect.fromResult(findBoard(platform.boards, {}, id)))
    const values: BuildValues = {
      ...commonValues(search),
      buildPath: "build",
      sourcePath: "src",
      optimization: "release",
      warnings: "none",
      overlays: [yield* packageProperties(spec, search)],
      tools: []
    }
    const without = yield* Effect.fromResult(boardProperties(platform, board, values))
    const unused = emptied(replaceableRecipes(spec, without))
    const tools = yield* installedTools(spec, mergeProperties(without, unused), search)
    return yield* Effect.fromResult(boardProperties(platform, board, { ...values, tools }))
  }
)

const commonValues = ({ variables }: PackageSearch) => {
  const epoch = Number(variables["SOURCE_DATE_EPOCH"] ?? 0)
  return {
    projectName,
    ideVersion: arduinoVersion,
    idePath: "/usr/share/arduino",
    timeUtc: Number.isSafeInteger(epoch) ? epoch : 0
  }
}

const buildValues = (given: {
  readonly board: ResolvedBoard
  readonly buildDir: string
  readonly buildType: "release" | "debug"
  readonly resolved: ResolvedPlatform
  readonly environment: EnvironmentConfig
  readonly project: ProjectConfig
  readonly search: PackageSearch
}, packages: Properties): Omit<BuildValues, "warnings"> => {
  const { board, environment, project, resolved: { manner, platform, spec }, search } = given
  const options = vendorNames(writtenOptions(environment), spec, mergeProperties(platform.properties, board.properties))
  const inProject = (path: string | undefined) => path === undefined ? undefined : joinPath(project.projectDir, path)
  const isSaid = (key: string) => platform.properties.has(key) || board.properties.has(key)
  const missing = Object.entries(spec.properties ?? {}).filter(([key]) => !isSaid(key))
  // A toolchain that the project names is stronger than a path that a distribution has written into the core.
  const toolchain = spec.toolchain.package === "" ? undefined : folderOf(spec.toolchain.package, search)
  return {
    ...commonValues(search),
    buildPath: given.buildDir,
    sourcePath: relativeTo(project.projectDir, project.dirs.src),
    optimization: given.buildType,
    // Source: PlatformIO's Arduino builders, which look for the variant below that folder of the project.
    variantsDir: inProject(environment.boardOptions["build.variants_dir"]),
    tools: [],
    overlays: [mergeProperties(
      literalProperties(Object.fromEntries(missing), "fbuild"),
      packages,
      impliedFlags(mergeProperties(given.board.properties, options)),
      // Users of PlatformIO know their image as firmware.hex, and nothing else.
      manner === "platformio" ? literalProperties({ "recipe.output.save_file": "" }, "fbuild") : new Map(),
      options,
      toolchain === undefined
        ? new Map()
        : literalProperties({ "compiler.path": `${toolchain}/bin/` }, "platform_packages")
    )]
  }
}

/** The cores of other vendors that `build.core` and `build.variant` of a board refer to. */
const otherPlatforms = Effect.fnUntraced(function*({ board, resolved: { platform }, search }: {
  readonly board: ResolvedBoard
  readonly resolved: ResolvedPlatform
  readonly search: PackageSearch
}) {
  const written = mergeProperties(platform.properties, board.properties)
  const referenced = Effect.fnUntraced(function*(key: string) {
    const origin = { path: platform.boards.path, line: 0, key: `board ${board.id}` }
    const text = written.has(key) ? yield* Effect.fromResult(expand(written, `{${key}}`, origin)) : ""
    const { vendor } = parseCoreReference(text)
    return vendor === undefined || vendor === platform.vendor
      ? undefined
      : yield* referencedPlatform(vendor, platform, search)
  })
  return { corePlatform: yield* referenced("build.core"), variantPlatform: yield* referenced("build.variant") }
})

const installedTools = Effect.fnUntraced(function*(spec: PlatformSpec, properties: Properties, search: PackageSearch) {
  const tools: Array<InstalledTool> = []
  for (const { name, programs } of requiredTools(properties)) {
    const key = toolKey(name)
    const origin = { path: "fbuild", line: 0, key }
    const written = properties.has(key) ? yield* Effect.fromResult(expand(properties, `{${key}}`, origin)) : undefined
    const folder = yield* findTool({
      name,
      programs,
      ...(spec.toolchain.tools.includes(name) ? { package: spec.toolchain.package } : {}),
      ...(written === undefined ? {} : { written })
    }, search)
    if (folder !== undefined) tools.push({ name, path: folder.path })
  }
  return tools
})

/** What recipes without a core need to be told of a board in the form of flags, as `PlatformSpec.bare` says. */
const impliedFlags = (written: Properties): Properties => {
  const flag = (key: string, text: string) => (written.get(key)?.value ?? "") === "" ? "" : text
  return literalProperties({
    "build.f_cpu_flags": flag("build.f_cpu", "-DF_CPU={build.f_cpu}"),
    "build.ldscript_flags": flag("build.ldscript", "\"-T{build.ldscript}\"")
  }, "fbuild")
}

/** `ARDUINO`: 1.8.8, which PlatformIO's AVR platform defines. */
const arduinoVersion = "10808"
