import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import { Disk, DiskError } from "../../src/disk/Disk.ts"
import * as DiskNode from "../../src/disk/DiskNode.ts"
import { sha256 } from "../../src/disk/sha256.ts"

const layer = Layer.merge(NodeFileSystem.layer, DiskNode.layer)

const folder = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const disk = yield* Disk
  return { fs, disk, dir: yield* fs.makeTempDirectoryScoped() }
})

const error = (code: string) => new DiskError({ operation: "write", path: "/x", code })

describe("DiskNode", () => {
  it.live("what is not there is undefined, and may be removed", () =>
    Effect.gen(function*() {
      const { dir, disk, fs } = yield* folder
      yield* fs.writeFileString(`${dir}/file`, "")
      for (const path of [`${dir}/none`, `${dir}/none/x`, `${dir}/file/x`]) {
        assert.isUndefined(yield* disk.signature(path))
        assert.isUndefined(yield* disk.digest(path))
        assert.isUndefined(yield* disk.readText(path))
        assert.deepStrictEqual(yield* disk.list(path), [])
      }
      yield* disk.remove(`${dir}/none`)
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("a dangling link is not there", () =>
    Effect.gen(function*() {
      const { dir, disk, fs } = yield* folder
      yield* fs.symlink(`${dir}/none`, `${dir}/link`)
      assert.isUndefined(yield* disk.signature(`${dir}/link`))
      assert.isUndefined(yield* disk.digest(`${dir}/link`))
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("overwrites a file in its place, makes one that is not there, and leaves what a link leads to alone", () =>
    Effect.gen(function*() {
      const { dir, disk, fs } = yield* folder
      for (const text of ["some text", "longer than that", "é", ""]) {
        yield* disk.overwrite(`${dir}/file`, text)
        assert.strictEqual(yield* fs.readFileString(`${dir}/file`), text)
      }
      const before = yield* fs.stat(`${dir}/file`)
      yield* disk.overwrite(`${dir}/file`, new Uint8Array([97]))
      assert.deepStrictEqual((yield* fs.stat(`${dir}/file`)).ino, before.ino)
      yield* fs.symlink(`${dir}/file`, `${dir}/link`)
      yield* disk.overwrite(`${dir}/link`, "own")
      assert.strictEqual(yield* fs.readFileString(`${dir}/file`), "a")
      assert.strictEqual(yield* fs.readFileString(`${dir}/link`), "own")
      yield* fs.link(`${dir}/link`, `${dir}/name`)
      yield* disk.overwrite(`${dir}/link`, "new")
      assert.strictEqual(yield* fs.readFileString(`${dir}/link`), "new")
      assert.strictEqual(yield* fs.readFileString(`${dir}/name`), "own")
      yield* fs.chmod(`${dir}/file`, 0o444)
      yield* disk.overwrite(`${dir}/file`, "read-only")
      assert.strictEqual(yield* fs.readFileString(`${dir}/file`), "read-only")
      assert.deepStrictEqual((yield* fs.readDirectory(dir)).toSorted(), ["file", "link", "name"])
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("digests and copies what is long, and finds words that it reads in two pieces", () =>
    Effect.gen(function*() {
      const { dir, disk, fs } = yield* folder
      const bytes = new Uint8Array(1_500_000).fill(97)
      bytes.set(new TextEncoder().encode("incbin"), 512 * 1024 - 3)
      yield* fs.writeFile(`${dir}/long`, bytes)
      const found = yield* disk.digestMarking(`${dir}/long`, ["include", "incbin"])
      assert.deepStrictEqual(found, { digest: sha256(bytes), marks: 2 })
      assert.strictEqual(yield* disk.digest(`${dir}/long`), sha256(bytes))
      yield* fs.writeFileString(`${dir}/copy`, "before")
      assert.isTrue(yield* disk.copy(`${dir}/long`, `${dir}/copy`, 0o444))
      assert.strictEqual(yield* disk.digest(`${dir}/copy`), sha256(bytes))
      assert.strictEqual((yield* fs.stat(`${dir}/copy`)).mode & 0o777, 0o444)
      assert.isFalse(yield* disk.copy(`${dir}/none`, `${dir}/other`))
      assert.strictEqual((yield* Effect.flip(disk.copy(`${dir}/long`, `${dir}/none/other`))).code, "ENOENT")
      assert.isUndefined(yield* disk.signature(`${dir}/other`))
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("finds words in texts, and none in object files and archives", () =>
    Effect.gen(function*() {
      const { dir, disk, fs } = yield* folder
      const marks = Effect.fnUntraced(function*(text: string) {
        yield* fs.writeFileString(`${dir}/file`, text)
        return (yield* disk.digestMarking(`${dir}/file`, ["incbin"]))?.marks
      })
      assert.strictEqual(yield* marks("\x7fELF incbin"), 0)
      assert.strictEqual(yield* marks("!<arch>\nincbin"), 0)
      assert.strictEqual(yield* marks(" \x7fELF incbin"), 1)
      assert.strictEqual(yield* marks("!<arch> incbin"), 1)
      assert.strictEqual(yield* marks("\x7fEL"), 0)
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("finds words that the end of a line parts, where that is no end for a compiler", () =>
    Effect.gen(function*() {
      const { dir, disk, fs } = yield* folder
      const long = "a".repeat(512 * 1024 - 4)
      const table: ReadonlyArray<readonly [text: string, found: boolean]> = [
        ["__has_\\\ninclude", true],
        ["\n_\\\n_has_include(", true],
        ["__has_\\ \t\r\n\\\ninclude", true],
        ["__has_??/\ninclude", true],
        ["__has_\\\r\ninclu\\\nde", true],
        [`${long}__has_\\\ninclude`, true],
        [`${long}__\\\nhas_include`, true],
        ["__has_\ninclude", false],
        ["__has_\\ x\ninclude", false],
        ["__has_ \\\ninclude", false],
        ["__has_\\\n include", false]
      ]
      for (const [text, found] of table) {
        yield* fs.writeFileString(`${dir}/file`, text)
        const { marks } = (yield* disk.digestMarking(`${dir}/file`, ["none", "__has_include"]))!
        assert.strictEqual(marks, found ? 2 : 0, text.slice(-40))
      }
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("digests content", () =>
    Effect.gen(function*() {
      const { dir, disk, fs } = yield* folder
      yield* fs.writeFileString(`${dir}/file`, "abc")
      // NIST's example of SHA-256.
      const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
      assert.strictEqual(yield* disk.digest(`${dir}/file`), abc)
      assert.strictEqual((yield* disk.signature(`${dir}/file`))?.bytes, 3)
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("a signature changes with the content, though the mtime is set back", () =>
    Effect.gen(function*() {
      const { dir, disk, fs } = yield* folder
      const file = `${dir}/file`
      yield* fs.writeFileString(file, "a")
      yield* fs.utimes(file, 1000, 1000)
      const before = yield* disk.signature(file)
      yield* Effect.sleep(25)
      yield* fs.writeFileString(file, "b")
      yield* fs.utimes(file, 1000, 1000)
      const after = yield* disk.signature(file)
      assert.notStrictEqual(after!.text, before!.text)
      assert.isTrue(after!.changedNanos > before!.changedNanos)
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("the time of a change is the file system's, whatever the mtime says", () =>
    Effect.gen(function*() {
      const { dir, disk, fs } = yield* folder
      yield* fs.writeFileString(`${dir}/file`, "a")
      yield* fs.utimes(`${dir}/file`, 4e9, 4e9)
      const signature = yield* disk.signature(`${dir}/file`)
      assert.isTrue(signature!.changedNanos < 4_000_000_000_000_000_000n)
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("makes folders with those above them, or says why not", () =>
    Effect.gen(function*() {
      const { dir, disk, fs } = yield* folder
      yield* disk.makeDirectory(`${dir}/a/b/c`)
      yield* disk.makeDirectory(`${dir}/a/b/c`)
      assert.isTrue(yield* fs.exists(`${dir}/a/b/c`))
      yield* fs.writeFileString(`${dir}/file`, "")
      for (const path of [`${dir}/file`, `${dir}/file/x`, "/proc/nowhere", "/proc/nowhere/x"]) {
        const { _tag, operation } = yield* Effect.flip(disk.makeDirectory(path))
        assert.deepStrictEqual([_tag, operation], ["DiskError", "create"], path)
      }
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("writes whole files and leaves nothing beside them", () =>
    Effect.gen(function*() {
      const { dir, disk } = yield* folder
      yield* disk.write(`${dir}/file`, "one")
      yield* disk.write(`${dir}/file`, "two")
      assert.strictEqual(yield* disk.readText(`${dir}/file`), "two")
      yield* disk.makeDirectory(`${dir}/busy/x`)
      const busy = yield* Effect.flip(disk.write(`${dir}/busy`, "text"))
      assert.deepStrictEqual([busy.operation, busy.code], ["write", "EISDIR"])
      assert.deepStrictEqual((yield* disk.list(dir)).toSorted(), ["busy", "file"])
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("makes the folder of what it writes only where it is asked to", () =>
    Effect.gen(function*() {
      const { dir, disk } = yield* folder
      const refused = yield* Effect.flip(disk.write(`${dir}/a/b/file`, "text"))
      assert.strictEqual(refused.code, "ENOENT")
      assert.deepStrictEqual(yield* disk.list(dir), [])
      yield* disk.write(`${dir}/a/b/file`, "text", { folder: "made", mode: 0o444 })
      assert.deepStrictEqual(yield* disk.list(`${dir}/a/b`), ["file"])
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("removes folders with all in them, and renames over files", () =>
    Effect.gen(function*() {
      const { dir, disk } = yield* folder
      yield* disk.makeDirectory(`${dir}/a/b`)
      yield* disk.makeDirectory(`${dir}/a/b`)
      yield* disk.write(`${dir}/a/b/one`, "1")
      yield* disk.write(`${dir}/two`, "2")
      yield* disk.rename(`${dir}/a/b/one`, `${dir}/two`)
      assert.strictEqual(yield* disk.readText(`${dir}/two`), "1")
      yield* disk.remove(`${dir}/a`)
      assert.deepStrictEqual(yield* disk.list(dir), ["two"])
      const missing = yield* Effect.flip(disk.rename(`${dir}/none`, `${dir}/x`))
      assert.strictEqual(missing.message, `cannot rename ${dir}/x: ENOENT`)
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it("says in words what the disk refuses", () => {
    assert.strictEqual(error("ENOSPC").message, "cannot write /x: no space left on the disk")
    assert.isUndefined(error("ENOSPC").hint)
    assert.match(error("EROFS").hint!, /build_dir/)
  })
})
