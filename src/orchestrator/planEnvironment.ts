import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { loadPlatform, platformNames } from "../../platforms/index.ts"
import { boardProperties, type BuildValues } from "../arduino/boardProperties.ts"
import type { ResolvedBoard } from "../arduino/boards.ts"
import { expand } from "../arduino/expandProperty.ts"
import { literalProperties, mergeProperties, type Properties } from "../arduino/Properties.ts"
import { expandRecipe } from "../arduino/recipe.ts"
import { type SizeRecipe, sizeRecipe } from "../arduino/size.ts"
import { findBoard } from "../boards/findBoard.ts"
import { type EnvironmentConfig, type ProjectConfig, requireBoard, requirePlatform } from "../config/ProjectConfig.ts"
import { Disk } from "../disk/Disk.ts"
import type { Digest } from "../domain/Digest.ts"
import { type CoreFolder, findCore, type PackageSearch } from "../packages/findCore.ts"
import type { ActionGraph } from "../plan/ActionGraph.ts"
import { planBuild } from "../plan/planBuild.ts"
import { projectName } from "../plan/planLink.ts"
import type { PlatformSpec } from "../plan/PlatformSpec.ts"
import { joinPath } from "../sources/paths.ts"
import { Span } from "../telemetry/names.ts"
import { compilerVersion, findToolchain, type Toolchain } from "../toolchain/Toolchain.ts"
import { toolchainIdentity } from "../toolchain/toolchainIdentity.ts"
import { gatherSources } from "./gatherSources.ts"
import { loadCore } from "./loadCore.ts"
import { BoardNotFound, UnknownPlatform, UnsupportedFramework } from "./OrchestratorError.ts"
import { projectFlags } from "./projectFlags.ts"
import { relativeTo } from "./relativeTo.ts"

/** What a request says of its builds, besides the project. */
export interface PlanRequest {
  readonly home: string
  /** The request's environment variables. */
  readonly variables: Readonly<Record<string, string>>
  /** `--release` or `--debug`; `build_type` of the environment when absent. */
  readonly buildType?: "release" | "debug" | undefined
}

/** One environment, decided: nothing has run yet. */
export interface PlannedEnvironment {
  readonly name: string
  /** The id that the project uses. */
  readonly boardId: string
  readonly board: ResolvedBoard
  readonly spec: PlatformSpec
  readonly core: CoreFolder
  readonly coreVersion: string
  readonly toolchain: Driver
  /** Relative to the project, or absolute. */
  readonly buildDir: string
  readonly properties: Properties
  readonly size: SizeRecipe
  readonly graph: ActionGraph
}

/** Reads what an environment needs and plans its build. Runs nothing but the compiler's `-dumpversion`. */
export const planEnvironment = Effect.fn(Span.planEnvironment)(function*(
  project: ProjectConfig,
  environment: EnvironmentConfig,
  request: PlanRequest
) {
  const spec = yield* specOf(environment)
  const boardId = yield* Effect.fromResult(requireBoard(environment))
  const framework = environment.framework.find((name) => name !== "arduino")
  if (framework !== undefined) {
    const { line, path } = environment.where["framework"] ?? environment.place
    return yield* new UnsupportedFramework({ path, line, framework })
  }
  const search: PackageSearch = {
    projectDir: project.projectDir,
    home: request.home,
    platformPackages: environment.platformPackages
  }
  const [core, toolchain] = yield* Effect.all([
    findCore(spec.core, search),
    findToolchain(spec.toolchain, search, request.variables["PATH"] ?? "")
  ], { concurrency: 2 })
  const platform = yield* loadCore(spec, core)
  const board = yield* Effect.fromResult(findBoard(platform.boards, spec.boards, boardId)).pipe(
    Effect.catchTag("UnknownBoard", ({ nearest, path: boardsTxt }) => {
      const { line, path } = environment.where["board"] ?? environment.place
      return Effect.fail(new BoardNotFound({ path, line, board: boardId, boardsTxt, nearest }))
    })
  )

  const buildDir = buildDirOf(project, environment)
  const buildType = request.buildType ?? environment.buildType
  const values = buildValues({ buildDir, buildType, toolchain, spec, environment, project, request })
  const quiet = yield* Effect.fromResult(boardProperties(platform, board, { ...values, warnings: "none" as const }))
  const own = yield* Effect.fromResult(boardProperties(platform, board, { ...values, warnings: "default" as const }))
  const driver = yield* driverOf(quiet, spec, toolchain, request.home)
  const inputs = yield* gatherSources({
    project,
    environment,
    spec,
    platform,
    properties: { quiet, own },
    flags: projectFlags(spec, environment, driver.version, quiet.get("build.mcu")?.value ?? "", buildType),
    buildDir,
    toolchain: driver.identity
  })
  const graph = yield* Effect.fromResult(planBuild(inputs))
  const size = yield* Effect.fromResult(sizeRecipe(quiet))
  const planned: PlannedEnvironment = {
    name: environment.name,
    boardId,
    board,
    spec,
    core,
    coreVersion: platform.version,
    toolchain: driver,
    buildDir,
    properties: quiet,
    size,
    graph
  }
  return planned
})

