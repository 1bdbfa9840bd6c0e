import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { entryPath } from "../../cache/layout.ts"
import { loadProject } from "../../config/loadProject.ts"
import { selectEnvironments } from "../../config/selectEnvironments.ts"
import { Disk } from "../../disk/Disk.ts"
import { joinPath } from "../../domain/paths.ts"
import { inBuildFolders } from "../../orchestrator/BuildFolderLock.ts"
import { cleanEnvironments } from "../../orchestrator/buildProject.ts"
import { cacheKeys } from "../../orchestrator/cacheKeys.ts"
import { planProject } from "../../orchestrator/planProject.ts"
import { buildDirOf } from "../../orchestrator/prepareEnvironment.ts"
import { projectOptions, projectRequest } from "../options.ts"
import { reporting } from "../reporting.ts"
import { Terminal } from "../Terminal.ts"

export const clean = Command.make("clean", {
  ...projectOptions,
  cache: Flag.Boolean("cache").pipe(
    Flag.withDefault(false),
    Flag.withoutNegation,
    Flag.withDescription("Also remove what the cache holds of the last build")
  )
}, (flags) =>
  reporting(
    flags,
    Effect.gen(function*() {
      const disk = yield* Disk
      const { stdout } = yield* Terminal
      const request = yield* projectRequest(flags)
      const project = yield* loadProject(request.projectDir, request.variables)
      const environments = yield* Effect.fromResult(selectEnvironments(project, request.environments))
      if (flags.cache) {
        const keys = yield* Effect.flatMap(planProject(request), (planned) =>
          Effect.forEach(planned, (environment) => cacheKeys(request.projectDir, environment)))
        yield* Effect.forEach(keys.flat(), (key) =>
          disk.remove(entryPath(request.home, key)), { discard: true })
        yield* stdout.write(`removed ${keys.flat().length} cache entries\n`)
      }
      yield* Effect.forEach(environments, (environment) => {
        const buildDir = buildDirOf(project, environment)
        const { projectDir } = request
        const clean = inBuildFolders(projectDir, [{ buildDir }], cleanEnvironments(projectDir, [{ buildDir }]))
        // What is not there is not made for the sake of a lock.
        return disk.signature(joinPath(projectDir, buildDir)).pipe(
          Effect.flatMap((there) => there === undefined ? Effect.void : clean),
          Effect.andThen(stdout.write(`removed ${buildDir}\n`))
        )
      }, { discard: true })
    })
  )).pipe(
    Command.withDescription("Remove the build outputs of the environments"),
    Command.withExamples([{ command: "fbuild clean -e uno", description: "Remove what building uno made" }])
  )
