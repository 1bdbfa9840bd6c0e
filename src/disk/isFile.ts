import * as Effect from "effect/Effect"
import { Disk } from "./Disk.ts"

/** Whether there is a file at this path (absolute), and no folder. */
export const isFile = Effect.fnUntraced(function*(path: string) {
  const disk = yield* Disk
  return (yield* disk.signature(path))?.isFolder === false
})
