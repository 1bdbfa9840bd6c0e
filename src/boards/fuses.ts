import * as Result from "effect/Result"
import type { Origin } from "../arduino/ArduinoError.ts"
import { expand } from "../arduino/expandProperty.ts"
import type { Properties } from "../arduino/Properties.ts"

/** A fuse, or lock bits: its value as `0xf7`, and where that is written. */
export interface Fuse extends Origin {
  readonly value: string
}

/**
 * The fuses of a board, for which cores have a number or one put together of bits: `0xF7`, `0b1111{bootloader.cksel_bits}`. A fuse that
 * the core says nothing of, or for which a part is not defined, is left out; a text that is no number stays as it is.
 */
export const fusesOf = (
  properties: Properties,
  /** Fuse → property. */
  names: Readonly<Record<string, string>>
): Readonly<Record<string, Fuse>> =>
  Object.fromEntries(
    Object.entries(names).flatMap(([fuse, key]) => {
      const property = properties.get(key)
      if (property === undefined) return []
      const { line, path } = property
      const text = Result.getOrElse(expand(properties, `{${key}}`, { path, line, key }), () => "").trim()
      return text === "" ? [] : [[fuse, { value: hexadecimal(text), path, line }] as const]
    })
  )

const hexadecimal = (text: string): string =>
  /^(?:\d+|0x[\da-f]+|0b[01]+)$/i.test(text) ? `0x${Number(text.toLowerCase()).toString(16).padStart(2, "0")}` : text
