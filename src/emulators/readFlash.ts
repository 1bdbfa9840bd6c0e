import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import { ImageInvalid } from "./Emulator.ts"
import { parseIntelHex } from "./intelHex.ts"

/** Reads the flash contents out of an Intel HEX file. */
export const readFlash = Effect.fnUntraced(function*(fs: FileSystem.FileSystem, path: string) {
  const text = yield* fs.readFileString(path).pipe(
    Effect.mapError((cause) => new ImageInvalid({ path, reason: `cannot be read: ${cause.message}` }))
  )
  return yield* Effect.fromResult(parseIntelHex(path, text))
})
