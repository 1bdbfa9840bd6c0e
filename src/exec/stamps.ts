import * as Effect from "effect/Effect"
import { Disk } from "../disk/Disk.ts"
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
  const stamps = new Map<string, Stamp | undefined>()
  const named = new Map<string, bigint>()

  /** When a name, or one of the folders that it leads through, came to stand for another file with times of its own. */
  const namedAt: (path: string) => Effect.Effect<bigint> = Effect.fnUntraced(function*(path) {
    const known = named.get(path)
    if (known !== undefined) return known
    const slash = path.lastIndexOf("/")
    const above = slash > 0 ? yield* namedAt(path.slice(0, slash)) : 0n
    const here = yield* disk.namedNanos(path)
    named.set(path, here > above ? here : above)
    return here > above ? here : above
  })

  return Effect.fnUntraced(function*(path: string) {
    if (stamps.has(path)) return stamps.get(path)
    const signature = yield* files.signature(path)
    const namedNanos = yield* namedAt(files.absolute(path))
    const stamp = signature === undefined ? undefined : {
      signature: signature.text,
      changedNanos: signature.changedNanos > namedNanos ? signature.changedNanos : namedNanos
    }
    stamps.set(path, stamp)
    return stamp
  })
})
