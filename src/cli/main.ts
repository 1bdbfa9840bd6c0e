import * as CliConfig from "effect/cli/CliConfig"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Effect from "effect/Effect"
import { usesColor } from "./colors.ts"
import { board } from "./commands/board.ts"
import { boards } from "./commands/boards.ts"
import { build, buildAs } from "./commands/build.ts"
import { cache } from "./commands/cache.ts"
import { clean } from "./commands/clean.ts"
import { compiledb } from "./commands/compiledb.ts"
import { daemon } from "./commands/daemon.ts"
import { doctor } from "./commands/doctor.ts"
import { graph } from "./commands/graph.ts"
import { profile } from "./commands/profile.ts"
import { size } from "./commands/size.ts"
import { testEmu } from "./commands/testEmu.ts"
import { why } from "./commands/why.ts"
import { normaliseArgs } from "./normaliseArgs.ts"
import { BuildParsed, ParsedBuilds } from "./parsedBuilds.ts"
import { errorText, exitCodeOf, reportedError } from "./reportError.ts"
import { Terminal } from "./Terminal.ts"
import { traced } from "./tracing.ts"
import { NotBuilt } from "./UsageError.ts"

const commands = [
  build,
  testEmu,
  clean,
  graph,
  compiledb,
  size,
  boards,
  board,
  cache,
  why,
  profile,
  daemon,
  doctor
] as const

const root = Command.make("fbuild").pipe(
  Command.withDescription("Builds the firmware of platformio.ini projects"),
  Command.withSubcommands(commands)
)

const builtCommands = new Set(commands.map(({ name }): string => name))

/** Commands of the documentation that this version does not have. */
const missingCommands = new Set([
  "compile-many",
  "ci",
  "symbols",
  "bloat",
  "pkg",
  "lock",
  "deploy",
  "monitor",
  "device"
])

/** Runs one command line and returns its exit status. All that can be said about it has been written when it returns. */
export const main = (args: ReadonlyArray<string>, version: string) => {
  const normalised = normaliseArgs(args, new Set([...builtCommands, ...missingCommands]))
  const [first = ""] = normalised
  const command = builtCommands.has(first) ? first : "help"
  return traced({ command, args, version }, runCommandLine(normalised, version))
}

const runCommandLine = Effect.fnUntraced(function*(normalised: ReadonlyArray<string>, version: string) {
  const { stderr, stdout, variables } = yield* Terminal
  const [command = ""] = normalised
  if (missingCommands.has(command)) {
    const error = new NotBuilt({ what: `fbuild ${command}` })
    yield* stderr.write(errorText(reportedError(error), usesColor("auto", stderr, variables)))
    return exitCodeOf(error)
  }
  const presenter = CliOutput.Presenter.of({
    present: (event) => {
      const formatter = (color: boolean) => CliOutput.defaultFormatter({ colors: color })
      switch (event._tag) {
        case "Help":
          return stdout.write(`${formatter(usesColor("auto", stdout, variables)).formatHelpDoc(event.helpDoc)}\n`)
        case "Version":
          return stdout.write(`${event.name} ${event.version}\n`)
        case "InvalidInvocation": {
          const text = formatter(usesColor("auto", stderr, variables)).formatErrors(event.errors)
          return stderr.write(`${text}\n  hint: ${[...event.commandPath, "--help"].join(" ")}\n`)
        }
      }
    }
  })
  const parsed = yield* ParsedBuilds
  const key = normalised.join("\0")
  const known = parsed?.get(key)
  const run = known === undefined
    ? Command.runWith(root, { version })(normalised.length === 0 ? ["--help"] : normalised)
    : buildAs(known)
  return yield* run.pipe(
    Effect.as(0),
    Effect.catchTags({
      CommandExit: (exit) => Effect.succeed(exit.code),
      ShowHelp: (help) => Effect.succeed(help.errors.length === 0 ? 0 : 2)
    }),
    Effect.provideService(BuildParsed, (flags) => parsed?.set(key, flags)),
    Effect.provideService(CliOutput.Presenter, presenter),
    Effect.provideService(CliConfig.CliConfig, CliConfig.make({ builtIns }))
  )
})

/** `effect/cli`'s own has `-v` for short, which is `--verbose` here as in every build tool. */
const Version: typeof GlobalFlag.Version = GlobalFlag.Action({
  flag: Flag.Boolean("version").pipe(Flag.withDescription("Show version information"), Flag.withDefault(false)),
  run: GlobalFlag.Version.run
})

/** What is offered on every command. */
const builtIns = [GlobalFlag.Help, Version, GlobalFlag.Completions]
