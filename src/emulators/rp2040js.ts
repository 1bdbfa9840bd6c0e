import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import { hex } from "../domain/hex.ts"
import { Emulator, ImageInvalid, type Machine } from "./Emulator.ts"
import { inProcess } from "./inProcess.ts"
import { loadElf } from "./loadElf.ts"
import { misplaced, rp2040 } from "./rp2040.ts"

/** The RP2040 of rp2040js, in process. Output is that of UART0, of the USB serial port and of semihosting, byte for byte. */
export const make = Effect.suspend(() => inProcess({ name: "rp2040js", sliceInstructions: 20_000, load }))

export const layer: Layer.Layer<Emulator, never, FileSystem.FileSystem> = Layer.effect(Emulator, make)

const load = Effect.fnUntraced(function*(fs: FileSystem.FileSystem, machine: Machine) {
  const { segments } = yield* loadElf(fs, machine.elf)
  const wrong = misplaced(segments)
  if (wrong !== undefined) {
    const at = hex(wrong.physicalAddress)
    return yield* new ImageInvalid({ path: machine.elf, reason: `the RP2040 has no memory at ${at}` })
  }
  return rp2040(segments)
})
