import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { compileDatabase } from "../../artifacts/compileDatabase.ts"
import { inBuildFolders } from "../../orchestrator/BuildFolderLock.ts"
import { writeCompileDatabase } from "../../orchestrator/buildProject.ts"
import { materialise } from "../../orchestrator/materialise.ts"
import { planProject } from "../../orchestrator/planProject.ts"
import { projectOptions, projectRequest } from "../options.ts"
import { reporting } from "../reporting.ts"
import { Terminal } from "../Terminal.ts"

export const compiledb = Command.make("compiledb", projectOptions, (flags) =>
  reporting(
    flags,
    Effect.gen(function*() {
      const { stdout } = yield* Terminal
      const request = yield* projectRequest(flags)
      const planned = yield* planProject(request)
      if (flags.json) {
        return yield* stdout.write([...compileDatabase(request.projectDir, planned.map(({ graph }) => graph))].join(""))
      }
      yield* inBuildFolders(
        request.projectDir,
        planned,
        Effect.forEach(planned, (environment) => materialise(request.projectDir, environment), { discard: true })
      )
      yield* writeCompileDatabase(request.projectDir, planned)
      yield* stdout.write(`${request.projectDir}/compile_commands.json\n`)
    })
  )).pipe(
    Command.withDescription("Write compile_commands.json for editors, without building"),
    Command.withExamples([{
      command: "fbuild compiledb -e uno",
      description: "For the environment you are working on"
    }])
  )
