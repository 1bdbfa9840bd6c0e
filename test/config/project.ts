import * as Result from "effect/Result"
import type { ConfigError } from "../../src/config/ConfigError.ts"
import { parseIni } from "../../src/config/parseIni.ts"
import type { EnvironmentConfig, ProjectConfig } from "../../src/config/ProjectConfig.ts"
import { resolveProject } from "../../src/config/resolveProject.ts"
import { selectEnvironments } from "../../src/config/selectEnvironments.ts"

export const resolve = (
  text: string,
  variables: Readonly<Record<string, string>> = {},
  projectDir = "/home/me/my project"
): Result.Result<ProjectConfig, ConfigError> =>
  parseIni("platformio.ini", text).pipe(
    Result.flatMap((document) => Result.gen(() => resolveProject({ document, projectDir, variables })))
  )

/** The one environment that the project builds by default. */
export const environment = (text: string, variables: Readonly<Record<string, string>> = {}): EnvironmentConfig =>
  Result.getOrThrow(resolve(text, variables).pipe(Result.flatMap((project) => selectEnvironments(project, []))))[0]!

/** The error that keeps the default environments from being built. */
export const failure = (text: string, variables: Readonly<Record<string, string>> = {}): ConfigError =>
  Result.getOrThrow(
    Result.flip(resolve(text, variables).pipe(Result.flatMap((project) => selectEnvironments(project, []))))
  )
