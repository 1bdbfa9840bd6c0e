import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import { Disk, sightLine } from "../../src/disk/Disk.ts"
import * as DiskNode from "../../src/disk/DiskNode.ts"
import { closeLooks, Looks, makeLooks } from "../../src/disk/Looks.ts"

describe("what a request has seen", () => {
  it.live("is asked once, by whomever, until something runs", () =>
    Effect.gen(function*() {
      const disk = yield* Disk
      const fs = yield* FileSystem.FileSystem
      const dir = yield* fs.makeTempDirectoryScoped()
      const [file, other] = [`${dir}/a.c`, `${dir}/b.c`]
      for (const path of [file, other]) yield* fs.writeFileString(path, "1")
      const lineOf = (path: string) =>
        Effect.map(disk.signature(path), (signature) => sightLine(path, { _tag: "File", signature }))
      const lines = [
        yield* lineOf(file),
        sightLine(dir, { _tag: "Folder", listing: yield* disk.listing(dir) }),
        sightLine(file, { _tag: "Kind", isFile: true })
      ]
      const looks = makeLooks()
      const unlike = (lines: ReadonlyArray<string>) => Effect.provideService(disk.unlike(lines), Looks, looks)
      assert.deepStrictEqual(yield* unlike(lines), [])
      assert.deepStrictEqual([...looks.changed], [])
      yield* fs.remove(file)
      assert.deepStrictEqual(yield* unlike(lines), [])
      // Nobody else shares what was seen, and what was not looked at is as it is.
      assert.deepStrictEqual(yield* disk.unlike(lines), lines)
      const before = yield* lineOf(other)
      yield* fs.writeFileString(other, "22")
      assert.deepStrictEqual(yield* unlike([...lines, before]), [before])
      assert.deepStrictEqual([...looks.changed], [other])
      closeLooks(looks)
      assert.deepStrictEqual(yield* unlike(lines), lines)
      yield* fs.writeFileString(file, "1")
      assert.deepStrictEqual(yield* unlike(lines.slice(1)), [])
    }).pipe(Effect.scoped, Effect.provide(Layer.merge(NodeFileSystem.layer, DiskNode.layer))))
})
