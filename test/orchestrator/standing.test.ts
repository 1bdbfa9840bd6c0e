import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import { Disk } from "../../src/disk/Disk.ts"
import * as DiskNode from "../../src/disk/DiskNode.ts"
import { makeRecording } from "../../src/disk/recording.ts"
import { makePlanMemory, PlanMemory } from "../../src/orchestrator/PlanMemory.ts"
import { type Answer, keepStanding, readStanding } from "../../src/orchestrator/standing.ts"

const layer = Layer.merge(NodeFileSystem.layer, DiskNode.layer)

const answer: Answer = { environments: [], warnings: [{ _tag: "ConfigWarning", message: "odd" }] }

/** A build that has read `a` with `LANG` set and asked in vain for `CPATH`. */
const looked = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const disk = yield* Disk
  const dir = yield* fs.makeTempDirectoryScoped()
  yield* fs.writeFileString(`${dir}/a`, "a")
  yield* Effect.sleep(150)
  const recording = makeRecording(disk, fs)
  const variables = { LANG: "C", OTHER: "1" }
  yield* recording.disk.readText(`${dir}/a`)
  const keep = (
    more: { readonly answer?: Answer; readonly ours?: (path: string) => boolean; readonly started?: number } = {}
  ) =>
    keepStanding(`${dir}/home/standing/x`, {
      recording,
      ours: () => false,
      variables,
      names: new Set(["LANG", "CPATH"]),
      answer,
      started: Date.now(),
      ...more
    })
  return {
    dir,
    fs,
    recording,
    variables,
    keep,
    read: (given: Record<string, string> = variables) => readStanding(`${dir}/home/standing/x`, given)
  }
})

const plain = <A, E>(effect: Effect.Effect<A, E, Effect.Services<typeof looked>>) =>
  effect.pipe(Effect.scoped, Effect.provide(layer))
const remembering: typeof plain = (effect) => plain(Effect.provideService(effect, PlanMemory, makePlanMemory(8)))

describe.each([
  { what: "a build that stands", test: plain },
  { what: "a build that stands, in a process that remembers", test: remembering }
])("$what", ({ test }) => {
  it.live("has its answer again as long as nothing changes", () =>
    test(Effect.gen(function*() {
      const { dir, fs, keep, read } = yield* looked
      assert.isUndefined(yield* read())
      assert.isTrue(yield* keep())
      assert.deepStrictEqual(yield* read(), answer)
      yield* fs.writeFileString(`${dir}/a`, "b")
      assert.isUndefined(yield* read())
    })))

  it.live("is the last one that was kept", () =>
    test(Effect.gen(function*() {
      const { dir, fs, keep, read } = yield* looked
      yield* keep()
      assert.deepStrictEqual(yield* read(), answer)
      yield* keep({ answer: { environments: [], warnings: [] } })
      assert.deepStrictEqual((yield* read())?.warnings, [])
      yield* fs.remove(`${dir}/home/standing/x`)
      assert.isUndefined(yield* read())
    })))

  it.live("depends on the variables that were asked for, and on no others", () =>
    test(Effect.gen(function*() {
      const { keep, read } = yield* looked
      yield* keep()
      assert.deepStrictEqual(yield* read({ LANG: "C", OTHER: "2" }), answer)
      assert.isUndefined(yield* read({ LANG: "de", OTHER: "1" }))
      assert.isUndefined(yield* read({ OTHER: "1" }))
      assert.isUndefined(yield* read({ LANG: "C", CPATH: "/x" }))
    })))

  it.live("is not kept when something changed shortly before, or is not there for fbuild alone", () =>
    test(Effect.gen(function*() {
      const { dir, fs, keep, read, recording } = yield* looked
      assert.isFalse(yield* keep({ started: (yield* Clock.currentTimeMillis) - 1000 }))
      yield* fs.writeFileString(`${dir}/young`, "")
      yield* recording.disk.readText(`${dir}/young`)
      assert.isFalse(yield* keep())
      assert.isTrue(yield* keep({ ours: (path) => path.endsWith("/young") }))
      yield* recording.disk.write(`${dir}/written`, "")
      assert.isFalse(yield* keep({ ours: (path) => path.endsWith("/young") }))
      assert.isTrue(yield* keep({ ours: (path) => /young|written/.test(path) }))
      assert.deepStrictEqual(yield* read(), answer)
    })))

  it.live("is void when its file is not what was written", () =>
    test(Effect.gen(function*() {
      const { dir, fs, keep, read } = yield* looked
      yield* keep()
      const file = `${dir}/home/standing/x`
      const text = yield* fs.readFileString(file)
      for (
        const spoilt of [
          "",
          text.slice(0, -1),
          text.replace("odd", "bad"),
          text.slice(text.indexOf("\n") + 1),
          `${text}\n`
        ]
      ) {
        // Two writes that look the same are told apart by their times.
        yield* Effect.sleep(20)
        yield* fs.writeFileString(file, spoilt)
        assert.isUndefined(yield* read())
      }
      yield* fs.writeFileString(file, text)
      assert.deepStrictEqual(yield* read(), answer)
    })))
})
