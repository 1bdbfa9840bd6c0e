import * as Effect from "effect/Effect"
import { Disk } from "./Disk.ts"

/** Whether that is the text of a file, without a copy of either in one piece. */
export const hasText = Effect.fnUntraced(function*(path: string, pieces: ReadonlyArray<string>) {
  const disk = yield* Disk
  let isSame = true
  let [index, offset] = [0, 0]
  const isThere = yield* disk.readPieces(path, (read) => {
    for (let at = 0; isSame && at < read.length;) {
      const part = pieces[index]?.slice(offset, offset + read.length - at)
      isSame = part !== undefined && read.startsWith(part, at)
      at += part?.length ?? 0
      offset += part?.length ?? 0
      if (offset === pieces[index]?.length) [index, offset] = [index + 1, 0]
    }
  })
  return isThere && isSame && pieces.slice(index).every((piece) => piece === "")
})
