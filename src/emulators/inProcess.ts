import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Stream from "effect/Stream"
import { Emulator, type ImageInvalid, type Machine, ProgramCrashed } from "./Emulator.ts"
import { type EmulatorName, emulatorRuns } from "./selectEmulator.ts"

export type Status =
  | { readonly _tag: "Running" }
  /** Nothing can wake it any more. */
  | { readonly _tag: "Ended" }
  | { readonly _tag: "Crashed"; readonly detail: string }

/** An MCU that this process emulates. */
export interface Mcu {
  /** Executes up to `instructions` instructions. */
  readonly run: (instructions: number) => Status
  /** What it has sent by its serial ports since the last call. */
  readonly takeOutput: () => Uint8Array
}

/** The emulator of an MCU that `load` makes of an image, and that runs here. */
export const inProcess = (options: {
  readonly name: EmulatorName
  /** About 1 ms: between two slices, timers fire and interruption is seen. */
  readonly sliceInstructions: number
  readonly load: (fs: FileSystem.FileSystem, machine: Machine) => Effect.Effect<Mcu, ImageInvalid>
}) => {
  const { load, name, sliceInstructions } = options
  return Effect.map(FileSystem.FileSystem, (fs) =>
    Emulator.of({
      name,
      supports: ({ mcu }) => emulatorRuns(name, mcu),
      run: (machine) =>
        Stream.unwrap(Effect.map(load(fs, machine), (mcu) => serialOutput(name, mcu, sliceInstructions)))
    }))
}

/** Pulled: a consumer that is slow, or stops, holds the emulation. */
const serialOutput = (
  emulator: EmulatorName,
  mcu: Mcu,
  sliceInstructions: number
): Stream.Stream<Uint8Array, ProgramCrashed> =>
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
      if (status._tag === "Crashed") return yield* new ProgramCrashed({ emulator, detail: status.detail })
      return undefined
    })
  )
