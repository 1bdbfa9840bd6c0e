import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import { Disk } from "../../src/disk/Disk.ts"
import * as DiskNode from "../../src/disk/DiskNode.ts"
import { makeRecording } from "../../src/disk/recording.ts"

const layer = Layer.merge(NodeFileSystem.layer, DiskNode.layer)

/** A folder with `a.c`, `sub/b.h` and the link `to`, and a recording of what is asked of it. */
const recorded = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const disk = yield* Disk
  const dir = yield* Effect.flatMap(fs.makeTempDirectoryScoped(), (path) => fs.realPath(path))
  yield* fs.makeDirectory(`${dir}/sub`)
  yield* fs.writeFileString(`${dir}/a.c`, "a")
  yield* fs.writeFileString(`${dir}/sub/b.h`, "b")
  yield* fs.symlink(`${dir}/sub`, `${dir}/to`)
  const recording = makeRecording(disk, fs)
  const lines = () => recording.sights().map(({ line }) => line)
  return { dir, disk, fs, lines, recording }
})

type Recorded = Effect.Success<typeof recorded>

/** What is asked, and what must, or must not, be noticed after it. */
const changes: Readonly<
  Record<string, {
    readonly ask: (of: Recorded) => Effect.Effect<unknown, unknown>
    readonly change: (of: Recorded) => Effect.Effect<unknown, unknown>
    readonly noticed: boolean
  }>
> = {
  "a file that was read is written": {
    ask: ({ dir, recording }) => recording.disk.readText(`${dir}/a.c`),
    change: ({ dir, fs }) => fs.writeFileString(`${dir}/a.c`, "b"),
    noticed: true
  },
  "a file that was read is replaced by an equal one": {
    ask: ({ dir, recording }) => recording.disk.digest(`${dir}/a.c`),
    change: ({ dir, disk }) => disk.write(`${dir}/a.c`, "a"),
    noticed: true
  },
  "a file that was not there appears": {
    ask: ({ dir, recording }) => recording.disk.signature(`${dir}/sub/none.h`),
    change: ({ dir, fs }) => fs.writeFileString(`${dir}/sub/none.h`, ""),
    noticed: true
  },
  "a file that was looked for disappears": {
    ask: ({ dir, recording }) => recording.fileSystem.exists(`${dir}/a.c`),
    change: ({ dir, fs }) => fs.remove(`${dir}/a.c`),
    noticed: true
  },
  "a name appears in a folder that was listed": {
    ask: ({ dir, recording }) => recording.disk.list(`${dir}/sub`),
    change: ({ dir, fs }) => fs.writeFileString(`${dir}/sub/c.h`, ""),
    noticed: true
  },
  "a file becomes a folder in one that was listed": {
    ask: ({ dir, recording }) => recording.fileSystem.readDirectoryEntries(dir),
    change: ({ dir, fs }) => Effect.andThen(fs.remove(`${dir}/a.c`), fs.makeDirectory(`${dir}/a.c`)),
    noticed: true
  },
  "a folder that was listed is gone": {
    ask: ({ dir, recording }) => recording.disk.list(`${dir}/sub`),
    change: ({ dir, fs }) => fs.remove(`${dir}/sub`, { recursive: true }),
    noticed: true
  },
  "a link leads elsewhere": {
    ask: ({ dir, recording }) => recording.fileSystem.realPath(`${dir}/to`),
    change: ({ dir, fs }) => Effect.andThen(fs.remove(`${dir}/to`), fs.symlink(dir, `${dir}/to`)),
    noticed: true
  },
  "a file in a folder that was only listed is written": {
    ask: ({ dir, recording }) => recording.disk.list(dir),
    change: ({ dir, fs }) => fs.writeFileString(`${dir}/a.c`, "other"),
    noticed: false
  },
  "a file that was asked for as such is written": {
    ask: ({ dir, recording }) => recording.disk.isFile(`${dir}/a.c`),
    change: ({ dir, fs }) => fs.writeFileString(`${dir}/a.c`, "other"),
    noticed: false
  },
  "a file that was asked for as such becomes a folder": {
    ask: ({ dir, recording }) => recording.disk.isFile(`${dir}/a.c`),
    change: ({ dir, fs }) => Effect.andThen(fs.remove(`${dir}/a.c`), fs.makeDirectory(`${dir}/a.c`)),
    noticed: true
  },
  "what was no file becomes one": {
    ask: ({ dir, recording }) => recording.disk.isFile(`${dir}/to/none.h`),
    change: ({ dir, fs }) => fs.writeFileString(`${dir}/sub/none.h`, ""),
    noticed: true
  },
  "the build folder and the compile database appear": {
    ask: ({ dir, recording }) => Effect.andThen(recording.disk.list(dir), recording.disk.signature(dir)),
    change: ({ dir, fs }) =>
      Effect.andThen(fs.makeDirectory(`${dir}/.fbuild`), fs.writeFileString(`${dir}/compile_commands.json`, "[]")),
    noticed: false
  },
  "what was not asked for changes": {
    ask: ({ dir, recording }) => recording.disk.readText(`${dir}/a.c`),
    change: ({ dir, fs }) => fs.writeFileString(`${dir}/sub/b.h`, "other"),
    noticed: false
  }
}

