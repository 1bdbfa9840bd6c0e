import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import { BuildMemory, decodeOnce, keepDecoded, makeBuildMemory } from "../../src/cache/BuildMemory.ts"
import { type BuildState, readBuildState, saveBuildState } from "../../src/cache/BuildState.ts"
import * as DiskNode from "../../src/disk/DiskNode.ts"

const state = (signature: string): BuildState => ({
  actions: new Map(),
  stats: new Map([["a.c", { signature, digest: "0".repeat(64), marks: 0 }]])
})

const none = { actions: new Map(), stats: new Map(), end: undefined }

/** A file with a state, and how often it has been decoded. */
const opened = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "memory-" })
  const memory = makeBuildMemory()
  let decoded = 0
  const read = (path: string) =>
    decodeOnce(
      memory.states,
      path,
      Effect.tap(readBuildState(path), () => Effect.sync(() => decoded++))
    )
  return { count: () => decoded, folder, fs, memory, path: `${folder}/state`, read }
})

const layer = Layer.merge(NodeFileSystem.layer, DiskNode.layer)

describe("BuildMemory", () => {
  it.live("decodes a file once, and again when somebody else has written it", () =>
    Effect.gen(function*() {
      const { count, path, read } = yield* opened
      assert.deepStrictEqual(yield* read(path), none)
      const first = yield* saveBuildState(path, none, state("1"))
      for (let times = 0; times < 3; times++) assert.deepStrictEqual(yield* read(path), first)
      assert.strictEqual(count(), 2)
      const second = yield* saveBuildState(path, first, state("2"))
      assert.deepStrictEqual(yield* read(path), second)
      assert.deepStrictEqual(second.stats, state("2").stats)
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("need not decode what this process has written, and does not make up for what is gone", () =>
    Effect.gen(function*() {
      const { count, fs, memory, path, read } = yield* opened
      const written = yield* saveBuildState(path, none, state("1"))
      yield* keepDecoded(memory.states, path, written)
      assert.strictEqual(yield* read(path), written)
      assert.strictEqual(count(), 0)
      yield* fs.remove(path)
      assert.deepStrictEqual(yield* read(path), none)
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("forgets what was used least recently, by the size of the files", () =>
    Effect.gen(function*() {
      const { count, folder, fs, read } = yield* opened
      const paths = ["a", "b", "c"].map((name) => `${folder}/${name}`)
      for (const path of paths) yield* fs.writeFileString(path, "x".repeat(7 * 1024 * 1024))
      const [a, b, c] = paths as [string, string, string]
      for (const path of [a, b, a, c]) yield* read(path)
      assert.strictEqual(count(), 3)
      yield* read(a)
      assert.strictEqual(count(), 3)
      yield* read(b)
      assert.strictEqual(count(), 4)
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.effect("is nothing where nobody provides it", () =>
    Effect.map(BuildMemory, (memory) => assert.isUndefined(memory)))
})
