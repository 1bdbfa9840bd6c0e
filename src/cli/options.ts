import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { joinPath } from "../domain/paths.ts"
import type { BuildRequest } from "../orchestrator/buildProject.ts"
import type { ProjectRequest } from "../orchestrator/planProject.ts"
import { cacheBackend } from "./cacheBackend.ts"
import { parseDuration } from "./parseDuration.ts"
import { Terminal } from "./Terminal.ts"
import { NotBuilt, UsageError } from "./UsageError.ts"

/** A flag that is off unless it is given. */
export const toggle = (name: string, description: string) =>
  Flag.Boolean(name).pipe(Flag.withDefault(false), Flag.withoutNegation, Flag.withDescription(description))

const duration = (name: string, description: string) =>
  Flag.String(name).pipe(
    Flag.filterMap(parseDuration, (text) => `expected a duration such as 500ms, 30s or 2m, got ${text}`),
    Flag.withMetavar("DUR"),
    Flag.optional,
    Flag.withDescription(description)
  )

/** Options of a command that looks at a project. */
export const projectOptions = {
  folder: Argument.String("project-dir").pipe(
    Argument.optional,
    Argument.withDescription("Folder with platformio.ini (default: the current one)")
  ),
  projectDir: Flag.String("project-dir").pipe(
    Flag.withAlias("d"),
    Flag.withMetavar("DIR"),
    Flag.optional,
    Flag.withDescription("Folder with platformio.ini")
  ),
  environment: Flag.String("environment").pipe(
    Flag.withAlias("e"),
    Flag.withMetavar("NAME"),
    Flag.atLeast(0),
    Flag.withDescription("Environment to use; may be given several times")
  ),
  release: toggle("release", "Release build, whatever build_type says"),
  debug: toggle("debug", "Debug build, whatever build_type says"),
  json: toggle("json", "One JSON object a line on stdout"),
  color: Flag.Literals("color", ["auto", "always", "never"]).pipe(
    Flag.withDefault("auto" as const),
    Flag.withDescription("Colours: auto (on a terminal), always, never")
  )
}

/** Options of a command that builds. */
export const buildOptions = {
  ...projectOptions,
  jobs: Flag.Int("jobs").pipe(
    Flag.withAlias("j"),
    Flag.withMetavar("N"),
    Flag.filter((count) => count >= 1, (count) => `--jobs must be at least 1, got ${count}`),
    Flag.optional,
    Flag.withDescription("Commands to run at once (default: one per processor)")
  ),
  verbose: toggle("verbose", "Print each command").pipe(Flag.withAlias("v")),
  clean: toggle("clean", "Remove the environment's outputs first"),
  dryRun: toggle("dry-run", "Print the commands, run nothing"),
  keepGoing: toggle("keep-going", "After a failure, go on with what does not depend on it").pipe(Flag.withAlias("k")),
  timeout: duration("timeout", "Deadline for the whole request"),
  tuTimeout: duration("tu-timeout", "Deadline for one action"),
  offline: toggle("offline", "Use no network"),
  locked: Flag.withHidden(toggle("locked", "Use the lock file")),
  noCache: toggle("no-cache", "Do not use the action cache"),
  noDaemon: toggle("no-daemon", "Build in this process, as with FBUILD_DAEMON=off")
}

type Parsed<Options> = {
  readonly [Key in keyof Options]: Options[Key] extends Flag.Flag<infer A> ? A
    : Options[Key] extends Argument.Argument<infer A> ? A
    : never
}
export type ProjectFlags = Parsed<typeof projectOptions>
export type BuildFlags = Parsed<typeof buildOptions>

/** The folder of everything that outlives a build. */
export const homeOf = (variables: Readonly<Record<string, string>>): string =>
  variables["FBUILD_HOME"] || `${variables["HOME"] ?? ""}/.fbuild`

/** The request that the options of a command mean. */
export const projectRequest = Effect.fnUntraced(function*(flags: ProjectFlags) {
  const { cwd, variables } = yield* Terminal
  const folder = Option.getOrUndefined(flags.folder)
  const option = Option.getOrUndefined(flags.projectDir)
  if (folder !== undefined && option !== undefined) {
    return yield* new UsageError({ reason: `two project folders: ${folder} and --project-dir ${option}` })
  }
  if (flags.release && flags.debug) return yield* new UsageError({ reason: "--release and --debug exclude each other" })
  const request: ProjectRequest = {
    projectDir: joinPath(cwd, folder ?? option ?? "."),
    environments: flags.environment,
    home: homeOf(variables),
    variables,
    buildType: flags.release ? "release" : flags.debug ? "debug" : undefined
  }
  return request
})

/** As `projectRequest`, for a command that builds. */
export const buildRequest = Effect.fnUntraced(function*(flags: BuildFlags) {
  if (flags.locked) return yield* new NotBuilt({ what: "--locked" })
  const project = yield* projectRequest(flags)
  const request: BuildRequest = {
    ...project,
    onFailure: flags.keepGoing ? "keep-going" : "stop",
    actionTimeout: Option.getOrUndefined(flags.tuTimeout),
    before: flags.clean ? "clean" : "nothing",
    cache: flags.noCache ? { _tag: "Off" } : yield* cacheBackend(project.variables)
  }
  return request
})
