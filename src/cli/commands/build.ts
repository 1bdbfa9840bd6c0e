import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { type BuildFlags, buildOptions } from "../options.ts"
import { BuildParsed } from "../parsedBuilds.ts"
import { runBuild } from "../runBuild.ts"

/** What `fbuild build` does when its command line says this. */
export const buildAs = (flags: BuildFlags) => runBuild(flags, { plan: "unless standing" })

export const build = Command.make("build", buildOptions, (flags) =>
  Effect.flatMap(BuildParsed, (note) => {
    note(flags)
    return buildAs(flags)
  })).pipe(
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
