import * as Effect from "effect/Effect"
import { loadProject } from "../config/loadProject.ts"
import type { ProjectConfig } from "../config/ProjectConfig.ts"
import { selectEnvironments } from "../config/selectEnvironments.ts"
import { Disk } from "../disk/Disk.ts"
import { dirName } from "../domain/paths.ts"
import { BuildReporter } from "../exec/BuildReporter.ts"
import { Span } from "../telemetry/names.ts"
import { missing } from "../toolchain/findTool.ts"
import { planEnvironment, type PlannedEnvironment } from "./planEnvironment.ts"
import { type PlanRequest, type PreparedEnvironment, prepareEnvironment } from "./prepareEnvironment.ts"

/** Which environments of which project. */
export interface ProjectRequest extends PlanRequest {
  /** Absolute. */
  readonly projectDir: string
  /** `-e`; `default_envs`, else all, when empty. */
  readonly environments: ReadonlyArray<string>
}

/** What a plan needs besides sources. */
export interface PreparedProject {
  readonly project: ProjectConfig
  readonly environments: ReadonlyArray<PreparedEnvironment>
}

/** Reads a project, tells of what it ignores in it, and finds what the environments that the request means are built with. */
export const prepareProject = Effect.fnUntraced(function*(request: ProjectRequest) {
  const reporter = yield* BuildReporter
  const project = yield* loadProject(request.projectDir, request.variables)
  for (const { line, message, path } of project.warnings) {
    yield* reporter.emit({ _tag: "Warning", error: { _tag: "ConfigWarning", message, path, line } })
  }
  const selected = yield* Effect.fromResult(selectEnvironments(project, request.environments))
  const environments = yield* Effect.forEach(
    selected,
    (environment) => prepareEnvironment(project, environment, request),
    { concurrency: "unbounded" }
  )
  return { project, environments } satisfies PreparedProject
})

/** Plans what has been prepared. */
export const planPrepared = ({ environments, project }: PreparedProject, { variables }: ProjectRequest) =>
  Effect.forEach(environments, (prepared) => planEnvironment(project, prepared, variables), {
    concurrency: "unbounded"
  })

/** Plans the environments that a request means. */
export const planProject = Effect.fn(Span.planProject)(function*(request: ProjectRequest) {
  return yield* planPrepared(yield* prepareProject(request), request)
})

/** Fails for the first program of a plan that is not installed, before anything is run. */
export const requireTools = Effect.fnUntraced(function*(planned: PlannedEnvironment) {
  const disk = yield* Disk
  const programs = new Set(planned.graph.actions.flatMap(({ argv }) => argv.slice(0, 1)))
  for (const program of programs) {
    if (!program.startsWith("/") || (yield* disk.signature(program)) !== undefined) continue
    return yield* missing(program, [dirName(program)])
  }
})
