import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { loadProject } from "../../config/loadProject.ts"
import { selectEnvironments } from "../../config/selectEnvironments.ts"
import { cleanEnvironments } from "../../orchestrator/buildProject.ts"
import { buildDirOf } from "../../orchestrator/planEnvironment.ts"
import { projectOptions, projectRequest } from "../options.ts"
import { reporting } from "../reporting.ts"
import { Terminal } from "../Terminal.ts"
import { NotBuilt } from "../UsageError.ts"

export const clean = Command.make("clean", {
  ...projectOptions,
  cache: Flag.Boolean("cache").pipe(Flag.withDefault(false), Flag.withoutNegation, Flag.withHidden)
}, (flags) =>
  reporting(
    flags,
    Effect.gen(function*() {
      if (flags.cache) return yield* new NotBuilt({ what: "clean --cache" })
      const { stdout } = yield* Terminal
      const request = yield* projectRequest(flags)
      const project = yield* loadProject(request.projectDir, request.variables)
      const environments = yield* Effect.fromResult(selectEnvironments(project, request.environments))
      yield* Effect.forEach(environments, (environment) => {
        const buildDir = buildDirOf(project, environment)
        return Effect.andThen(
          cleanEnvironments(request.projectDir, [{ buildDir }]),
          stdout.write(`removed ${buildDir}\n`)
        )
      }, { discard: true })
    })
  )).pipe(
    Command.withDescription("Remove the build outputs of the environments"),
    Command.withExamples([{ command: "fbuild clean -e uno", description: "Remove what building uno made" }])
  )
