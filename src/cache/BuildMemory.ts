import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { Disk } from "../disk/Disk.ts"
import { makeMemory, type Memory } from "../domain/memory.ts"
import type { KnownDigest, SavedState } from "./BuildState.ts"
import { type LastLook, linesOf } from "./LastLook.ts"

/** What a file said when it was decoded. */
export interface Decoded<A> {
  readonly signature: string
  readonly bytes: number
  readonly value: A
}

/** What builds of this process have read and written, by path, for one that serves many requests: decoding takes longer than building. */
export interface BuildMemory {
  readonly states: Memory<Decoded<SavedState>>
  readonly digests: Memory<Decoded<ReadonlyMap<string, KnownDigest>>>
  /** By the path of the state. */
  readonly looks: Memory<LastLook>
}

/** Nothing is remembered by default: a process that ends with its request has no use for it. */
export const BuildMemory = Context.Reference<BuildMemory | undefined>("fbuild/cache/BuildMemory", {
  defaultValue: () => undefined
})

/** Of the files whose content is remembered, bytes: decoded they take some times as much. */
const room = 16 * 1024 * 1024

/** Remembers what files say. */
export const makeDecoded = <A>() => makeMemory<Decoded<A>>(room, ({ bytes }) => bytes)

/** Of the lines by which actions stand: each takes some 300 bytes. */
const mostLines = 100_000

export const makeBuildMemory = (): BuildMemory => ({
  states: makeDecoded(),
  digests: makeDecoded(),
  looks: makeMemory(mostLines, linesOf)
})

/** What `read` reads of a file, or what was remembered of it while it is the same file. Not to be changed by anybody. */
export const decodeOnce = Effect.fnUntraced(
  function*<A, E, R>(files: Memory<Decoded<A>> | undefined, path: string, read: Effect.Effect<A, E, R>) {
    if (files === undefined) return yield* read
    const disk = yield* Disk
    const signature = yield* disk.signature(path)
    const known = files.get(path)
    if (known !== undefined && known.signature === signature?.text) return known.value
    const value = yield* read
    if (signature !== undefined) files.set(path, { signature: signature.text, bytes: signature.bytes, value })
    return value
  }
)

/** After a file has been written: it says this. */
export const keepDecoded = Effect.fnUntraced(
  function*<A>(files: Memory<Decoded<A>> | undefined, path: string, value: A) {
    const disk = yield* Disk
    const signature = files === undefined ? undefined : yield* disk.signature(path)
    if (signature !== undefined) files?.set(path, { signature: signature.text, bytes: signature.bytes, value })
  }
)
