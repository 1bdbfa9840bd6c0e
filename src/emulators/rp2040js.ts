import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type { Status } from "./atmega328p.ts"
import { Emulator, ImageInvalid, type Machine, ProgramCrashed } from "./Emulator.ts"
import { loadElf } from "./loadElf.ts"
import { misplaced, type Rp2040, rp2040 } from "./rp2040.ts"
import { emulatorRuns } from "./selectEmulator.ts"

/** The RP2040 of rp2040js, in process. Output is that of UART0, of the USB serial port and of semihosting, byte for byte. */
export const make = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const run = (machine: Machine) => Stream.unwrap(Effect.map(load(fs, machine), serialOutput))
  return Emulator.of({ name, supports: ({ mcu }) => emulatorRuns(name, mcu), run })
})

export const layer: Layer.Layer<Emulator, never, FileSystem.FileSystem> = Layer.effect(Emulator, make)

const name = "rp2040js"

/** About 1 ms: between two slices, timers fire and interruption is seen. */
const sliceInstructions = 20_000

const load = Effect.fnUntraced(function*(fs: FileSystem.FileSystem, machine: Machine) {
  const { segments } = yield* loadElf(fs, machine.elf)
  const wrong = misplaced(segments)
  if (wrong !== undefined) {
    const at = `0x${wrong.physicalAddress.toString(16)}`
    return yield* new ImageInvalid({ path: machine.elf, reason: `the RP2040 has no memory at ${at}` })
  }
  return rp2040(segments)
})

/** Pulled: a consumer that is slow, or stops, holds the emulation. */
const serialOutput = (mcu: Rp2040): Stream.Stream<Uint8Array, ProgramCrashed> =>
  Stream.unfold<Status, Uint8Array, ProgramCrashed, never>(
    { _tag: "Running" },
    Effect.fnUntraced(function*(last) {
      let status = last
      while (status._tag === "Running") {
        yield* Effect.yieldNow
        status = mcu.run(sliceInstructions)
        const bytes = mcu.takeOutput()
        if (bytes.length > 0) return [bytes, status] as const
      }
      if (status._tag === "Crashed") return yield* new ProgramCrashed({ emulator: name, detail: status.detail })
      return undefined
    })
  )
