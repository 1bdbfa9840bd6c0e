import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { memoryFolder } from "../../src/disk/memoryFolder.ts"
import { ownName, pidNamespace } from "../../src/disk/processName.ts"

const place = "/dev/shm"
/** Containers have little. */
const folderFor = (purpose: string) => memoryFolder(purpose, 1)
const own = `fbuild-${ownName(pidNamespace())}`

describe("a folder in memory", () => {
  it.live("is empty, one for each purpose, for this user alone, and goes with the scope", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const folders = yield* Effect.scoped(Effect.gen(function*() {
        const one = (yield* folderFor("one"))!
        const other = (yield* folderFor("other"))!
        assert.notStrictEqual(one, other)
        assert.isTrue(one.startsWith(`${place}/${own}.`))
        assert.strictEqual((yield* fs.stat(one)).mode & 0o777, 0o700)
        yield* fs.writeFileString(`${one}/a`, "")
        return [one, other]
      }))
      for (const folder of folders) assert.isFalse(yield* fs.exists(folder))
      // What an end that nobody saw has left.
      yield* fs.makeDirectory(`${folders[0]}/deep`, { recursive: true })
      yield* Effect.scoped(Effect.gen(function*() {
        assert.strictEqual(yield* folderFor("one"), folders[0])
        assert.deepStrictEqual(yield* fs.readDirectory(folders[0]!), [])
      }))
    }).pipe(Effect.provide(NodeServices.layer)))

  it.live("removes those of processes that have died, and no others", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const [pid, start] = ownName().split("-")
      const old = "fbuild-4194305-2-1.0"
      const dead = [old, `fbuild-${pid}-${Number(start) + 1}${pidNamespace()}.0`, `fbuild-4194305-1${pidNamespace()}.0`]
      const others = [`fbuild-4194305-1-1.0`, `${own}.0`, "fbuilder-1-1.0"]
      for (const name of [...dead, ...others]) {
        yield* fs.makeDirectory(`${place}/${name}`)
        yield* Effect.addFinalizer(() => Effect.ignore(fs.remove(`${place}/${name}`, { recursive: true })))
      }
      yield* fs.utimes(`${place}/${old}`, 1000, 1000)
      yield* folderFor("one")
      const left = yield* fs.readDirectory(place)
      assert.deepStrictEqual(dead.filter((name) => left.includes(name)), [])
      assert.deepStrictEqual(others.filter((name) => !left.includes(name)), [])
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))

  it.live("is not where there is less room than asked for", () =>
    Effect.gen(function*() {
      assert.isUndefined(yield* memoryFolder("one", Number.MAX_SAFE_INTEGER))
    }).pipe(Effect.scoped))

  it.live.runIf(process.getuid?.() === 0)(
    "is not where somebody else has put something under its name",
    () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const folder = (yield* Effect.scoped(folderFor("taken")))!
        yield* fs.makeDirectory(folder)
        yield* Effect.addFinalizer(() => Effect.ignore(fs.remove(folder, { recursive: true })))
        yield* fs.chown(folder, 12_345, 12_345)
        assert.isUndefined(yield* folderFor("taken"))
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )
})
