import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Disk } from "../disk/Disk.ts"
import { BuiltinSteps, StepFailed } from "../exec/BuiltinSteps.ts"
import { convertSketch } from "../sources/ino/convertSketch.ts"
import { SketchParser } from "../sources/ino/SketchParser.ts"

/** The interpreters of all built-in steps. */
export const layer = Layer.effect(
  BuiltinSteps,
  Effect.gen(function*() {
    const disk = yield* Disk
    const sketchParser = yield* SketchParser

    const readTab = Effect.fnUntraced(function*(path: string, cwd: string) {
      const text = yield* disk.readText(path.startsWith("/") ? path : `${cwd}/${path}`).pipe(
        Effect.mapError((error) => new StepFailed({ path, reason: error.message }))
      )
      return text === undefined
        ? yield* new StepFailed({ path, reason: "was there when the build was planned and is gone now" })
        : { path, text }
    })

    return BuiltinSteps.of({
      run: Effect.fn("BuiltinSteps.run")(function*(step, action, cwd) {
        switch (step._tag) {
          case "ConvertSketch": {
            const tabs = yield* Effect.forEach(step.tabs, (path) => readTab(path, cwd))
            const parser = yield* sketchParser.load.pipe(
              Effect.mapError((error) => new StepFailed({ path: action.id, reason: error.message }))
            )
            return convertSketch(parser, tabs).text
          }
        }
      })
    })
  })
)
