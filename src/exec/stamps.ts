import * as Effect from "effect/Effect"
import { Disk, type Stamp as NameStamp } from "../disk/Disk.ts"
import { dirName } from "../domain/paths.ts"

/** A file as it is on the disk. */
export interface Stamp {
  readonly signature: string
  /** When it last changed, or its name came to stand for it, ns. */
  readonly changedNanos: bigint
}

/** Files, each looked at once. Good for as long as nothing is expected to change. */
export interface Stamps {
  /** Looks at those that nobody has looked at. */
  readonly look: (paths: Iterable<string>) => Effect.Effect<void>
  /** They are to be looked at again. */
  readonly forget: (paths: Iterable<string>) => void
  /** What was seen there; `undefined`: nothing. */
  readonly of: (path: string) => Stamp | undefined
}

export const makeStamps = Effect.fnUntraced(function*(absolute: (path: string) => string) {
  const disk = yield* Disk
  /** By absolute path; of the folders that lead to a file, too. */
  const known = new Map<string, NameStamp>()
  const named = new Map<string, bigint>()

  /** When a name, or one of the folders that it leads through, came to stand for another file with times of its own. */
  const namedAt = (path: string): bigint => {
    let nanos = named.get(path)
    if (nanos !== undefined) return nanos
    const folder = dirName(path)
    nanos = later(known.get(path)?.namedNanos ?? 0n, folder === path ? 0n : namedAt(folder))
    named.set(path, nanos)
    return nanos
  }

  const look = Effect.fnUntraced(function*(paths: Iterable<string>) {
    const left = new Set<string>()
    for (const path of paths) {
      for (let at = absolute(path); at !== "/" && !known.has(at) && !left.has(at); at = dirName(at)) left.add(at)
    }
    if (left.size === 0) return
    const stamps = yield* disk.stamps([...left])
    for (const [index, path] of [...left].entries()) known.set(path, stamps[index]!)
  })

  return {
    look,
    forget: (paths) => {
      for (const path of paths) known.delete(absolute(path))
    },
    of: (path) => {
      const at = absolute(path)
      const signature = known.get(at)?.signature
      return signature && { signature: signature.text, changedNanos: later(signature.changedNanos, namedAt(at)) }
    }
  } satisfies Stamps
})

const later = (one: bigint, other: bigint): bigint => one > other ? one : other
