import * as Effect from "effect/Effect"
import { Disk } from "../disk/Disk.ts"
import { onceEach } from "../domain/onceEach.ts"
import { dirName } from "../domain/paths.ts"
import type { KnownFiles } from "./KnownFiles.ts"

/** A file as it is on the disk. */
export interface Stamp {
  readonly signature: string
  /** When it last changed, or its name came to stand for it, ns. */
  readonly changedNanos: bigint
}

/** Looks at files, each once; `undefined`: there is none. Good for as long as nothing is expected to change. */
export const makeStamps = Effect.fnUntraced(function*(files: KnownFiles) {
  const disk = yield* Disk

  /** When a name, or one of the folders that it leads through, came to stand for another file with times of its own. */
  const namedAt: (path: string) => Effect.Effect<bigint> = onceEach(
    (path: string) => path,
    Effect.fnUntraced(function*(path) {
      const folder = dirName(path)
      const above = folder === "/" ? 0n : yield* namedAt(folder)
      return later(yield* disk.namedNanos(path), above)
    })
  )

  return onceEach(
    (path: string) => path,
    Effect.fnUntraced(function*(path): Effect.fn.Return<Stamp | undefined> {
      const signature = yield* files.signature(path)
      const namedNanos = yield* namedAt(files.absolute(path))
      return signature && { signature: signature.text, changedNanos: later(signature.changedNanos, namedNanos) }
    })
  )
})

const later = (one: bigint, other: bigint): bigint => one > other ? one : other
