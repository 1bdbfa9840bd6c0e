import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { loadProject } from "../../config/loadProject.ts"
import { selectEnvironments } from "../../config/selectEnvironments.ts"
import { pathFrom } from "../../domain/paths.ts"
import { Explanation, readExplanations } from "../../exec/Explanation.ts"
import { buildDirOf } from "../../orchestrator/prepareEnvironment.ts"
import { readersOf } from "../../orchestrator/readersOf.ts"
import { changedParts } from "../../toolchain/changedParts.ts"
import { usesColor } from "../colors.ts"
import { projectOptions, projectRequest } from "../options.ts"
import { explanationText } from "../render/explanation.ts"
import { reporting } from "../reporting.ts"
import { Terminal } from "../Terminal.ts"
import { UsageError } from "../UsageError.ts"

const { folder: _, ...options } = projectOptions

const Document = Schema.fromJsonString(Schema.Struct({
  environments: Schema.Array(Schema.Struct({ name: Schema.String, actions: Schema.Array(Explanation) }))
}))

export const why = Command.make("why", {
  ...options,
  file: Argument.String("file").pipe(
    Argument.optional,
    Argument.withDescription("A source, a header or an output: only the actions that read or make it")
  )
}, (flags) =>
  reporting(
    flags,
    Effect.gen(function*() {
      const { stdout, variables } = yield* Terminal
      const request = yield* projectRequest({ ...flags, folder: Option.none() })
      const project = yield* loadProject(request.projectDir, request.variables)
      const selected = yield* Effect.fromResult(selectEnvironments(project, request.environments))
      const environments = yield* Effect.forEach(selected, (environment) =>
        Effect.gen(function*() {
          const buildDir = buildDirOf(project, environment)
          const explained = yield* readExplanations(pathFrom(request.projectDir, buildDir))
          if (explained === undefined) {
            return yield* new UsageError({
              reason: `${environment.name} has not been built yet`,
              hint: `fbuild build -e ${environment.name}`
            })
          }
          const actions = yield* Option.match(flags.file, {
            onNone: () => Effect.succeed(explained),
            onSome: (file) => readersOf(request.projectDir, buildDir, explained, file)
          })
          return { name: environment.name, actions: yield* Effect.forEach(actions, withParts(request.home)) }
        }))
      if (Option.isSome(flags.file) && environments.every(({ actions }) => actions.length === 0)) {
        return yield* new UsageError({ reason: `no action of the last build reads or makes ${flags.file.value}` })
      }
      if (flags.json) {
        const text = yield* Schema.encodeEffect(Document)({ environments }).pipe(Effect.orDie)
        return yield* stdout.write(`${text}\n`)
      }
      const color = usesColor(flags.color, stdout, variables)
      for (const { actions, name } of environments) {
        yield* stdout.write(explanationText(name, actions, color))
      }
    })
  )).pipe(
    Command.withDescription("Tell why the last build ran, fetched or kept each action"),
    Command.withExamples([
      { command: "fbuild why", description: "What the last build did, and why" },
      { command: "fbuild why src/main.cpp", description: "What became of one file" }
    ])
  )

/** Names what has changed in the toolchain, where that is the reason. */
const withParts = (home: string) =>
  Effect.fnUntraced(function*(action: Explanation) {
    if (action.reason?._tag !== "ToolchainChanged") return action
    const parts = yield* changedParts(home, action.reason.before, action.reason.after)
    return parts === undefined ? action : { ...action, reason: { ...action.reason, parts } }
  })
