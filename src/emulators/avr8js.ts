import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import { atmega328p, flashBytes } from "./atmega328p.ts"
import { Emulator, ImageInvalid, type Machine } from "./Emulator.ts"
import { inProcess } from "./inProcess.ts"
import { readFlash } from "./readFlash.ts"

/** The ATmega328P of avr8js, in process. Serial output is that of USART0, byte for byte. */
export const make = Effect.suspend(() => inProcess({ name: "avr8js", sliceInstructions: 25_000, load }))

export const layer: Layer.Layer<Emulator, never, FileSystem.FileSystem> = Layer.effect(Emulator, make)

const load = Effect.fnUntraced(function*(fs: FileSystem.FileSystem, machine: Machine) {
  const flash = yield* readFlash(fs, machine.hex)
  if (flash.length > flashBytes) {
    const reason = `the program ends at ${flash.length} bytes, the flash has ${flashBytes}`
    return yield* new ImageInvalid({ path: machine.hex, reason })
  }
  return atmega328p(flash, machine.frequencyHz)
})
