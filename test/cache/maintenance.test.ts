import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { ActionCache, type CachedAction } from "../../src/cache/ActionCache.ts"
import { CacheUsage, compactUsage, readUsage } from "../../src/cache/CacheUsage.ts"
import { collectGarbage, gcIfDue } from "../../src/cache/collectGarbage.ts"
import { ContentStore } from "../../src/cache/ContentStore.ts"
import { cacheStats, clearCache, verifyCache } from "../../src/cache/maintenance.ts"
import { markRunning } from "../../src/cache/running.ts"
import { sha256 } from "../../src/disk/sha256.ts"
import { inRoom, refusing, type Room, run, stores } from "./stores.ts"

const services = Effect.all({
  cache: ActionCache,
  store: ContentStore,
  usage: CacheUsage,
  fs: FileSystem.FileSystem
})

const minutes = 60 * 1000
const hours = 60 * minutes

/** Large beside an entry. */
const outputOf = (name: string) => `${name} `.repeat(5000)
const outputBytes = outputOf("a").length

/** Sets back when a file was used last. */
const age = Effect.fnUntraced(function*(path: string, millisAgo: number) {
  const fs = yield* FileSystem.FileSystem
  const seconds = ((yield* Clock.currentTimeMillis) - millisAgo) / 1000
  yield* fs.utimes(path, seconds, seconds)
})

/** Stores the output of an action under its name, last used some time ago. */
const keep = Effect.fnUntraced(function*(
  { blob, entry }: Room,
  name: string,
  { millisAgo, output = name }: { readonly millisAgo: number; readonly output?: string }
) {
  const { cache, store } = yield* services
  const key = sha256(name)
  const digest = yield* store.putText(outputOf(output))
  yield* cache.add(key, run({}, outputOf(output)))
  yield* age(entry(key), millisAgo)
  yield* age(blob(digest), millisAgo)
})

/** Names of the actions that would be hits. */
const hits = Effect.fnUntraced(function*({ dir }: Room, names: string) {
  const { cache, store } = yield* services
  const found: Array<string> = []
  for (const name of names) {
    const digests = (yield* cache.find(sha256(name))).flatMap(({ outputs }: CachedAction) => outputs)
    const complete = yield* Effect.forEach(digests, ({ digest }) => store.fetch(digest, `${dir}/out`))
    if (complete.length > 0 && complete.every(Boolean)) found.push(name)
  }
  return found.join("")
})

const dead = () => false
const alive = () => true