describe("a recording", () => {
  for (const [name, { ask, change, noticed }] of Object.entries(changes)) {
    it.live(`${noticed ? "notices" : "does not mind"} that ${name}`, () =>
      Effect.gen(function*() {
        const of = yield* recorded
        yield* ask(of)
        assert.deepStrictEqual(yield* of.disk.unlike(of.lines()), [])
        // Past a tick of the file system's clock.
        yield* Effect.sleep(20)
        yield* change(of)
        assert.lengthOf(yield* of.disk.unlike(of.lines(), 1), noticed ? 1 : 0)
      }).pipe(Effect.scoped, Effect.provide(layer)))
  }

  it.live("has how a file looked before it was first read", () =>
    Effect.gen(function*() {
      const { dir, disk, fs, lines, recording } = yield* recorded
      yield* recording.disk.readText(`${dir}/a.c`)
      yield* Effect.sleep(20)
      yield* fs.writeFileString(`${dir}/a.c`, "b")
      yield* recording.disk.readText(`${dir}/a.c`)
      assert.deepStrictEqual(yield* disk.unlike(lines()), lines())
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("takes over what another one was decided from", () =>
    Effect.gen(function*() {
      const { dir, disk, fs, lines, recording } = yield* recorded
      yield* recording.disk.readText(`${dir}/a.c`)
      const second = makeRecording(disk, fs)
      assert.deepStrictEqual(yield* second.disk.unlike(lines()), [])
      assert.deepStrictEqual(second.sights().map(({ line }) => line), lines())
      const third = makeRecording(disk, fs)
      yield* fs.remove(`${dir}/a.c`)
      assert.deepStrictEqual(yield* third.disk.unlike(lines()), lines())
      assert.deepStrictEqual(third.sights(), [])
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("tells what was written, and of questions that no single path answers", () =>
    Effect.gen(function*() {
      const { dir, recording } = yield* recorded
      assert.deepStrictEqual(recording.written, [])
      yield* recording.disk.write(`${dir}/x`, "")
      yield* recording.disk.rename(`${dir}/x`, `${dir}/y`)
      yield* recording.disk.remove(`${dir}/y`)
      assert.deepStrictEqual(recording.written, [`${dir}/x`, `${dir}/y`, `${dir}/y`])
      assert.isTrue(recording.isComplete())
      yield* recording.fileSystem.glob("*.c", { root: dir })
      assert.isFalse(recording.isComplete())
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("once stopped it answers as before, remembers nothing more, and says so", () =>
    Effect.gen(function*() {
      const { dir, recording } = yield* recorded
      yield* recording.disk.readText(`${dir}/a.c`)
      recording.stop()
      const before = recording.sights()
      assert.isDefined((yield* recording.disk.signature(`${dir}/a.c`))?.text)
      yield* recording.disk.readText(`${dir}/other`)
      yield* recording.disk.list(dir)
      yield* recording.disk.write(`${dir}/x`, "x")
      assert.strictEqual(yield* recording.disk.readText(`${dir}/x`), "x")
      assert.deepStrictEqual(recording.sights(), before)
      assert.deepStrictEqual(recording.written, [])
      assert.isFalse(recording.isComplete())
    }).pipe(Effect.scoped, Effect.provide(layer)))
})
