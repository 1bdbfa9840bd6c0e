import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Schema from "effect/Schema"
import * as ChildProcess from "node:child_process"
import { fileURLToPath } from "node:url"
import { ActionCache, blobsOf, CachedAction } from "../../src/cache/ActionCache.ts"
import { CacheUsage } from "../../src/cache/CacheUsage.ts"
import { Disk } from "../../src/disk/Disk.ts"
import { sha256 } from "../../src/disk/sha256.ts"
import { Digest } from "../../src/domain/Digest.ts"
import { inRoom, refusing, run, stores } from "./stores.ts"

const services = Effect.all({
  cache: ActionCache,
  usage: CacheUsage,
  disk: Disk,
  fs: FileSystem.FileSystem
})

const key = sha256("an action")

describe("ActionCache", () => {
  it.effect.prop(
    "gives back what was added",
    { cached: CachedAction },
    ({ cached }) =>
      inRoom(() =>
        Effect.gen(function*() {
          const { cache } = yield* services
          yield* cache.add(key, cached)
          // JSON has one zero only.
          assert.deepStrictEqual(yield* cache.find(key), JSON.parse(JSON.stringify([cached])))
        })
      ),
    { arbitrary: { runs: 50 } }
  )

  it.live("a folder in place of an entry is no entry, and gives way to one", () =>
    inRoom(({ entry }) =>
      Effect.gen(function*() {
        const { cache, fs } = yield* services
        yield* fs.makeDirectory(`${entry(key)}/x`, { recursive: true })
        assert.deepStrictEqual(yield* cache.find(key), [])
        yield* cache.add(key, run({}, "1"))
        assert.deepStrictEqual(yield* cache.find(key), [run({}, "1")])
      })
    ))

  it.live("knows nothing of what was never added", () =>
    inRoom(() =>
      Effect.gen(function*() {
        const { cache, usage } = yield* services
        assert.deepStrictEqual(yield* cache.find(key), [])
        yield* cache.add(sha256("another"), run({}, "1"))
        assert.deepStrictEqual(yield* cache.find(key), [])
        assert.strictEqual((yield* usage.flush).damaged, 0)
      })
    ))

  it.live("the newest run is first, one with an equal trace is replaced", () =>
    inRoom(() =>
      Effect.gen(function*() {
        const { cache } = yield* services
        const [first, second, third] = [run({ "a.h": "1" }, "1"), run({ "a.h": "2" }, "2"), run({ "a.h": "1" }, "3")]
        yield* cache.add(key, first)
        yield* cache.add(key, second)
        assert.deepStrictEqual(yield* cache.find(key), [second, first])
        yield* cache.add(key, third)
        assert.deepStrictEqual(yield* cache.find(key), [third, second])
        // What must or must not exist is of the trace.
        yield* cache.add(key, { ...third, absent: [] })
        yield* cache.add(key, { ...third, present: ["b.h"] })
        assert.strictEqual((yield* cache.find(key)).length, 4)
      })
    ))

  it.live("keeps the last 16 runs", () =>
    inRoom(() =>
      Effect.gen(function*() {
        const { cache } = yield* services
        const runs = Array.from({ length: 20 }, (_, index) => run({ "a.h": `${index}` }, `${index}`))
        yield* Effect.forEach(runs, (one) => cache.add(key, one))
        assert.deepStrictEqual(yield* cache.find(key), runs.slice(4).toReversed())
      })
    ))

  it.live("a change behind it is noticed, whatever the length", () =>
    inRoom(({ entry }) =>
      Effect.gen(function*() {
        const { cache, fs, usage } = yield* services
        yield* cache.add(key, run({ "ä.h": "1" }, "1"))
        const whole = yield* fs.readFile(entry(key))
        const damages = [
          ...Array.from(whole, (_, length) => whole.slice(0, length)),
          ...Array.from(whole, (byte, index) => whole.with(index, byte ^ 1)),
          new Uint8Array([...whole, 10])
        ]
        for (const damage of damages) {
          yield* fs.writeFile(entry(key), damage)
          assert.deepStrictEqual(yield* cache.find(key), [])
          assert.isFalse(yield* fs.exists(entry(key)), "a damaged entry goes")
        }
        assert.strictEqual((yield* usage.flush).damaged, damages.length)
      })
    ))

  it.live("an entry under the name of another is damage", () =>
    inRoom(({ entry }) =>
      Effect.gen(function*() {
        const { cache, fs, usage } = yield* services
        const other = sha256("another")
        yield* cache.add(other, run({}, "other"))
        yield* cache.add(key, run({}, "own"))
        yield* fs.copyFile(entry(other), entry(key))
        assert.deepStrictEqual(yield* cache.find(key), [])
        assert.strictEqual((yield* usage.flush).damaged, 1)
        assert.strictEqual((yield* cache.find(other)).length, 1)
      })
    ))

  it.live("an entry of another version is left alone until there is something to add", () =>
    inRoom(({ entry }) =>
      Effect.gen(function*() {
        const { cache, fs, usage } = yield* services
        yield* cache.add(key, run({}, "1"))
        const body = "{\"version\":99,\"runs\":\"in another way\"}"
        yield* fs.writeFileString(entry(key), `${sha256(`${key}\n${body}`)}\n${body}`)
        assert.deepStrictEqual(yield* cache.find(key), [])
        assert.isTrue(yield* fs.exists(entry(key)))
        yield* cache.add(key, run({}, "2"))
        assert.deepStrictEqual(yield* cache.find(key), [run({}, "2")])
        assert.strictEqual((yield* usage.flush).damaged, 0)
      })
    ))

  it.live("a damaged entry does not stand in the way of a new one", () =>
    inRoom(({ entry }) =>
      Effect.gen(function*() {
        const { cache, fs } = yield* services
        yield* cache.add(key, run({}, "1"))
        yield* fs.writeFileString(entry(key), "")
        yield* cache.add(key, run({}, "2"))
        assert.deepStrictEqual(yield* cache.find(key), [run({}, "2")])
      })
    ))

  it.live("marks what is used, once for a build", () =>
    inRoom(({ entry, home }) =>
      Effect.gen(function*() {
        const { cache, disk, fs } = yield* services
        yield* cache.add(key, run({}, "1"))
        yield* fs.utimes(entry(key), 1000, 1000)
        yield* cache.find(key)
        const [age] = yield* disk.ages(`${home}/cache/actions/${key.slice(0, 2)}`)
        assert.isTrue(age!.modifiedMillis > 1_000_000)
        const { text } = (yield* disk.signature(entry(key)))!
        yield* cache.find(key)
        assert.strictEqual((yield* disk.signature(entry(key)))?.text, text)
      })
    ))

  it.live("a cache that is no folder knows nothing, and says why it keeps nothing", () =>
    inRoom(({ home }) =>
      Effect.gen(function*() {
        const { cache, fs } = yield* services
        yield* fs.makeDirectory(home)
        yield* fs.writeFileString(`${home}/cache`, "in the way")
        assert.deepStrictEqual(yield* cache.find(key), [])
        assert.strictEqual((yield* Effect.flip(cache.add(key, run({}, "1"))))._tag, "DiskError")
      })
    ))

  for (const code of ["ENOSPC", "EROFS"]) {
    it.live(`${code}: what is there can be found, more cannot be added`, () =>
      inRoom(({ home }) =>
        Effect.gen(function*() {
          const { cache } = yield* services
          yield* cache.add(key, run({}, "1"))
          yield* Effect.gen(function*() {
            const refused = yield* ActionCache
            assert.deepStrictEqual(yield* refused.find(key), [run({}, "1")])
            assert.strictEqual((yield* Effect.flip(refused.add(key, run({}, "2")))).code, code)
          }).pipe(Effect.provide(stores(home, refusing(code))))
          assert.deepStrictEqual(yield* cache.find(key), [run({}, "1")])
        })
      ))
  }

  it.live("many fibers may add to one entry at once", () =>
    inRoom(() =>
      Effect.gen(function*() {
        const { cache, usage } = yield* services
        yield* Effect.forEach(Array(40).keys(), (index) =>
          Effect.gen(function*() {
            yield* Effect.yieldNow
            yield* cache.add(key, run({ "a.h": `${index}` }, `${index}`))
            yield* Effect.yieldNow
            assert.isAbove((yield* cache.find(key)).length, 0)
          }), { concurrency: "unbounded", discard: true })
        assert.isAtMost((yield* cache.find(key)).length, 16)
        assert.strictEqual((yield* usage.flush).damaged, 0)
      })
    ))

  it.live("two processes may write the same at once, and never see a part", () =>
    inRoom(({ home }) =>
      Effect.gen(function*() {
        const writer = fileURLToPath(new URL("storeWriter.ts", import.meta.url))
        const results = yield* Effect.forEach(["1", "2"], (name) =>
          Effect.callback<string>((resume) => {
            ChildProcess.execFile(
              process.execPath,
              [writer, home, name],
              (error, stdout, stderr) => resume(Effect.succeed(error === null ? stdout : stderr))
            )
          }), { concurrency: 2 })
        assert.deepStrictEqual(results, ["damaged 0 lost 0\n", "damaged 0 lost 0\n"])
        const { cache, fs } = yield* services
        const left = yield* fs.readDirectory(`${home}/cache`, { recursive: true })
        assert.deepStrictEqual(left.filter((name) => name.endsWith("~")), [])
        assert.isAbove((yield* cache.find(sha256("0"))).length, 0)
      })
    ))

  it("names the contents that a hit needs", () => {
    const [output, printed] = ["a", "b"].map((digit) => Digest.make(digit.repeat(64))) as [Digest, Digest]
    const bare = { ...run({}, ""), outputs: [{ digest: output, bytes: 1, marks: 0 }] }
    assert.deepStrictEqual(blobsOf(bare), [output])
    assert.deepStrictEqual(blobsOf({ ...bare, printed }), [output, printed])
    const small = { digest: printed, bytes: 1, marks: 0, content: "YQ==" }
    assert.deepStrictEqual(blobsOf({ ...bare, outputs: [small, ...bare.outputs] }), [output])
    assert.isTrue(Schema.is(CachedAction)(bare))
  })
})