describe("collectGarbage", () => {
  it.live("removes the longest unused first, until the rest is small enough", () =>
    inRoom((room) =>
      Effect.gen(function*() {
        yield* keep(room, "b", { millisAgo: 4 * hours })
        yield* keep(room, "a", { millisAgo: 5 * hours })
        yield* keep(room, "d", { millisAgo: 2 * hours })
        yield* keep(room, "c", { millisAgo: 3 * hours })
        const { bytes } = yield* cacheStats(room.home)
        const untouched = yield* collectGarbage({ home: room.home, maxBytes: bytes, isAlive: dead })
        assert.deepStrictEqual(untouched, { removedEntries: 0, removedBlobs: 0, freedBytes: 0, remainingBytes: bytes })

        const maxBytes = Math.floor(2.5 * outputBytes)
        const report = yield* collectGarbage({ home: room.home, maxBytes, isAlive: dead })
        assert.deepStrictEqual([report.removedEntries, report.removedBlobs], [2, 2])
        assert.strictEqual(report.freedBytes + report.remainingBytes, bytes)
        const left = yield* cacheStats(room.home)
        assert.deepStrictEqual([left.entries, left.blobs, left.bytes], [2, 2, report.remainingBytes])
        assert.isAtMost(left.bytes, maxBytes)
        assert.strictEqual(yield* hits(room, "abcd"), "cd")
      })
    ))

  it.live("what is used becomes the youngest", () =>
    inRoom((room) =>
      Effect.gen(function*() {
        yield* keep(room, "a", { millisAgo: 5 * hours })
        yield* keep(room, "b", { millisAgo: 4 * hours })
        assert.strictEqual(yield* hits(room, "a"), "a")
        yield* collectGarbage({ home: room.home, maxBytes: Math.floor(1.5 * outputBytes), isAlive: dead })
        assert.strictEqual(yield* hits(room, "ab"), "a")
      })
    ))

  it.live("a content goes with the last entry that needs it", () =>
    inRoom((room) =>
      Effect.gen(function*() {
        yield* keep(room, "a", { millisAgo: 5 * hours, output: "shared" })
        yield* keep(room, "b", { millisAgo: 4 * hours })
        yield* keep(room, "c", { millisAgo: 3 * hours, output: "shared" })
        const limit = (maxBytes: number) => collectGarbage({ home: room.home, maxBytes, isAlive: dead })
        yield* limit(4 * outputBytes)
        assert.strictEqual((yield* cacheStats(room.home)).blobs, 1)
        assert.strictEqual(yield* hits(room, "abc"), "c")
        yield* keep(room, "c", { millisAgo: 3 * hours, output: "shared" })
        yield* limit(0)
        const { blobs, bytes, entries } = yield* cacheStats(room.home)
        assert.deepStrictEqual([entries, blobs, bytes], [0, 0, 0])
      })
    ))

  it.live("contents that no entry needs go, whatever the limit", () =>
    inRoom((room) =>
      Effect.gen(function*() {
        const { fs, store } = yield* services
        const orphan = yield* store.putText("orphan")
        yield* fs.utimes(room.blob(orphan), 1000, 1000)
        yield* keep(room, "a", { millisAgo: hours })
        yield* keep(room, "b", { millisAgo: hours })
        yield* fs.writeFileString(room.entry(sha256("b")), "damaged")
        yield* fs.utimes(room.entry(sha256("b")), 1000, 1000)
        const report = yield* collectGarbage({ home: room.home, maxBytes: 1e9, isAlive: dead })
        assert.deepStrictEqual([report.removedEntries, report.removedBlobs], [0, 2])
        assert.strictEqual(yield* hits(room, "ab"), "a")
      })
    ))

  it.live("what is young stays, temporary files too; old ones go", () =>
    inRoom((room) =>
      Effect.gen(function*() {
        const { fs, store } = yield* services
        yield* keep(room, "a", { millisAgo: 9 * minutes })
        yield* store.putText("orphan")
        const temporary = (name: string) => `${room.entry(sha256("a"))}.${name}~`
        yield* fs.writeFileString(temporary("1-1"), "being written")
        yield* fs.writeFileString(temporary("2-2"), "writer died")
        yield* fs.utimes(temporary("2-2"), 1000, 1000)
        const report = yield* collectGarbage({ home: room.home, maxBytes: 0, isAlive: dead })
        assert.deepStrictEqual([report.removedEntries, report.removedBlobs], [0, 0])
        assert.strictEqual(report.freedBytes, "writer died".length)
        assert.isTrue(yield* fs.exists(temporary("1-1")))
        assert.isFalse(yield* fs.exists(temporary("2-2")))
        assert.strictEqual((yield* cacheStats(room.home)).blobs, 2)
      })
    ))

  it.live("what a build that runs has used stays, until it ends or dies", () =>
    inRoom((room) =>
      Effect.gen(function*() {
        const { fs } = yield* services
        const running = `${room.home}/cache/running`
        const collect = (isAlive: (pid: number) => boolean) =>
          Effect.map(
            collectGarbage({ home: room.home, maxBytes: 0, isAlive }),
            ({ removedEntries }) => removedEntries
          )
        yield* keep(room, "a", { millisAgo: hours })
        yield* Effect.scoped(Effect.gen(function*() {
          yield* markRunning({ home: room.home, pid: 4711, afterMillis: 0 })
          yield* markRunning({ home: room.home, pid: 4711, afterMillis: 0 })
          // Most are over before they say so.
          yield* markRunning({ home: room.home, pid: 4712 })
          yield* Effect.sleep(50)
          const [one, other] = yield* fs.readDirectory(running)
          assert.notStrictEqual(one, other)
          yield* age(`${running}/${one}`, 2 * hours)
          yield* keep(room, "b", { millisAgo: 3 * hours })
          assert.strictEqual(yield* collect((pid) => pid === 4711), 1)
          assert.strictEqual(yield* hits(room, "b"), "")
        }))
        assert.deepStrictEqual(yield* fs.readDirectory(running), [])
        assert.strictEqual(yield* collect(alive), 1, "the build has ended")

        const leftovers = { "12.0": [2 * hours, dead], "13.0": [30 * hours, alive], x: [2 * hours, alive] } as const
        for (const [mark, [millisAgo, isAlive]] of Object.entries(leftovers)) {
          yield* keep(room, "a", { millisAgo: hours })
          yield* fs.writeFileString(`${running}/${mark}`, "")
          yield* age(`${running}/${mark}`, millisAgo)
          assert.strictEqual(yield* collect(isAlive), 1, mark)
          assert.deepStrictEqual(yield* fs.readDirectory(running), [])
        }
      })
    ))

  it.live("leaves alone what is not of the cache's making", () =>
    inRoom((room) =>
      Effect.gen(function*() {
        const { fs } = yield* services
        yield* keep(room, "a", { millisAgo: hours })
        const stranger = `${room.home}/cache/content/00/notes.txt`
        yield* fs.makeDirectory(`${room.home}/cache/content/00`, { recursive: true })
        yield* fs.writeFileString(stranger, "mine")
        yield* fs.utimes(stranger, 1000, 1000)
        yield* collectGarbage({ home: room.home, maxBytes: 0, isAlive: dead })
        assert.isTrue(yield* fs.exists(stranger))
      })
    ))

  it.live("a home without a cache is fine", () =>
    inRoom(({ home }) =>
      Effect.gen(function*() {
        const report = yield* collectGarbage({ home, maxBytes: 0, isAlive: dead })
        assert.strictEqual(report.remainingBytes, 0)
        assert.strictEqual((yield* verifyCache(home)).blobs, 0)
        yield* clearCache(home)
        assert.strictEqual((yield* cacheStats(home)).entries, 0)
      })
    ))
})

