import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { Disk, type Signature } from "../disk/Disk.ts"
import type { BuildState, KnownDigest } from "./BuildState.ts"

/** What files said when they were decoded, by path; used last is last. */
type DecodedFiles<A> = Map<string, Decoded<A>>

interface Decoded<A> {
  readonly signature: string
  readonly bytes: number
  readonly value: A
}

/** What builds of this process have read and written, for one that serves many requests: decoding takes longer than building. */
export interface BuildMemory {
  readonly states: DecodedFiles<BuildState>
  readonly digests: DecodedFiles<ReadonlyMap<string, KnownDigest>>
}

/** Nothing is remembered by default: a process that ends with its request has no use for it. */
export const BuildMemory = Context.Reference<BuildMemory | undefined>("fbuild/cache/BuildMemory", {
  defaultValue: () => undefined
})

export const makeBuildMemory = (): BuildMemory => ({ states: new Map(), digests: new Map() })

/** Of the files whose content is remembered, bytes: decoded they take some times as much. */
const room = 16 * 1024 * 1024

/** What `read` reads of a file, or what was remembered of it while it is the same file. Not to be changed by anybody. */
export const decodeOnce = Effect.fnUntraced(
  function*<A, E, R>(files: DecodedFiles<A> | undefined, path: string, read: Effect.Effect<A, E, R>) {
    if (files === undefined) return yield* read
    const disk = yield* Disk
    const signature = yield* disk.signature(path)
    const known = files.get(path)
    const isSame = known !== undefined && known.signature === signature?.text
    const value = isSame ? known.value : yield* read
    if (signature !== undefined) remember(files, path, signature, value)
    return value
  }
)

/** After a file has been written: it says this. */
export const keepDecoded = Effect.fnUntraced(function*<A>(files: DecodedFiles<A> | undefined, path: string, value: A) {
  if (files === undefined) return
  const disk = yield* Disk
  const signature = yield* disk.signature(path)
  if (signature !== undefined) remember(files, path, signature, value)
})

const remember = <A>(files: DecodedFiles<A>, path: string, { bytes, text }: Signature, value: A): void => {
  files.delete(path)
  files.set(path, { signature: text, bytes, value })
  let left = room - [...files.values()].reduce((sum, { bytes }) => sum + bytes, 0)
  for (const [oldest, { bytes }] of files) {
    if (left >= 0) break
    files.delete(oldest)
    left += bytes
  }
}
