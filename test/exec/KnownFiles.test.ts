import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as Latch from "effect/Latch"
import { Disk } from "../../src/disk/Disk.ts"
import { type KnownFiles, makeKnownFiles } from "../../src/exec/KnownFiles.ts"
import { layer } from "./workshop.ts"

/** Files of a folder on a disk whose digests come late, while it is not `open`. */
const lateFiles = Effect.fnUntraced(function*() {
  const fs = yield* FileSystem.FileSystem
  const disk = yield* Disk
  const cwd = yield* fs.makeTempDirectoryScoped({ prefix: "known-" })
  const write = (path: string, text: string) => fs.writeFileString(`${cwd}/${path}`, text)
  const open = yield* Latch.make(true)
  const late = Disk.of({
    ...disk,
    digestMarking: (path, words) => Effect.tap(disk.digestMarking(path, words), () => open.await)
  })
  const files = yield* makeKnownFiles({ cwd, buildDir: "out" }, new Map()).pipe(Effect.provideService(Disk, late))
  const digestOf = (path: string) => disk.digest(`${cwd}/${path}`)
  return { digestOf, files, open, write }
})

describe("KnownFiles", () => {
  const ways: Readonly<Record<string, (files: KnownFiles, digest: string) => Effect.Effect<void, unknown>>> = {
    "has been forgotten": (files) => Effect.sync(() => files.forget("a")),
    "has been forgotten with all others": (files) => files.forgetAll,
    "has been put in place": (files) => files.place("a"),
    "has been put in place with its content": (files, digest) => files.learn("a", { digest, marks: 0, bytes: 3 })
  }
  for (const [what, tell] of Object.entries(ways)) {
    it.live(`a file that ${what} is not what somebody saw who was just looking`, () =>
      Effect.gen(function*() {
        const { digestOf, files, open, write } = yield* lateFiles()
        yield* write("a", "old")
        yield* open.close
        const lookers = yield* Effect.forEach([1, 2], () => Effect.forkChild(files.digest("a")))
        yield* Effect.sleep(5)
        yield* write("a", "new")
        const digest = yield* digestOf("a")
        yield* tell(files, digest!)
        const another = yield* Effect.forkChild(files.digest("a"))
        yield* Effect.sleep(5)
        yield* open.open
        for (const looker of [...lookers, another]) assert.strictEqual(yield* Fiber.join(looker), digest)
        assert.strictEqual(yield* files.digest("a"), digest)
      }).pipe(Effect.scoped, Effect.provide(layer)))
  }
})