describe("gcIfDue", () => {
  it.live("looks once a day, and collects when the cache is too large", () =>
    inRoom((room) =>
      Effect.gen(function*() {
        const { fs } = yield* services
        const look = (maxBytes: number) => gcIfDue({ home: room.home, maxBytes, isAlive: dead })
        const aDayLater = fs.utimes(`${room.home}/cache/looked-after`, 1000, 1000)
        yield* keep(room, "a", { millisAgo: hours })
        assert.isUndefined(yield* look(1e9), "small enough")
        assert.isUndefined(yield* look(0), "has just looked")
        yield* aDayLater
        assert.strictEqual((yield* look(0))?.removedEntries, 1)
        assert.isUndefined(yield* look(0))
      })
    ))

  it.live("costs nothing but the look where nothing can be written", () =>
    inRoom((room) =>
      Effect.gen(function*() {
        yield* keep(room, "a", { millisAgo: hours })
        const report = yield* gcIfDue({ home: room.home, maxBytes: 0, isAlive: dead }).pipe(
          Effect.provide(refusing("EROFS"))
        )
        assert.isUndefined(report)
        assert.strictEqual(yield* hits(room, "a"), "a")
      })
    ))
})

describe("verifyCache", () => {
  it.live("removes what is wrong, and runs whose outputs are gone", () =>
    inRoom((room) =>
      Effect.gen(function*() {
        const { cache, fs } = yield* services
        for (const name of "abcde") yield* keep(room, name, { millisAgo: hours })
        yield* fs.writeFileString(room.blob(sha256(outputOf("a"))), "x")
        yield* fs.writeFileString(room.entry(sha256("b")), "x")
        yield* fs.remove(room.blob(sha256(outputOf("c"))))
        // Another run of `d`, of which the output is gone.
        yield* cache.add(sha256("d"), run({ "a.h": "1" }, outputOf("gone")))
        assert.deepStrictEqual(yield* verifyCache(room.home), {
          entries: 5,
          blobs: 4,
          damagedEntries: 1,
          damagedBlobs: 1,
          incompleteEntries: 3
        })
        assert.deepStrictEqual(yield* cache.find(sha256("d")), [run({}, outputOf("d"))])
        assert.deepStrictEqual(yield* verifyCache(room.home), {
          entries: 2,
          blobs: 3,
          damagedEntries: 0,
          damagedBlobs: 0,
          incompleteEntries: 0
        })
        assert.strictEqual(yield* hits(room, "abcde"), "de")
      })
    ))
})

