import * as Effect from "effect/Effect"
import type { ResolvedBoard } from "../arduino/boards.ts"
import type { Properties } from "../arduino/Properties.ts"
import { type SizeRecipe, sizeRecipe } from "../arduino/size.ts"
import type { ProjectConfig } from "../config/ProjectConfig.ts"
import { inTurns } from "../domain/inTurns.ts"
import type { CoreFolder } from "../packages/findCore.ts"
import type { ActionGraph } from "../plan/ActionGraph.ts"
import { planBuild } from "../plan/planBuild.ts"
import type { PlatformSpec } from "../plan/PlatformSpec.ts"
import { Span } from "../telemetry/names.ts"
import type { Driver } from "./driverOf.ts"
import { fileSystemStep } from "./fileSystemStep.ts"
import { gatherSources } from "./gatherSources.ts"
import { locatePrograms } from "./locatePrograms.ts"
import type { PreparedEnvironment } from "./prepareEnvironment.ts"

/** One environment, decided: nothing has run yet. */
export interface PlannedEnvironment {
  readonly name: string
  /** The id that the project uses. */
  readonly boardId: string
  readonly board: ResolvedBoard
  readonly spec: PlatformSpec
  readonly core: CoreFolder
  readonly coreVersion: string
  /** Digests of the files that it is known by. */
  readonly coreFiles: Readonly<Record<string, string>>
  readonly toolchain: Driver
  /** Relative to the project, or absolute. */
  readonly buildDir: string
  readonly properties: Properties
  readonly size: SizeRecipe
  readonly graph: ActionGraph
}

/** Looks at the sources of an environment and plans its build. Nothing has run yet but what planning asks. */
export const planEnvironment = Effect.fn(Span.planEnvironment)(function*(
  project: ProjectConfig,
  prepared: PreparedEnvironment,
  variables: Readonly<Record<string, string>>
) {
  const {
    board,
    boardId,
    buildDir,
    coreFiles,
    driver,
    environment,
    flags,
    partitions,
    platformDirs,
    properties,
    resolved
  } = prepared
  const { core, platform, spec } = resolved
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
    flags,
    buildDir,
    toolchain: driver,
    steps: [...prepared.steps, ...fileSystem]
  })
  const plan = yield* inTurns(() => planBuild(inputs))
  const graph = yield* locatePrograms(plan, { buildDir, projectDir: project.projectDir }, variables)
  const size = yield* Effect.fromResult(sizeRecipe(properties.quiet))
  const planned: PlannedEnvironment = {
    name: environment.name,
    boardId,
    board,
    spec,
    core,
    coreVersion: platform.version,
    coreFiles,
    toolchain: driver,
    buildDir,
    properties: properties.quiet,
    size,
    graph
  }
  return planned
})
