import * as Effect from "effect/Effect"
import type { ResolvedBoard } from "../arduino/boards.ts"
import { mergeProperties, type Properties } from "../arduino/Properties.ts"
import { type SizeRecipe, sizeRecipe } from "../arduino/size.ts"
import { boardReference } from "../boards/boardReference.ts"
import { chooseOptions } from "../boards/chooseOptions.ts"
import { vendorNames, writtenOptions } from "../boards/vendorNames.ts"
import { type EnvironmentConfig, type ProjectConfig, requireBoard, requirePlatform } from "../config/ProjectConfig.ts"
import { inTurns } from "../domain/inTurns.ts"
import { joinPath } from "../domain/paths.ts"
import type { CoreFolder, PackageSearch } from "../packages/findCore.ts"
import type { ActionGraph } from "../plan/ActionGraph.ts"
import { planBuild } from "../plan/planBuild.ts"
import type { PlatformSpec } from "../plan/PlatformSpec.ts"
import { Span } from "../telemetry/names.ts"
import { boardBuild } from "./boardBuild.ts"
import type { Driver } from "./driverOf.ts"
import { fileSystemStep } from "./fileSystemStep.ts"
import { gatherSources } from "./gatherSources.ts"
import { locatePrograms } from "./locatePrograms.ts"
import { BoardNotFound, UnsupportedFramework } from "./OrchestratorError.ts"
import { projectFlags } from "./projectFlags.ts"
import { relativeTo } from "./relativeTo.ts"
import { resolveBare } from "./resolveBare.ts"
import { resolveBoard } from "./resolveBoard.ts"
import { type NamedPlatform, namedPlatform, resolvePlatform } from "./resolvePlatform.ts"

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

/** Reads what an environment needs and plans its build. Runs nothing but the compiler's questions about itself. */
export const planEnvironment = Effect.fn(Span.planEnvironment)(function*(
  project: ProjectConfig,
  environment: EnvironmentConfig,
  request: PlanRequest
) {
  const search = searchOf(project.projectDir, request, environment.platformPackages)
  const named = yield* namedPlatform(
    yield* Effect.fromResult(requirePlatform(environment)),
    search,
    environment.where["platform"] ?? environment.place
  )
  const { board, boardId, resolved } = yield* decideBoard(named, project, environment, search)
  const { core, platform, spec } = resolved
  const buildDir = buildDirOf(project, environment)
  const buildType = request.buildType ?? environment.buildType
  const { driver, partitions, platformDirs, properties, steps } = yield* boardBuild({
    resolved,
    board,
    environment,
    project,
    search,
    buildDir,
    buildType
  })
  const mcu = properties.quiet.get("build.mcu")?.value ?? ""
  const fileSystem = yield* fileSystemStep({
    project,
    environment,
    spec,
    properties: properties.quiet,
    partitions,
    buildDir
  })
  const inputs = yield* gatherSources({
    project,
    environment,
    spec,
    platform,
    platformDirs,
    properties,
    flags: projectFlags(spec, environment, driver.version, mcu, buildType),
    buildDir,
    toolchain: driver,
    steps: [...steps, ...fileSystem]
  })
  const plan = yield* inTurns(() => planBuild(inputs))
  const graph = yield* locatePrograms(plan, { buildDir, projectDir: project.projectDir }, request.variables)
  const size = yield* Effect.fromResult(sizeRecipe(properties.quiet))
  const planned: PlannedEnvironment = {
    name: environment.name,
    boardId,
    board,
    spec,
    core,
    coreVersion: platform.version,
    toolchain: driver,
    buildDir,
    properties: properties.quiet,
    size,
    graph
  }
  return planned
})

/** The platform and the board of an environment, with the core's recipes or, without a framework, with the family's own. */
const decideBoard = Effect.fnUntraced(
  function*(named: NamedPlatform, project: ProjectConfig, environment: EnvironmentConfig, search: PackageSearch) {
    const { spec } = named
    const mcu = environment.boardOptions["build.mcu"]
    const isUnknown = (name: string) => !spec.frameworks.some((known) => known === name)
    const framework = environment.framework.find(isUnknown)
    const isBare = environment.framework.length === 0
    if (framework !== undefined || (isBare && spec.bare === undefined)) {
      const { line, path } = environment.where["framework"] ?? environment.place
      return yield* new UnsupportedFramework({
        path,
        line,
        ...(framework === undefined ? {} : { framework }),
        platform: environment.platform ?? spec.id,
        supported: spec.frameworks,
        bare: spec.bare !== undefined
      })
    }
    if (isBare && spec.bare !== undefined) {
      const boardId = environment.board ?? mcu ?? (yield* Effect.fromResult(requireBoard(environment)))
      const options = { search, boardsDir: project.dirs.boards, boardId, mcu }
      return { boardId, ...yield* resolveBare(named, spec.bare, options) }
    }
    const written = yield* Effect.fromResult(requireBoard(environment))
    const resolved = yield* resolvePlatform(named, search)
    const boardId = boardReference(written, resolved.platform.architecture)
    const found = yield* resolveBoard(boardId, resolved, search, project.dirs.boards)
    const known = mergeProperties(resolved.platform.properties, found.board.properties)
    const options = vendorNames(writtenOptions(environment), spec, known)
    const said = Object.fromEntries(Array.from(options, ([key, { value }]) => [key, value]))
    const board = yield* Effect.fromResult(chooseOptions(
      resolved.platform.boards,
      found.board,
      boardId,
      { ...environment.boardOptions, ...said },
      spec.menus ?? []
    ))
    return { board, boardId, resolved }
  },
  (effect, _named, _project, environment) =>
    Effect.catchTag(effect, "UnknownBoard", ({ board, nearest, path: boardsTxt }) => {
      const { line, path } = environment.where["board"] ?? environment.place
      return Effect.fail(new BoardNotFound({ path, line, board, boardsTxt, nearest }))
    })
)

/** Where an environment looks for packages. */
export const searchOf = (
  projectDir: string,
  { home, variables }: Pick<PlanRequest, "home" | "variables">,
  platformPackages: ReadonlyArray<string>
): PackageSearch => ({ projectDir, home, platformPackages, variables })

/** The folder of an environment's outputs, relative to the project, or absolute where it is outside. */
export const buildDirOf = (project: ProjectConfig, environment: EnvironmentConfig): string =>
  relativeTo(project.projectDir, joinPath(project.projectDir, `${project.dirs.build}/${environment.name}`))
