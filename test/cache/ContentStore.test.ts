import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Schema from "effect/Schema"
import { CacheUsage } from "../../src/cache/CacheUsage.ts"
import { ContentStore } from "../../src/cache/ContentStore.ts"
import { Disk } from "../../src/disk/Disk.ts"
import { sha256 } from "../../src/disk/sha256.ts"
import { Digest } from "../../src/domain/Digest.ts"
import { inRoom, refusing, stores } from "./stores.ts"

const services = Effect.all({
  store: ContentStore,
  usage: CacheUsage,
  disk: Disk,
  fs: FileSystem.FileSystem
})

/** More than what is read and written in one piece. */
const large = (seed: number) => new Uint8Array(1024 * 1024 + 1).map((_, index) => (index * seed) >> 3)

const unknown = Digest.make("0".repeat(64))

describe("ContentStore", () => {
  const contents: Readonly<Record<string, string | Uint8Array>> = {
    "a small file": "object",
    "an empty file": "",
    "bytes that are no text": new Uint8Array([0, 255, 254, 0, 10, 13]),
    "a large file": large(7)
  }
  for (const [name, content] of Object.entries(contents)) {
    it.live(`gives back ${name}`, () =>
      inRoom(({ blob, dir, file }) =>
        Effect.gen(function*() {
          const { disk, fs, store, usage } = yield* services
          const { digest, path } = yield* file("a.o", content)
          yield* fs.chmod(path, 0o755)
          assert.isTrue(yield* store.put(path, digest))
          assert.strictEqual((yield* fs.stat(blob(digest))).mode & 0o777, 0o444)
          assert.isTrue(yield* store.fetch(digest, `${dir}/b.o`))
          assert.deepStrictEqual(yield* fs.readFile(`${dir}/b.o`), yield* fs.readFile(path))
          // As any new file of this process.
          yield* fs.writeFileString(`${dir}/new`, "")
          const mode = (yield* fs.stat(`${dir}/new`)).mode
          assert.strictEqual((yield* fs.stat(`${dir}/b.o`)).mode & 0o777, mode & 0o777)
          assert.strictEqual((yield* usage.flush).damaged, 0)
          assert.deepStrictEqual((yield* disk.ages(blob(digest).slice(0, -65))).map(({ name }) => name), [digest])
        })
      ))
  }

  it.live("heals a damaged blob when the content comes by again", () =>
    inRoom(({ blob, dir, file }) =>
      Effect.gen(function*() {
        const { fs, store } = yield* services
        for (const content of ["object", large(3)]) {
          const { digest, path } = yield* file("a.o", content)
          yield* store.put(path, digest)
          yield* fs.chmod(blob(digest), 0o644)
          yield* fs.writeFileString(blob(digest), "damage")
          assert.isTrue(yield* store.put(path, digest))
          assert.isTrue(yield* store.fetch(digest, `${dir}/b.o`))
        }
        const text = yield* store.putText("note")
        yield* fs.chmod(blob(text), 0o644)
        yield* fs.writeFileString(blob(text), "damage")
        assert.strictEqual(yield* store.putText("note"), text)
        assert.strictEqual(yield* store.readText(text), "note")
      })
    ))

  it.live("does not have what was never put", () =>
    inRoom(({ dir }) =>
      Effect.gen(function*() {
        const { fs, store, usage } = yield* services
        assert.isFalse(yield* store.fetch(unknown, `${dir}/b.o`))
        assert.isUndefined(yield* store.readText(unknown))
        assert.isFalse(yield* fs.exists(`${dir}/b.o`))
        assert.strictEqual((yield* usage.flush).damaged, 0)
      })
    ))

  for (const [size, was, is] of [["small", "one", "two"], ["large", large(3), large(5)]] as const) {
    it.live(`refuses a ${size} file that has changed since it was hashed`, () =>
      inRoom(({ dir, file, home }) =>
        Effect.gen(function*() {
          const { fs, store } = yield* services
          const { digest } = yield* file("a.o", was)
          const { path } = yield* file("a.o", is)
          assert.isFalse(yield* store.put(path, digest))
          assert.isFalse(yield* store.put(`${dir}/none`, digest))
          assert.isFalse(yield* store.fetch(digest, `${dir}/b.o`))
          const left = (yield* fs.exists(home)) ? yield* fs.readDirectory(home, { recursive: true }) : []
          assert.deepStrictEqual(left.filter((name) => name.endsWith("~")), [])
        })
      ))
  }

  it.live("a change behind it is noticed, whatever the length", () =>
    inRoom(({ blob, dir, file }) =>
      Effect.gen(function*() {
        const { fs, store, usage } = yield* services
        const { digest, path } = yield* file("a.o", "0123456789abcdef")
        const whole = yield* fs.readFile(path)
        const damages = [
          ...Array.from(whole, (_, length) => whole.slice(0, length)),
          ...Array.from(whole, (byte, index) => whole.with(index, byte ^ 1)),
          new Uint8Array([...whole, 0]),
          new Uint8Array(2 * 1024 * 1024)
        ]
        for (const damage of damages) {
          for (const read of [store.fetch(digest, `${dir}/b.o`), Effect.map(store.readText(digest), Boolean)]) {
            assert.isTrue(yield* store.put(path, digest))
            yield* fs.chmod(blob(digest), 0o644)
            yield* fs.writeFile(blob(digest), damage)
            assert.isFalse(yield* read)
            assert.isFalse(yield* fs.exists(blob(digest)), "a damaged blob goes")
            assert.isFalse(yield* fs.exists(`${dir}/b.o`))
          }
        }
        assert.strictEqual((yield* usage.flush).damaged, 2 * damages.length)
        assert.isTrue(yield* store.put(path, digest))
        assert.isTrue(yield* store.fetch(digest, `${dir}/b.o`))
      })
    ))

  it.live("a large blob that was changed is noticed", () =>
    inRoom(({ blob, dir, file }) =>
      Effect.gen(function*() {
        const { fs, store, usage } = yield* services
        const { digest, path } = yield* file("a.elf", large(7))
        assert.isTrue(yield* store.put(path, digest))
        yield* fs.writeFile(blob(digest), large(9))
        assert.isFalse(yield* store.fetch(digest, `${dir}/b.elf`))
        assert.isFalse(yield* fs.exists(`${dir}/b.elf`))
        assert.isFalse(yield* fs.exists(blob(digest)))
        assert.strictEqual((yield* usage.flush).damaged, 1)
      })
    ))

  it.live("writes a new file: others that share the old one keep it, and the blob cannot be reached through it", () =>
    inRoom(({ dir, file }) =>
      Effect.gen(function*() {
        const { fs, store } = yield* services
        for (const content of ["new", large(7)]) {
          const { digest, path } = yield* file("a.o", content)
          assert.isTrue(yield* store.put(path, digest))
          const old = yield* file("old.o", "old")
          yield* fs.remove(`${dir}/linked.o`, { force: true })
          yield* fs.link(old.path, `${dir}/linked.o`)
          assert.isTrue(yield* store.fetch(digest, `${dir}/linked.o`))
          assert.strictEqual(yield* fs.readFileString(old.path), "old")
          yield* fs.writeFileString(`${dir}/linked.o`, "written over")
          yield* fs.writeFileString(path, "written over")
          assert.isTrue(yield* store.fetch(digest, `${dir}/b.o`))
        }
      })
    ))

  it.effect.prop("gives back texts", { text: Schema.String }, ({ text }) =>
    inRoom(() =>
      Effect.gen(function*() {
        const { store } = yield* services
        // Half of a pair cannot be written as UTF-8.
        const digest = yield* store.putText(text)
        assert.strictEqual(yield* store.readText(digest), text.toWellFormed())
      })
    ), { arbitrary: { runs: 50 } })

  it.live("keeps a byte order mark", () =>
    inRoom(() =>
      Effect.gen(function*() {
        const { store } = yield* services
        assert.strictEqual(yield* store.readText(yield* store.putText("\uFEFFx")), "\uFEFFx")
      })
    ))

  it.live("marks what is used, once for a build", () =>
    inRoom(({ blob, dir, file, home }) =>
      Effect.gen(function*() {
        const { disk, fs, store } = yield* services
        const { digest, path } = yield* file("a.o", "object")
        assert.isTrue(yield* store.put(path, digest))
        const uses = {
          put: store.put(path, digest),
          putText: store.putText("object"),
          fetch: store.fetch(digest, `${dir}/b.o`),
          readText: store.readText(digest)
        }
        for (const [name, use] of Object.entries(uses)) {
          yield* fs.utimes(blob(digest), 1000, 1000)
          yield* use
          const used = (yield* disk.ages(`${home}/cache/content/${digest.slice(0, 2)}`))[0]!.modifiedMillis
          assert.isTrue(used > 1_000_000, name)
          const { text } = (yield* disk.signature(blob(digest)))!
          yield* use
          assert.strictEqual((yield* disk.signature(blob(digest)))?.text, text, name)
        }
      })
    ))

  it.live("a store that is no folder has nothing, and says why it keeps nothing", () =>
    inRoom(({ dir, file, home }) =>
      Effect.gen(function*() {
        const { fs, store } = yield* services
        yield* fs.makeDirectory(`${home}/cache`, { recursive: true })
        yield* fs.writeFileString(`${home}/cache/content`, "in the way")
        for (const content of ["object", large(7)]) {
          const { digest, path } = yield* file("a.o", content)
          assert.isFalse(yield* store.fetch(digest, `${dir}/b.o`))
          assert.strictEqual((yield* Effect.flip(store.put(path, digest)))._tag, "DiskError")
        }
        assert.strictEqual((yield* Effect.flip(store.putText("text")))._tag, "DiskError")
      })
    ))

  it.live("a folder in place of a blob is damage", () =>
    inRoom(({ blob, dir }) =>
      Effect.gen(function*() {
        const { fs, store } = yield* services
        yield* fs.makeDirectory(blob(unknown), { recursive: true })
        assert.isFalse(yield* store.fetch(unknown, `${dir}/b.o`))
        assert.isUndefined(yield* store.readText(unknown))
      })
    ))

  for (const code of ["ENOSPC", "EROFS"]) {
    it.live(`${code}: what is there can be read, more cannot be kept`, () =>
      inRoom(({ dir, file, home }) =>
        Effect.gen(function*() {
          const { fs, store } = yield* services
          const known = yield* store.putText("known")
          const { digest, path } = yield* file("a.o", "object")
          const big = yield* file("a.elf", large(7))
          yield* Effect.gen(function*() {
            const refused = yield* ContentStore
            assert.strictEqual(yield* refused.readText(known), "known")
            assert.isTrue(yield* refused.put(path, known), "is there already")
            assert.strictEqual((yield* Effect.flip(refused.put(path, digest))).code, code)
            assert.strictEqual((yield* Effect.flip(refused.put(big.path, big.digest))).code, code)
            assert.strictEqual((yield* Effect.flip(refused.putText("text"))).code, code)
            assert.isFalse(yield* refused.fetch(known, `${dir}/b.o`))
          }).pipe(Effect.provide(stores(home, refusing(code))))
          assert.isFalse(yield* fs.exists(`${dir}/b.o`))
          assert.isTrue(yield* store.fetch(known, `${dir}/b.o`))
        })
      ))
  }

  it.live("a folder that is not there is not written to", () =>
    inRoom(({ dir, file }) =>
      Effect.gen(function*() {
        const { store, usage } = yield* services
        for (const content of ["object", large(7)]) {
          const { digest, path } = yield* file("a.o", content)
          assert.isTrue(yield* store.put(path, digest))
          assert.isFalse(yield* store.fetch(digest, `${dir}/none/b.o`))
        }
        assert.strictEqual((yield* usage.flush).damaged, 0)
      })
    ))

  it.live("many fibers may put and fetch the same at once", () =>
    inRoom(({ dir, file }) =>
      Effect.gen(function*() {
        const { fs, store } = yield* services
        const files = yield* Effect.forEach(["a", "b", large(7)], (content, index) => file(`${index}.o`, content))
        yield* Effect.forEach(Array(40).keys(), (index) =>
          Effect.gen(function*() {
            const { digest, path } = files[index % files.length]!
            yield* Effect.yieldNow
            assert.isTrue(yield* store.put(path, digest))
            yield* Effect.yieldNow
            assert.isTrue(yield* store.fetch(digest, `${dir}/out-${index}`))
            assert.strictEqual(sha256(yield* fs.readFile(`${dir}/out-${index}`)), digest)
          }), { concurrency: "unbounded", discard: true })
      })
    ))
})
