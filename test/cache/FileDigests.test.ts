import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import type { KnownDigest } from "../../src/cache/BuildState.ts"
import { addFileDigests, readFileDigests } from "../../src/cache/FileDigests.ts"
import * as DiskNode from "../../src/disk/DiskNode.ts"

const known = (digest: string): KnownDigest => ({ signature: `5 1 2 ${digest}`, digest, marks: 3 })

const inFolder = <A, E, R>(test: (dir: string, fs: FileSystem.FileSystem) => Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    return yield* test(yield* fs.makeTempDirectoryScoped(), fs)
  }).pipe(Effect.scoped, Effect.provide(Layer.merge(NodeServices.layer, DiskNode.layer)))

describe("FileDigests", () => {
  it.live("what is added joins what is there, and replaces what was known of the same file", () =>
    inFolder((dir) =>
      Effect.gen(function*() {
        const path = `${dir}/digests/avr`
        assert.strictEqual((yield* readFileDigests(path)).size, 0)
        yield* addFileDigests(path, new Map([["/a.h", known("1")], ["/b.h", known("2")]]))
        yield* addFileDigests(path, new Map([["/b.h", known("3")]]))
        assert.deepStrictEqual(
          [...yield* readFileDigests(path)].sort(),
          [["/a.h", known("1")], ["/b.h", known("3")]]
        )
      })
    ))

  it.live("of files that nobody has asked for lately only some are remembered", () =>
    inFolder((dir) =>
      Effect.gen(function*() {
        const path = `${dir}/avr`
        const many = (name: string) => new Map(Array.from({ length: 3000 }, (_, i) => [`/${name}${i}`, known("1")]))
        yield* addFileDigests(path, many("a"))
        yield* addFileDigests(path, many("b"))
        const read = yield* readFileDigests(path)
        assert.strictEqual(read.size, 4000)
        assert.isTrue([...many("b").keys()].every((file) => read.has(file)))
      })
    ))

  it.live("a damaged file is as none, and so is a place that cannot be written", () =>
    inFolder((dir, fs) =>
      Effect.gen(function*() {
        const path = `${dir}/avr`
        yield* addFileDigests(path, new Map([["/a.h", known("1")]]))
        const text = yield* fs.readFileString(path)
        for (const spoilt of [text.replace("/a.h", "/b.h"), text.slice(0, -1), "", "{}"]) {
          yield* fs.writeFileString(path, spoilt)
          assert.strictEqual((yield* readFileDigests(path)).size, 0)
        }
        yield* addFileDigests(`${path}/below/a/file`, new Map([["/a.h", known("1")]]))
      })
    ))
})
