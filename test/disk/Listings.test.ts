import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import { Disk } from "../../src/disk/Disk.ts"
import * as DiskNode from "../../src/disk/DiskNode.ts"
import { Listings, makeListings } from "../../src/disk/Listings.ts"

describe("what folders looked like", () => {
  it.live(
    "is remembered once their times tell, and any change is seen, whatever the times are set to",
    () =>
      Effect.gen(function*() {
        const disk = yield* Disk
        const fs = yield* FileSystem.FileSystem
        const dir = yield* fs.makeTempDirectoryScoped()
        const listings = makeListings()
        const remembered = Effect.provideService(disk.listing(dir), Listings, listings)
        yield* fs.writeFileString(`${dir}/a.h`, "")
        assert.strictEqual(yield* remembered, yield* disk.listing(dir))
        // It may change again within a tick.
        assert.isUndefined(listings.get(dir))
        const changes: ReadonlyArray<Effect.Effect<void, unknown>> = [
          fs.writeFileString(`${dir}/b.h`, ""),
          fs.rename(`${dir}/b.h`, `${dir}/c.h`),
          Effect.andThen(fs.remove(`${dir}/c.h`), fs.makeDirectory(`${dir}/c.h`)),
          Effect.andThen(fs.remove(`${dir}/c.h`, { recursive: true }), fs.symlink(`${dir}/a.h`, `${dir}/c.h`)),
          fs.remove(`${dir}/a.h`)
        ]
        for (const change of changes) {
          yield* Effect.sleep(2100)
          const before = yield* remembered
          assert.isDefined(listings.get(dir))
          assert.strictEqual(yield* remembered, before)
          yield* change
          yield* fs.utimes(dir, 0, 0)
          const after = yield* remembered
          assert.notStrictEqual(after, before)
          assert.strictEqual(after, yield* disk.listing(dir))
        }
        yield* fs.remove(dir, { recursive: true })
        assert.isUndefined(yield* remembered)
      }).pipe(Effect.scoped, Effect.provide(Layer.merge(NodeFileSystem.layer, DiskNode.layer))),
    30_000
  )
})
