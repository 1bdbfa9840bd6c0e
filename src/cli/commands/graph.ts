import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { inBuildFolders } from "../../orchestrator/BuildFolderLock.ts"
import { materialise } from "../../orchestrator/materialise.ts"
import { planProject } from "../../orchestrator/planProject.ts"
import { Action } from "../../plan/Action.ts"
import { dot } from "../../plan/render.ts"
import { projectOptions, projectRequest } from "../options.ts"
import { reporting } from "../reporting.ts"
import { Terminal } from "../Terminal.ts"

const Document = Schema.fromJsonString(Schema.Struct({
  environments: Schema.Array(Schema.Struct({ name: Schema.String, cwd: Schema.String, actions: Schema.Array(Action) }))
}))

export const graph = Command.make("graph", {
  ...projectOptions,
  dot: Flag.Boolean("dot").pipe(
    Flag.withDefault(false),
    Flag.withoutNegation,
    Flag.withDescription("Graphviz")
  )
}, (flags) =>
  reporting(
    flags,
    Effect.gen(function*() {
      const { stdout } = yield* Terminal
      const request = yield* projectRequest(flags)
      const planned = yield* planProject(request)
      if (flags.json) {
        // Whoever runs these commands needs the folders and the files that no command makes.
        yield* inBuildFolders(
          request.projectDir,
          planned,
          Effect.forEach(planned, (environment) => materialise(request.projectDir, environment), { discard: true })
        )
        const environments = planned.map(({ graph, name }) => ({
          name,
          cwd: request.projectDir,
          actions: graph.actions
        }))
        return yield* stdout.write(`${Schema.encodeSync(Document)({ environments })}\n`)
      }
      for (const { graph, name } of planned) {
        const text = flags.dot
          ? dot(graph, name)
          : graph.actions.map((action) => `${action.mnemonic.padEnd(14)}${action.id}\n`).join("")
        yield* stdout.write(text)
      }
    })
  )).pipe(
    Command.withDescription("Show the actions of a build and what each one needs"),
    Command.withExamples([
      { command: "fbuild graph --dot | dot -Tsvg > graph.svg", description: "Draw it" },
      { command: "fbuild graph --json", description: "Commands, inputs and outputs for a program" }
    ])
  )
