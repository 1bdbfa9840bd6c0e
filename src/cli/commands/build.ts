import * as Command from "effect/cli/Command"
import { buildOptions } from "../options.ts"
import { runBuild } from "../runBuild.ts"

export const build = Command.make("build", buildOptions, (flags) => runBuild(flags, { plan: "unless standing" })).pipe(
  Command.withDescription("Build the environments of the project: those of -e, else default_envs, else all"),
  Command.withExamples([
    { command: "fbuild build", description: "Build the project in this folder" },
    { command: "fbuild build examples/blink -e uno", description: "Build one environment of another folder" },
    {
      command: "fbuild build --json | jq -c 'select(._tag == \"BuildFinished\")'",
      description: "The result for a program"
    }
  ])
)
