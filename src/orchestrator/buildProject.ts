import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { compileDatabase } from "../artifacts/compileDatabase.ts"
import { Disk } from "../disk/Disk.ts"
import { hasText } from "../disk/hasText.ts"
import { collected } from "../domain/inTurns.ts"
import { pathFrom } from "../domain/paths.ts"
import { BuildReporter } from "../exec/BuildReporter.ts"
import type { CacheBackend } from "../exec/CacheBackend.ts"
import { Span } from "../telemetry/names.ts"
import { inBuildFolders } from "./BuildFolderLock.ts"
import { Orchestrator } from "./Orchestrator.ts"
import type { PlannedEnvironment } from "./planEnvironment.ts"
import { PlanMemory, recallPlan } from "./PlanMemory.ts"
import { type ProjectRequest, requireTools } from "./planProject.ts"

/** What a user asked to have built. */
export interface BuildRequest extends ProjectRequest {
  readonly onFailure: "stop" | "keep-going"
  readonly actionTimeout?: Duration.Duration | undefined
  readonly cache: CacheBackend
  /** `--clean` removes the build folders first. */
  readonly before: "nothing" | "clean"
}

/** Plans and builds. Environments share the job permits; the result has them in the order of the request. */
export const buildProject = Effect.fn(Span.buildProject)(function*(request: BuildRequest) {
  const orchestrator = yield* Orchestrator
  const reporter = yield* BuildReporter
  const planned = yield* recallPlan(request)
  yield* Effect.forEach(planned, requireTools, { discard: true })
  const built = Effect.forEach(planned, (environment) =>
    Effect.gen(function*() {
      const { boardId: board, graph, name } = environment
      yield* reporter.emit({ _tag: "EnvironmentStarted", environment: name, board, actions: graph.actions.length })
      return yield* orchestrator.build(request.projectDir, environment, request)
    }), { concurrency: "unbounded" })
  // A source tree that is read-only can be built, with the build folder elsewhere.
  const database = writeCompileDatabase(request.projectDir, planned).pipe(
    Effect.catch(({ message, path }) => reporter.emit({ _tag: "Warning", error: { _tag: "DiskError", message, path } }))
  )
  const clean = request.before === "clean" ? cleanEnvironments(request.projectDir, planned) : Effect.void
  // The database is written while the first compilers run.
  const all = Effect.andThen(clean, Effect.all([built, database], { concurrency: 2 }))
  const [result] = yield* inBuildFolders(request.projectDir, planned, all)
  return result
})

/** Removes what a build of these environments makes. */
export const cleanEnvironments = Effect.fnUntraced(function*(
  projectDir: string,
  planned: ReadonlyArray<Pick<PlannedEnvironment, "buildDir">>
) {
  const disk = yield* Disk
  for (const { buildDir } of planned) {
    yield* disk.remove(pathFrom(projectDir, buildDir))
  }
})

/** Writes `compile_commands.json` for these environments where it says something new. */
export const writeCompileDatabase = Effect.fnUntraced(function*(
  projectDir: string,
  planned: ReadonlyArray<PlannedEnvironment>
) {
  const disk = yield* Disk
  const databases = (yield* PlanMemory)?.databases
  const path = `${projectDir}/compile_commands.json`
  const before = databases?.get(planned)
  if (before !== undefined && before === (yield* disk.signature(path))?.text) return
  const pieces = yield* collected(compileDatabase(projectDir, planned.map(({ graph }) => graph)))
  if (!(yield* hasText(path, pieces))) yield* disk.writePieces(path, pieces)
  const signature = databases === undefined ? undefined : yield* disk.signature(path)
  if (signature !== undefined) databases?.set(planned, signature.text)
})