describe("clearCache", () => {
  it.live("leaves nothing but the marks of builds that run, and what comes after is kept", () =>
    inRoom((room) =>
      Effect.gen(function*() {
        const { fs, usage } = yield* services
        yield* markRunning({ home: room.home, pid: 1, afterMillis: 0 })
        yield* Effect.sleep(50)
        yield* keep(room, "a", { millisAgo: hours })
        yield* usage.count("hits")
        yield* usage.flush
        yield* clearCache(room.home)
        assert.deepStrictEqual(yield* fs.readDirectory(`${room.home}/cache`), ["running"])
        assert.strictEqual((yield* readUsage(room.home)).hits, 0)
        yield* keep(room, "b", { millisAgo: 0 })
        assert.strictEqual(yield* hits(room, "ab"), "b")
      })
    ))
})

describe("CacheUsage", () => {
  it.live("sums builds, by reason", () =>
    inRoom(({ home }) =>
      Effect.gen(function*() {
        const { fs } = yield* services
        yield* Effect.forEach([1, 2], () =>
          Effect.gen(function*() {
            const usage = yield* CacheUsage
            yield* Effect.forEach(["hits", "hits", "misses", "stored", "damaged"] as const, usage.count)
            assert.deepStrictEqual(yield* Effect.all([usage.countRefused, usage.countRefused]), [true, false])
            yield* Effect.forEach(["TimeMacro", "UnknownFlag", "TimeMacro"], usage.countUncacheable)
            assert.strictEqual((yield* usage.flush).hits, 2)
            assert.strictEqual((yield* usage.flush).hits, 0, "counted once")
          }).pipe(Effect.provide(stores(home))))
        const expected = {
          hits: 4,
          misses: 2,
          stored: 2,
          damaged: 2,
          storeErrors: 4,
          uncacheable: { TimeMacro: 4, UnknownFlag: 2 }
        }
        assert.deepStrictEqual(yield* readUsage(home), expected)
        const file = `${home}/cache/usage`
        assert.strictEqual((yield* fs.readFileString(file)).split("\n").length, 3)
        yield* compactUsage(home)
        assert.strictEqual((yield* fs.readFileString(file)).split("\n").length, 2)
        assert.deepStrictEqual(yield* readUsage(home), expected)
      })
    ))

  it.live("lines in pieces do not count, the others do", () =>
    inRoom(({ home }) =>
      Effect.gen(function*() {
        const { fs, usage } = yield* services
        yield* usage.count("hits")
        yield* usage.flush
        const whole = yield* fs.readFileString(`${home}/cache/usage`)
        for (const text of [`${whole.slice(5)}${whole}`, `${whole}${whole.slice(0, 20)}`, `\0\0\n\n${whole}{}\n`]) {
          yield* fs.writeFileString(`${home}/cache/usage`, text)
          assert.strictEqual((yield* readUsage(home)).hits, 1, text)
        }
      })
    ))

  it.live("a disk that refuses costs the counts only", () =>
    inRoom(({ home }) =>
      Effect.gen(function*() {
        const usage = yield* CacheUsage
        yield* usage.count("hits")
        assert.strictEqual((yield* usage.flush).hits, 1)
        assert.strictEqual((yield* readUsage(home)).hits, 0)
      }).pipe(Effect.provide(stores(home, refusing("ENOSPC"))))
    ))
})
