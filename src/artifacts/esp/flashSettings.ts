import * as Result from "effect/Result"
import type { FlashSettings } from "../../plan/steps/ImageStep.ts"
import { EspError } from "./EspError.ts"

/** Byte 2 of an image's header. */
const flashModes: Readonly<Record<FlashSettings["mode"], number>> = { qio: 0, qout: 1, dio: 2, dout: 3 }

/** High half of byte 3 by flash size, of the ESP32 and all after it. */
const flashSizes = table("1MB", "2MB", "4MB", "8MB", "16MB", "32MB", "64MB", "128MB")

/** Bytes 2 and 3 of an image's header. `path` is for errors. */
export const settingsBytes = (
  path: string,
  flash: FlashSettings,
  frequencies: Readonly<Record<string, number>>,
  sizes: Readonly<Record<string, number>> = flashSizes
): Result.Result<readonly [mode: number, sizeAndFrequency: number], EspError> => {
  const unknown = (setting: string, value: string, known: object) =>
    Result.fail(
      new EspError({ path, problem: { _tag: "UnknownSetting", setting, value, known: Object.keys(known) } })
    )
  const frequency = lookUp(frequencies, flash.frequency)
  if (frequency === undefined) return unknown("flash frequency", flash.frequency, frequencies)
  const size = lookUp(sizes, flash.size)
  return size === undefined
    ? unknown("flash size", flash.size, sizes)
    : Result.succeed([flashModes[flash.mode], size * 16 + frequency])
}

const lookUp = (values: Readonly<Record<string, number>>, name: string): number | undefined =>
  Object.hasOwn(values, name) ? values[name] : undefined

function table(...names: ReadonlyArray<string>): Readonly<Record<string, number>> {
  return Object.fromEntries(names.map((name, code) => [name, code]))
}
