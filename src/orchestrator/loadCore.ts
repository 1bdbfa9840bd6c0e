import * as Effect from "effect/Effect"
import { type PlatformFiles, platformOf } from "../arduino/platform.ts"
import type { TextFile } from "../arduino/Properties.ts"
import { Disk } from "../disk/Disk.ts"
import { inTurns } from "../domain/inTurns.ts"
import type { CoreFolder } from "../packages/findCore.ts"
import { Span } from "../telemetry/names.ts"

/** Reads an installed core: `platform.txt`, `boards.txt` and their `.local.txt`. */
export const loadCore = Effect.fn(Span.loadCore)(function*(
  names: { readonly vendor: string; readonly architecture: string },
  core: Pick<CoreFolder, "path">
) {
  const disk = yield* Disk
  const read = Effect.fnUntraced(function*(name: string) {
    const path = `${core.path}/${name}`
    const text = yield* disk.readText(path)
    return text === undefined ? undefined : { path, text } satisfies TextFile
  })
  const files: PlatformFiles = {
    vendor: names.vendor,
    architecture: names.architecture,
    path: core.path,
    os: "linux",
    platformTxt: yield* read("platform.txt"),
    platformLocalTxt: yield* read("platform.local.txt"),
    boardsTxt: (yield* read("boards.txt")) ?? { path: `${core.path}/boards.txt`, text: "" },
    boardsLocalTxt: yield* read("boards.local.txt")
  }
  return yield* inTurns(() => platformOf(files))
})
