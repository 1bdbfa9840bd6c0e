import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { type Atmega328p, atmega328p, flashBytes, type Status } from "./atmega328p.ts"
import { Emulator, ImageInvalid, type Machine, ProgramCrashed } from "./Emulator.ts"
import { readFlash } from "./readFlash.ts"
import { emulatorRuns } from "./selectEmulator.ts"

/** The ATmega328P of avr8js, in process. Serial output is that of USART0, byte for byte. */
export const make = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const run = (machine: Machine) => Stream.unwrap(Effect.map(load(fs, machine), serialOutput))
  return Emulator.of({ name, supports: ({ mcu }) => emulatorRuns(name, mcu), run })
})

export const layer: Layer.Layer<Emulator, never, FileSystem.FileSystem> = Layer.effect(Emulator, make)

const name = "avr8js"

/** About 1 ms: between two slices, timers fire and interruption is seen. */
const sliceInstructions = 25_000

const load = Effect.fnUntraced(function*(fs: FileSystem.FileSystem, machine: Machine) {
  const flash = yield* readFlash(fs, machine.hex)
  if (flash.length > flashBytes) {
    const reason = `the program ends at ${flash.length} bytes, the flash has ${flashBytes}`
    return yield* new ImageInvalid({ path: machine.hex, reason })
  }
  return atmega328p(flash, machine.frequencyHz)
})

/** Pulled: a consumer that is slow, or stops, holds the emulation. */
const serialOutput = (mcu: Atmega328p): Stream.Stream<Uint8Array, ProgramCrashed> =>
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
