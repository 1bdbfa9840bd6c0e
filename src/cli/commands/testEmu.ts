import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import { pathFrom } from "../../domain/paths.ts"
import { Emulator, type Machine } from "../../emulators/Emulator.ts"
import { loadElf } from "../../emulators/loadElf.ts"
import { exitCode } from "../../emulators/Outcome.ts"
import { compilePatterns } from "../../emulators/patterns.ts"
import { runEmulator } from "../../emulators/runEmulator.ts"
import { emulatorFor, type EmulatorName, selectEmulator } from "../../emulators/selectEmulator.ts"
import { type BuiltEnvironment, elfPath } from "../../orchestrator/Orchestrator.ts"
import { planProject } from "../../orchestrator/planProject.ts"
import { Subprocess } from "../../process/Subprocess.ts"
import { pathFolders } from "../../toolchain/findTool.ts"
import { green, red, usesColor } from "../colors.ts"
import { buildOptions, buildRequest } from "../options.ts"
import { reporting } from "../reporting.ts"
import { runBuild } from "../runBuild.ts"
import { Terminal } from "../Terminal.ts"
import { CommandExit } from "../UsageError.ts"

const pattern = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withMetavar("RE"), Flag.atLeast(0), Flag.withDescription(description))

const options = {
  ...buildOptions,
  timeout: buildOptions.timeout.pipe(Flag.withDescription("How long the emulator may run, in real time")),
  expect: pattern("expect", "Line that must appear; may be given several times"),
  haltOnSuccess: pattern("halt-on-success", "Line that ends the test well"),
  haltOnError: pattern("halt-on-error", "Line that ends the test badly"),
  emulator: Flag.String("emulator").pipe(
    Flag.withMetavar("NAME"),
    Flag.optional,
    Flag.withDescription("avr8js, rp2040js, simavr or qemu (default: one that runs the board)")
  )
}

export const testEmu = Command.make("test-emu", options, (flags) =>
  reporting(
    flags,
    Effect.gen(function*() {
      const patterns = yield* Effect.fromResult(compilePatterns(flags))
      const request = yield* buildRequest(flags)
      const requested = Option.getOrUndefined(flags.emulator)
      // Whether the emulator can run the board is known before anything is built.
      const planned = yield* planProject(request)
      const choices = yield* Effect.forEach(planned, ({ properties }) =>
        Effect.fromResult(selectEmulator({
          // What a core calls the chip tells more than its core: rp2040 and cortex-m0plus.
          mcus: ["build.chip", "build.mcu"].flatMap((key) => properties.get(key)?.value ?? []),
          ...(requested === undefined ? {} : { requested })
        })))
      const built = yield* runBuild({ ...flags, timeout: Option.none() }, { plan: "always" })
      if (flags.dryRun) return
      const terminal = yield* Terminal
      const codes = yield* Effect.forEach(built, (environment, index) =>
        Effect.gen(function*() {
          const choice = choices[index]!
          const machine = machineOf(request.projectDir, environment, choice.mcu)
          const { loadAddress } = yield* loadElf(yield* FileSystem.FileSystem, machine.elf)
          const emulator = yield* makeEmulator(emulatorFor(choice, loadAddress))
          const outcome = yield* runEmulator(machine, {
            patterns,
            ...(Option.isSome(flags.timeout) ? { timeout: flags.timeout.value } : {}),
            onOutput: (flags.json ? terminal.stderr : terminal.stdout).writeBytes
          }).pipe(Effect.provideService(Emulator, emulator))
          const code = exitCode(outcome)
          const color = usesColor(flags.color, terminal.stderr, terminal.variables)
          const mark = code === 0 ? green("✓", color) : red("✗", color)
          yield* terminal.stderr.write(`${mark} ${environment.planned.name}  ${emulator.name}: ${outcome.message}\n`)
          return code
        }))
      const failed = codes.find((code) => code !== 0)
      if (failed !== undefined) return yield* new CommandExit({ code: failed })
    })
  )).pipe(
    Command.withDescription("Build, run the image in an emulator and judge its serial output"),
    Command.withExamples([
      { command: "fbuild test-emu --expect ready --timeout 10s", description: "Passes when the firmware prints ready" },
      { command: "fbuild test-emu --emulator simavr --halt-on-error FAIL", description: "Stops at the first FAIL" }
    ])
  )

/** The emulators are loaded only when one is used. */
const makeEmulator = Effect.fnUntraced(function*(name: EmulatorName) {
  const { variables } = yield* Terminal
  switch (name) {
    case "avr8js":
      return yield* (yield* Effect.promise(() => import("../../emulators/avr8js.ts"))).make
    case "rp2040js":
      return yield* (yield* Effect.promise(() => import("../../emulators/rp2040js.ts"))).make
    case "simavr": {
      const { make } = yield* Effect.promise(() => import("../../emulators/simavr.ts"))
      return yield* make({ searchPath: pathFolders(variables) })
    }
    case "qemu": {
      const { make } = yield* Effect.promise(() => import("../../emulators/qemu.ts"))
      return yield* make({ searchPath: pathFolders(variables) })
    }
  }
}) satisfies (name: EmulatorName) => Effect.Effect<
  Emulator["Service"],
  unknown,
  Terminal | FileSystem.FileSystem | Subprocess
>

const machineOf = (projectDir: string, { images, planned }: BuiltEnvironment, mcu: string): Machine => {
  const hex = images.find(({ kind }) => kind === "hex")?.path ?? ""
  return {
    mcu,
    frequencyHz: Number.parseInt(planned.properties.get("build.f_cpu")?.value ?? "0", 10),
    hex: pathFrom(projectDir, hex),
    elf: pathFrom(projectDir, elfPath(planned))
  }
}
