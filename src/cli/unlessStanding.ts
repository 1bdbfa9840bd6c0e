// @effect-diagnostics nodeBuiltinImport:off -- only finds the file of this very program
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { fileURLToPath } from "node:url"
import { Disk } from "../disk/Disk.ts"
import { closeLooks, Looks, makeLooks } from "../disk/Looks.ts"
import { makeRecording } from "../disk/recording.ts"
import { sha256 } from "../disk/sha256.ts"
import { pathFrom } from "../domain/paths.ts"
import type { EnvironmentResult, ReportedError } from "../exec/BuildEvent.ts"
import { isOurs } from "../exec/buildFolder.ts"
import type { BuildReporter } from "../exec/BuildReporter.ts"
import type { BuildRequest } from "../orchestrator/buildProject.ts"
import type { BuiltEnvironment } from "../orchestrator/Orchestrator.ts"
import { recordVariables } from "../orchestrator/recordVariables.ts"
import { requestKey } from "../orchestrator/requestKey.ts"
import { keepStanding, readStanding } from "../orchestrator/standing.ts"
import { isCompile } from "../plan/Action.ts"
import { Span } from "../telemetry/names.ts"

interface Answered {
  readonly built: ReadonlyArray<BuiltEnvironment>
  readonly environments: ReadonlyArray<EnvironmentResult>
}

/**
 * The answer of the last build of this request that had nothing to do, as long as nothing that it looked at has changed;
 * else builds, and keeps the answer when this one had nothing to do.
 */
export const unlessStanding = Effect.fnUntraced(function*<E, R>(
  request: BuildRequest,
  reporter: BuildReporter["Service"],
  build: (request: BuildRequest, reporter: BuildReporter["Service"]) => Effect.Effect<Answered, E, R>
) {
  const disk = yield* Disk
  const fileSystem = yield* FileSystem.FileSystem
  const started = yield* Clock.currentTimeMillis
  const looks = makeLooks()
  const looking = Effect.provideService(Looks, looks)
  const { cache, home, projectDir, variables } = request
  const file = `${home}/standing/${sha256(requestKey(request, cache))}`
  const standing = yield* Effect.withSpan(looking(readStanding(file, variables)), Span.unlessStanding, {
    captureStackTrace: false
  })
  if (standing !== undefined) {
    yield* Effect.forEach(standing.warnings, (error) => reporter.emit({ _tag: "Warning", error }), { discard: true })
    return { built: [], environments: standing.environments }
  }
  const recording = makeRecording(disk, fileSystem)
  const recorded = recordVariables(variables)
  const warnings: Array<ReportedError> = []
  const emit: BuildReporter["Service"]["emit"] = (event) => {
    if (event._tag === "Warning") warnings.push(event.error)
    if (event._tag === "ActionStarted" || event._tag === "ActionCached") {
      recording.stop()
      // A compiler writes nothing that anybody looks for.
      if (!isCompile(event)) closeLooks(looks)
    }
    return reporter.emit(event)
  }
  // Of fbuild itself: another version may come to another conclusion.
  yield* recording.disk.signature(fileURLToPath(import.meta.url))
  const answer = yield* build({ ...request, variables: recorded.variables }, { emit }).pipe(
    looking,
    Effect.provideService(Disk, recording.disk),
    Effect.provideService(FileSystem.FileSystem, recording.fileSystem)
  )
  if (answer.environments.every(({ actions, ok }) => ok && actions.upToDate === actions.total)) {
    const folders = answer.built.map(({ planned }) => planned.buildDir).map((dir) => pathFrom(projectDir, dir))
    yield* Effect.ignore(keepStanding(file, {
      recording,
      // What the cache holds decides how long a build takes, not what comes out.
      ours: (path) =>
        path === file || path.startsWith(`${home}/cache/`) || folders.some((folder) => isOurs(folder, path)),
      variables,
      names: recorded.names,
      answer: { environments: answer.environments, warnings },
      started
    }))
  }
  return answer
})