/** The compiler driver that recipes really call, and what is behind it. */
export interface Driver {
  readonly compiler: string
  readonly version: string
  readonly identity: Digest
}

/** A core may have the path of a compiler written in, which then need not be the one that was found. */
const driverOf = Effect.fnUntraced(function*(
  properties: Properties,
  spec: PlatformSpec,
  toolchain: Toolchain,
  home: string
) {
  const disk = yield* Disk
  const bindings = { includes: [], source_file: "x", object_file: "x" }
  const [program = ""] = yield* Effect.fromResult(expandRecipe(properties, "recipe.c.o.pattern", bindings))
  const isOther = program !== toolchain.compiler && program.startsWith("/")
  const compiler = isOther && (yield* disk.signature(program)) !== undefined ? program : toolchain.compiler
  const version = compiler === toolchain.compiler ? toolchain.version : yield* compilerVersion(compiler, home)
  const origin = { path: "fbuild", line: 0, key: "toolchain.identity" }
  const { files, flags } = spec.toolchain.identity
  const expandAll = (texts: ReadonlyArray<string>) =>
    Effect.fromResult(Result.all(texts.map((text) => expand(properties, text, origin))))
  const identity = yield* toolchainIdentity({
    compiler,
    flags: yield* expandAll(flags),
    specs: yield* expandAll(files),
    home
  })
  return { compiler, version, identity } satisfies Driver
})

/** The folder of an environment's outputs, relative to the project, or absolute where it is outside. */
export const buildDirOf = (project: ProjectConfig, environment: EnvironmentConfig): string =>
  relativeTo(project.projectDir, joinPath(project.projectDir, `${project.dirs.build}/${environment.name}`))

/** The platform that `platform =` names. */
export const specOf = Effect.fnUntraced(function*(environment: EnvironmentConfig) {
  const name = yield* Effect.fromResult(requirePlatform(environment))
  const spec = yield* loadPlatform(name)
  if (spec !== undefined) return spec
  const { line, path } = environment.where["platform"] ?? environment.place
  return yield* new UnknownPlatform({ path, line, platform: name, known: platformNames })
})

const buildValues = (given: {
  readonly buildDir: string
  readonly buildType: "release" | "debug"
  readonly toolchain: Toolchain
  readonly spec: PlatformSpec
  readonly environment: EnvironmentConfig
  readonly project: ProjectConfig
  readonly request: PlanRequest
}): Omit<BuildValues, "warnings"> => {
  const { spec, toolchain } = given
  const epoch = Number(given.request.variables["SOURCE_DATE_EPOCH"] ?? 0)
  // A toolchain that the project names is stronger than a path that a distribution has written into the core.
  const toolchainPath: Properties = toolchain.source === "project"
    ? literalProperties({ "compiler.path": `${toolchain.root}/bin/` }, "platform_packages")
    : new Map()
  return {
    buildPath: given.buildDir,
    sourcePath: relativeTo(given.project.projectDir, given.project.dirs.src),
    projectName,
    ideVersion: arduinoVersion,
    idePath: toolchain.root,
    optimization: given.buildType,
    timeUtc: Number.isSafeInteger(epoch) ? epoch : 0,
    tools: spec.toolchain.tools.map((name) => ({ name, version: toolchain.version, path: toolchain.root })),
    overlays: [
      mergeProperties(literalProperties(vendorNamed(given.environment.boardOptions), given.project.path), toolchainPath)
    ]
  }
}

/** PlatformIO's `board_*` options under the names that `boards.txt` has for them, where the two differ. */
const vendorNamed = (options: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name === "upload.maximum_ram_size" ? "upload.maximum_data_size" : name,
      value
    ])
  )

/** `ARDUINO`: 1.8.8, which PlatformIO's AVR platform defines. */
const arduinoVersion = "10808"
