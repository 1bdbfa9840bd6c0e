import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { dirName } from "../domain/paths.ts"
import { type ExitStatus, Subprocess } from "../process/Subprocess.ts"
import { Emulator, type EmulatorExited, type Machine, ProgramCrashed } from "./Emulator.ts"
import { cannotStart, exited, findInstalled, type Program } from "./installed.ts"
import { readFlash } from "./readFlash.ts"
import { emulatorRuns } from "./selectEmulator.ts"
import { decodeSimavr, type LineEnd, lineEndOf } from "./simavrOutput.ts"

/**
 * The program `simavr`, 1.6. Serial output comes a line at a time and not exactly: see `decodeSimavr`. A program that
 * jumps to itself for ever never ends here; one that sleeps with interrupts off does.
 */
export const make = Effect.fnUntraced(function*(options: {
  /** Folders to look for `simavr` in: the user's PATH. */
  readonly searchPath: ReadonlyArray<string>
}) {
  const fs = yield* FileSystem.FileSystem
  const subprocess = yield* Subprocess

  const start = Effect.fnUntraced(function*(machine: Machine) {
    const program = yield* findInstalled(fs, simavr, options.searchPath)
    const lineEnd = lineEndOf(yield* readFlash(fs, machine.hex))
    const running = yield* subprocess.start({
      // -v: else it keeps to itself that the program crashed, and waits for a debugger.
      argv: [program, "-v", "-m", machine.mcu.toLowerCase(), "-f", String(machine.frequencyHz), machine.elf],
      cwd: dirName(machine.elf),
      env: {}
    }).pipe(Effect.mapError(cannotStart(simavr)))
    yield* Effect.forkScoped(Stream.runDrain(running.stdout))
    return serialOutput(running.stderr, running.exit, lineEnd)
  })

  return Emulator.of({
    name,
    supports: ({ mcu }) => emulatorRuns(name, mcu),
    run: (machine) => Stream.unwrap(start(machine))
  })
})

export const layer = (options: {
  readonly searchPath: ReadonlyArray<string>
}): Layer.Layer<Emulator, never, FileSystem.FileSystem | Subprocess> => Layer.effect(Emulator, make(options))

const name = "simavr"
const simavr: Program = { emulator: name, program: name, debianPackage: "simavr" }

/** Reads stderr to its end, then looks at how simavr ended. */
const serialOutput = (
  stderr: Stream.Stream<Uint8Array>,
  exit: Effect.Effect<ExitStatus>,
  lineEnd: LineEnd
): Stream.Stream<Uint8Array, ProgramCrashed | EmulatorExited> => {
  let pending: Uint8Array = new Uint8Array()
  let lastMessage = ""
  const serial = stderr.pipe(Stream.flatMap((chunk) => {
    const output = decodeSimavr(pending, chunk, lineEnd)
    pending = output.pending
    const crashedAt = output.messages.indexOf(crashed)
    lastMessage = output.messages.slice(0, crashedAt < 0 ? undefined : crashedAt).at(-1) ?? lastMessage
    const bytes = output.serial.length === 0 ? Stream.empty : Stream.succeed(output.serial)
    return crashedAt < 0 ? bytes : Stream.concat(
      bytes,
      Stream.fail(new ProgramCrashed({ emulator: name, detail: lastMessage || "it left the flash" }))
    )
  }))
  const ending = Effect.flatMap(exit, (status) =>
    status._tag === "Exited" && status.code === 0
      ? Effect.succeed(Stream.empty)
      : Effect.fail(exited(simavr, status, lastMessage)))
  return Stream.concat(serial, Stream.unwrap(ending))
}

/** What simavr prints when the program wrote outside of RAM or left the flash. */
const crashed = "avr_sadly_crashed"
