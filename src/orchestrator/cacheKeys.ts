import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { readBuildState } from "../cache/BuildState.ts"
import { fingerprint, renderFingerprint } from "../cache/Fingerprint.ts"
import { joinPath } from "../domain/paths.ts"
import { directoryInOutputs } from "../exec/CacheBackend.ts"
import { commandDigest } from "../exec/commandDigest.ts"
import { readResponses } from "../exec/responses.ts"
import type { PlannedEnvironment } from "./planEnvironment.ts"

/** The keys of the cache entries that the last build of an environment used or made, as far as it is planned as it was. */
export const cacheKeys = Effect.fnUntraced(function*(projectDir: string, planned: PlannedEnvironment) {
  const absolute = (path: string) => joinPath(projectDir, path)
  const state = yield* readBuildState(absolute(`${planned.buildDir}/state.json`))
  return yield* Effect.forEach(planned.graph.actions, (action) =>
    Effect.gen(function*() {
      const record = state.actions.get(action.id)
      if (record === undefined || record.command !== commandDigest(action)) return []
      const responses = yield* readResponses(action.argv, absolute)
      const key = fingerprint(action, { inputs: record.inputs, directory: directoryInOutputs(projectDir), responses })
      return Result.isFailure(key) ? [] : [renderFingerprint(key.success).digest]
    })).pipe(Effect.map((keys) => keys.flat()))
})
