import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { machines } from "../artifacts/elf/parseElf.ts"
import { hex } from "../domain/hex.ts"
import { dirName } from "../domain/paths.ts"
import { type ExitStatus, Subprocess } from "../process/Subprocess.ts"
import { Emulator, ImageInvalid, type Machine, ProgramCrashed } from "./Emulator.ts"
import { cannotStart, exited, findInstalled, type Program } from "./installed.ts"
import { loadElf } from "./loadElf.ts"
import { qemuMachine } from "./qemuMachine.ts"

/**
 * `qemu-system-arm`, 7.2. Output is what the program writes by semihosting and to the machine's first serial port. It ends when the
 * program exits by semihosting; one that sleeps for ever never ends here.
 */
export const make = Effect.fnUntraced(function*(options: {
  /** Folders to look for `qemu-system-arm` in: the user's PATH. */
  readonly searchPath: ReadonlyArray<string>
}) {
  const fs = yield* FileSystem.FileSystem
  const subprocess = yield* Subprocess

  const start = Effect.fnUntraced(function*(machine: Machine) {
    const elf = yield* loadElf(fs, machine.elf)
    const board = elf.machine === machines.arm ? qemuMachine(machine.mcu, elf.loadAddress) : undefined
    if (board === undefined) {
      const at = hex(elf.loadAddress)
      const reason = `no machine of ${name} has the memory of the ${machine.mcu} at ${at}, where it is to be loaded`
      return yield* new ImageInvalid({ path: machine.elf, reason })
    }
    const running = yield* subprocess.start({
      argv: [
        yield* findInstalled(fs, qemu, options.searchPath),
        ...["-M", board, "-display", "none", "-monitor", "none"],
        ...["-chardev", "stdio,id=out,mux=on,signal=off", "-serial", "chardev:out"],
        ...["-semihosting-config", "enable=on,target=native,chardev=out", "-kernel", machine.elf]
      ],
      cwd: dirName(machine.elf),
      env: {}
    }).pipe(Effect.mapError(cannotStart(qemu)))
    let said = ""
    const decoder = new TextDecoder()
    const listening = yield* Effect.forkScoped(
      Stream.runForEach(running.stderr, (bytes) =>
        Effect.sync(() => {
          said = (said + decoder.decode(bytes, { stream: true })).slice(0, maximumSaid)
        }))
    )
    const ending = Effect.gen(function*() {
      const status = yield* running.exit
      yield* Fiber.await(listening)
      return yield* ended(status, said)
    })
    return Stream.concat(running.stdout, Stream.unwrap(ending))
  })

  return Emulator.of({
    name,
    supports: ({ mcu }) => qemuMachine(mcu) !== undefined,
    run: (machine) => Stream.unwrap(start(machine))
  })
})

export const layer = (options: {
  readonly searchPath: ReadonlyArray<string>
}): Layer.Layer<Emulator, never, FileSystem.FileSystem | Subprocess> => Layer.effect(Emulator, make(options))

const name = "qemu"
const qemu: Program = { emulator: name, program: "qemu-system-arm", debianPackage: "qemu-system-arm" }

/** Of what QEMU itself says, in characters: the reason stands at the beginning, before a dump of all registers. */
const maximumSaid = 4096

/** QEMU aborts where the processor would lock up, and exits with the program's own status otherwise. */
const ended = (status: ExitStatus, said: string) => {
  const [line = ""] = said.split("\n").filter((text) => text !== "")
  const [, crash] = /^qemu: fatal: (.*)$/m.exec(said) ?? []
  if (crash !== undefined) return Effect.fail(new ProgramCrashed({ emulator: name, detail: crash }))
  if (status._tag === "Exited" && status.code === 0) return Effect.succeed(Stream.empty)
  return Effect.fail(exited(qemu, status, line))
}
