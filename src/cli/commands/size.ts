import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { buildOptions } from "../options.ts"
import { runBuild } from "../runBuild.ts"

export const size = Command.make(
  "size",
  buildOptions,
  (flags) => Effect.asVoid(runBuild(flags, { plan: "unless standing" }))
).pipe(
  Command.withDescription("Build, then show how much of the board's memory is used"),
  Command.withExamples([{ command: "fbuild size -e uno", description: "Flash and RAM of one environment" }])
)
