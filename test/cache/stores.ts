import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { ActionCache, type CachedAction } from "../../src/cache/ActionCache.ts"
import { CacheUsage } from "../../src/cache/CacheUsage.ts"
import { ContentStore } from "../../src/cache/ContentStore.ts"
import { Disk, DiskError } from "../../src/disk/Disk.ts"
import * as DiskNode from "../../src/disk/DiskNode.ts"
import { sha256 } from "../../src/disk/sha256.ts"
import type { Digest } from "../../src/domain/Digest.ts"

export type Stores = ActionCache | CacheUsage | ContentStore | Disk | FileSystem.FileSystem

/** The stores of one build, in a home. */
export const stores = (home: string, disk: Layer.Layer<Disk> = DiskNode.layer): Layer.Layer<Stores> =>
  Layer.mergeAll(ActionCache.layer({ home }), ContentStore.layer({ home })).pipe(
    Layer.provideMerge(CacheUsage.layer({ home })),
    Layer.provideMerge(disk),
    Layer.provideMerge(NodeFileSystem.layer),
    Layer.fresh
  )

export interface Room {
  /** A folder that is removed after the test. */
  readonly dir: string
  readonly home: string
  /** Writes a file beside the home, and tells its path and digest. */
  readonly file: (name: string, content: string | Uint8Array) => Effect.Effect<{ path: string; digest: Digest }>
  readonly blob: (digest: Digest) => string
  readonly entry: (key: Digest) => string
}

/** Runs a test with a home of its own and the stores of one build in it. */
export const inRoom = <A, E>(
  test: (room: Room) => Effect.Effect<A, E, Scope.Scope | Stores>
): Effect.Effect<A, E> =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const dir = yield* Effect.orDie(fs.makeTempDirectoryScoped())
    const home = `${dir}/home`
    const room: Room = {
      dir,
      home,
      file: Effect.fnUntraced(function*(name, content) {
        const path = `${dir}/${name}`
        yield* fs.writeFile(path, typeof content === "string" ? new TextEncoder().encode(content) : content)
        return { path, digest: sha256(content) }
      }, Effect.orDie),
      blob: (digest) => `${home}/cache/content/${digest.slice(0, 2)}/${digest}`,
      entry: (key) => `${home}/cache/actions/${key.slice(0, 2)}/${key}`
    }
    return yield* Effect.provide(test(room), stores(home))
  }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer))

/** A disk on which nothing can be written. */
export const refusing = (code: string): Layer.Layer<Disk> =>
  Layer.effect(
    Disk,
    Effect.map(Disk, (disk) => {
      const refuse = (path: string) => Effect.fail(new DiskError({ operation: "write", path, code }))
      return Disk.of({
        ...disk,
        write: refuse,
        writeNew: refuse,
        append: refuse,
        copy: (_, to) => refuse(to),
        makeDirectory: refuse,
        rename: refuse,
        remove: refuse
      })
    })
  ).pipe(Layer.provide(DiskNode.layer))

/** A run that read these headers; its only output has the digest of `output`. */
export const run = (headers: Readonly<Record<string, string>>, output: string): CachedAction => ({
  inputs: Object.entries(headers).map(([path, content]) => [path, sha256(content)]),
  present: [],
  absent: ["src/a.h"],
  outputs: [{ digest: sha256(output), bytes: output.length, marks: 0 }],
  durationMs: 12.5,
  fingerprint: "c++ -c {source}\n"
})
