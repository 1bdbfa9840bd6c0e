import * as Effect from "effect/Effect"
import type { ResolvedBoard } from "../arduino/boards.ts"
import { mergeProperties } from "../arduino/Properties.ts"
import { boardReference } from "../boards/boardReference.ts"
import { chooseOptions } from "../boards/chooseOptions.ts"
import { vendorNames, writtenOptions } from "../boards/vendorNames.ts"
import { type EnvironmentConfig, type ProjectConfig, requireBoard, requirePlatform } from "../config/ProjectConfig.ts"
import { Disk } from "../disk/Disk.ts"
import { joinPath, relativeTo } from "../domain/paths.ts"
import type { PackageSearch } from "../packages/findCore.ts"
import { Span } from "../telemetry/names.ts"
import { type BoardBuild, boardBuild } from "./boardBuild.ts"
import { BoardNotFound, UnsupportedFramework } from "./OrchestratorError.ts"
import { type ProjectFlags, projectFlags } from "./projectFlags.ts"
import { resolveBare } from "./resolveBare.ts"
import { resolveBoard } from "./resolveBoard.ts"
import { type NamedPlatform, namedPlatform, type ResolvedPlatform, resolvePlatform } from "./resolvePlatform.ts"

/** What a request says of its builds, besides the project. */
export interface PlanRequest {
  readonly home: string
  /** The request's environment variables. */
  readonly variables: Readonly<Record<string, string>>
  /** `--release` or `--debug`; `build_type` of the environment when absent. */
  readonly buildType?: "release" | "debug" | undefined
}

/** What an environment is built with: all that is known of it before its sources are looked at. */
export interface PreparedEnvironment extends BoardBuild {
  readonly environment: EnvironmentConfig
  /** The id that the project uses. */
  readonly boardId: string
  readonly board: ResolvedBoard
  readonly resolved: ResolvedPlatform
  /** Digests of the files that the core is known by; "" where there is none. */
  readonly coreFiles: Readonly<Record<string, string>>
  /** Relative to the project, or absolute. */
  readonly buildDir: string
  readonly flags: ProjectFlags
}

/** Finds the core, the board and the tools of an environment. Runs nothing but the compiler's questions about itself. */
export const prepareEnvironment = Effect.fn(Span.prepareEnvironment)(function*(
  project: ProjectConfig,
  environment: EnvironmentConfig,
  request: PlanRequest
) {
  const { home, variables } = request
  const search = { projectDir: project.projectDir, home, platformPackages: environment.platformPackages, variables }
  const named = yield* namedPlatform(
    yield* Effect.fromResult(requirePlatform(environment)),
    search,
    environment.where["platform"] ?? environment.place
  )
  const { board, boardId, resolved } = yield* decideBoard(named, project, environment, search)
  const buildDir = buildDirOf(project, environment)
  const buildType = request.buildType ?? environment.buildType
  const build = yield* boardBuild({ resolved, board, environment, project, search, buildDir, buildType })
  const mcu = build.properties.quiet.get("build.mcu")?.value ?? ""
  const flags = projectFlags(resolved.spec, environment, build.driver.version, mcu, buildType)
  const coreFiles = yield* coreDigests(resolved.core.path)
  const prepared: PreparedEnvironment = { ...build, environment, boardId, board, resolved, coreFiles, buildDir, flags }
  return prepared
})

const coreDigests = Effect.fnUntraced(function*(core: string) {
  const disk = yield* Disk
  const digest = (name: string) => Effect.map(disk.digest(`${core}/${name}`), (digest) => digest ?? "")
  return { "platform.txt": yield* digest("platform.txt"), "boards.txt": yield* digest("boards.txt") }
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

/** The folder of an environment's outputs, relative to the project, or absolute where it is outside. */
export const buildDirOf = (project: ProjectConfig, environment: EnvironmentConfig): string =>
  relativeTo(project.projectDir, joinPath(project.projectDir, `${project.dirs.build}/${environment.name}`))
