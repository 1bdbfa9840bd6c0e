import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { Disk } from "../disk/Disk.ts"
import { inTurns } from "../domain/inTurns.ts"
import { pathFrom } from "../domain/paths.ts"
import { BuiltinSteps, StepFailed } from "../exec/BuiltinSteps.ts"
import { convertSketch } from "../sources/ino/convertSketch.ts"
import { SketchParser } from "../sources/ino/SketchParser.ts"
import { Span } from "../telemetry/names.ts"
import { runImageStep } from "./imageStep.ts"

/** The interpreters of all built-in steps. */
export const layer = Layer.effect(
  BuiltinSteps,
  Effect.gen(function*() {
    const disk = yield* Disk
    const sketchParser = yield* SketchParser

    const readInput = Effect.fnUntraced(function*(path: string, cwd: string) {
      const bytes = yield* disk.readBytes(pathFrom(cwd, path)).pipe(
        Effect.mapError((error) => new StepFailed({ path, reason: error.message }))
      )
      return bytes === undefined
        ? yield* new StepFailed({ path, reason: "was there when the build was planned and is gone now" })
        : { path, bytes }
    })

    return BuiltinSteps.of({
      run: Effect.fn(Span.builtinStep)(function*(step, action, cwd) {
        switch (step._tag) {
          case "ConvertSketch": {
            const read = yield* Effect.forEach(step.tabs, (path) => readInput(path, cwd))
            const encoding = commonEncoding(read.map(({ bytes }) => bytes))
            const tabs = read.map(({ bytes, path }) => ({ path, text: encoding.decode(bytes) }))
            const parser = yield* sketchParser.load.pipe(
              Effect.mapError((error) => new StepFailed({ path: action.id, reason: error.message }))
            )
            const { text } = yield* inTurns(() => convertSketch(parser, tabs))
            return encoding.encode(text)
          }
          default:
            return yield* runImageStep(step, action.id, (path) => readInput(path, cwd))
        }
      })
    })
  })
)

/**
 * How tabs are read so that every byte of them comes out again: UTF-8, or, when one of them is not UTF-8, a character a
 * byte for all.
 */
const commonEncoding = (contents: ReadonlyArray<Uint8Array>) => {
  const decoder = new TextDecoder("utf-8", { fatal: true })
  const isUtf8 = contents.every((bytes) => Result.isSuccess(Result.try(() => decoder.decode(bytes))))
  return isUtf8
    ? {
      decode: (bytes: Uint8Array) => new TextDecoder().decode(bytes),
      encode: (text: string) => new TextEncoder().encode(text)
    }
    : {
      decode: (bytes: Uint8Array) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""),
      encode: (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0))
    }
}
