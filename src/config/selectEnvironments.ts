import * as Result from "effect/Result"
import { nearest } from "../domain/nearest.ts"
import { ConfigError } from "./ConfigError.ts"
import type { EnvironmentConfig, ProjectConfig } from "./ProjectConfig.ts"

/**
 * The environments to build: those in `names`, each once; without names those of `default_envs`; without these all.
 * Fails for a name that does not exist, for an environment that is wrong, and when there is none at all.
 */
export const selectEnvironments = (
  project: ProjectConfig,
  names: ReadonlyArray<string>
): Result.Result<ReadonlyArray<EnvironmentConfig>, ConfigError> =>
  Result.gen(function*() {
    const known = [...project.environments.map((environment) => environment.name), ...project.invalid.keys()]
    const wanted = [names, project.defaultEnvs, known].find((candidates) => candidates.length > 0) ?? []
    const place = { path: project.path, line: 0 }
    if (wanted.length === 0) return yield* Result.fail(ConfigError.at(place, { _tag: "NoEnvironments" }))

    const selected: Array<EnvironmentConfig> = []
    for (const name of new Set(wanted)) {
      const failure = project.invalid.get(name)
      if (failure !== undefined) return yield* Result.fail(failure)
      const environment = project.environments.find((candidate) => candidate.name === name)
      if (environment === undefined) {
        const problem = { name, nearest: nearest(name, known, 3), namedBy: "request" } as const
        return yield* Result.fail(ConfigError.at(place, { _tag: "UnknownEnvironment", ...problem }))
      }
      selected.push(environment)
    }
    return selected
  })
