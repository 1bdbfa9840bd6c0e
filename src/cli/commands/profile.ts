import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { projectOptions, toggle } from "../options.ts"
import { reporting } from "../reporting.ts"

const { color, json, projectDir } = projectOptions

export const profile = Command.make("profile", {
  builds: Argument.String("build").pipe(
    Argument.between(0, 3),
    Argument.withDescription(
      "1 is the last build, 2 the one before, or the beginning of a trace id; diff A B compares two"
    )
  ),
  projectDir,
  json,
  color,
  list: toggle("list", "The builds that are remembered"),
  chrome: Flag.String("chrome").pipe(
    Flag.withMetavar("FILE"),
    Flag.optional,
    Flag.withDescription("Write a file that Perfetto and chrome://tracing open")
  ),
  web: toggle("web", "Write .fbuild/profile.html: the timeline, for any browser")
}, (flags) =>
  reporting(
    flags,
    // Loaded by those who ask only: every build would pay for it.
    Effect.flatMap(Effect.promise(() => import("../tellProfile.ts")), ({ tellProfile }) => tellProfile(flags))
  )).pipe(
    Command.withDescription("Tell where the time of a build went"),
    Command.withExamples([
      { command: "fbuild profile", description: "The last build: slowest actions, critical path, parallelism" },
      { command: "fbuild profile --web", description: "The timeline in a page" },
      { command: "fbuild profile --chrome trace.json", description: "For ui.perfetto.dev or chrome://tracing" },
      { command: "fbuild profile diff 2 1", description: "What the last build took longer than the one before" }
    ])
  )
