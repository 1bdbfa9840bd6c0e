import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import {
  type ActionRecord,
  type BuildState,
  readBuildState,
  saveBuildState,
  type SavedState
} from "../../src/cache/BuildState.ts"
import * as DiskNode from "../../src/disk/DiskNode.ts"
import { writeSealedLines } from "../../src/disk/sealedLines.ts"

const layer = Layer.merge(NodeFileSystem.layer, DiskNode.layer)

const map = <A>(record: Readonly<Record<string, A>>) => new Map(Object.entries(record))

const stateFile = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  return `${yield* fs.makeTempDirectoryScoped()}/state.json`
})

const text = (state: unknown) =>
  JSON.stringify(state, (_, value) =>
    value instanceof Map
      ? [...value]
      : Array.isArray(value) || typeof value !== "object"
      ? value
      : Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1))

const empty = { actions: new Map(), stats: new Map(), end: undefined }

const read = (file: string) =>
  Effect.map(readBuildState(file), ({ actions, stats }): BuildState => ({ actions, stats }))

/** Writes a state whole. */
const save = (file: string, state: BuildState) => saveBuildState(file, empty, state)

describe("BuildState", () => {
  const Digest = Schema.Literals(["0", "1", "2"].map((digit) => digit.repeat(64)))
  const Digests = Schema.Record(Schema.String, Digest)
  it.effect.prop("comes back as it was written", {
    actions: Schema.Record(
      Schema.String,
      Schema.Struct({
        command: Schema.String,
        words: Schema.Array(Schema.String),
        toolchain: Schema.UndefinedOr(Schema.String),
        inputs: Digests,
        outputs: Digests,
        present: Schema.Array(Schema.String),
        absent: Schema.Array(Schema.String),
        carried: Schema.Array(Schema.String)
      })
    ),
    stats: Schema.Record(
      Schema.String,
      Schema.Struct({ signature: Schema.String, digest: Digest, marks: Schema.Int })
    )
  }, (given) =>
    Effect.gen(function*() {
      const file = yield* stateFile
      const state = {
        actions: new Map(
          Object.entries(given.actions).map(([id, { command, inputs, outputs, ...more }]) => [
            id,
            { command, inputs: map(inputs), outputs: map(outputs), ...more }
          ])
        ),
        stats: map(given.stats)
      }
      yield* save(file, state)
      assert.strictEqual(text(yield* read(file)), text(state))
    }).pipe(Effect.scoped, Effect.provide(layer)), { arbitrary: { runs: 50 } })

  it.live("what has changed is added, up to a size, and read as if all had been written at once", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const file = yield* stateFile
      const record = (words: string): ActionRecord => ({
        command: words,
        words: words.split(" "),
        toolchain: undefined,
        inputs: new Map([[`${words}.c`, words]]),
        outputs: new Map([[`${words}.o`, words]]),
        present: [],
        absent: [],
        carried: []
      })
      const many = Array.from(
        { length: 100 },
        (_, index) => [`a${index}`, record(`w${index} common`)] as [string, ActionRecord]
      )
      const known = (digest: string) => ({ signature: digest, digest, marks: 0 })
      const [actions, stats] = [new Map(many), new Map([["s", known("1")], ["t", known("2")]])]
      let saved: SavedState = yield* save(file, { actions: new Map(actions), stats: new Map(stats) })
      const sizes: Array<number> = []
      let smaller = 0
      for (let edit = 0; edit < 150; edit++) {
        const before = (yield* fs.readFileString(file)).length
        actions.set(`a${edit % 50}`, record(`edit ${edit} common`))
        actions.delete(`a${50 + edit}`)
        actions.set(`new${edit % 5}`, record(`new ${edit}`))
        stats.set("s", known(String(edit)))
        saved = yield* saveBuildState(file, saved, { actions: new Map(actions), stats: new Map(stats) })
        const found = yield* readBuildState(file)
        assert.deepStrictEqual(found.end, saved.end)
        assert.deepStrictEqual(found.actions, actions)
        assert.deepStrictEqual(found.stats, stats)
        // Goes on from what was read, as another process does.
        if (edit % 3 === 0) saved = found
        sizes.push((yield* fs.readFileString(file)).length)
        assert.strictEqual(saved.end?.size, sizes.at(-1))
        if (sizes.at(-1)! < before) smaller++
      }
      assert.isAbove(smaller, 0)
      assert.isBelow(smaller, 75)
      assert.isBelow(Math.max(...sizes), 5 * Math.min(...sizes))
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("what was added in part, or to another file, is as if it had never been", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const file = yield* stateFile
      const stats = (digest: string) => new Map([["s", { signature: digest, digest, marks: 0 }]])
      const state = (digest: string) => ({ actions: new Map(), stats: stats(digest) })
      const first = yield* save(file, state("1"))
      const second = yield* saveBuildState(file, first, state("2"))
      const whole = yield* fs.readFile(file)
      for (let at = first.end!.size; at < whole.length; at++) {
        yield* fs.writeFile(file, whole.subarray(0, at))
        const found = yield* readBuildState(file)
        assert.deepStrictEqual(found.stats, stats("1"), `${at} bytes`)
        // What is behind a part of a line would be lost: it is written anew.
        assert.strictEqual(found.end === undefined, at !== first.end!.size, `${at} bytes`)
        yield* saveBuildState(file, found, state("3"))
        assert.deepStrictEqual((yield* readBuildState(file)).stats, stats("3"), `${at} bytes`)
      }
      const other = yield* save(file, state("4"))
      assert.notStrictEqual(other.end?.seal, second.end?.seal)
      yield* saveBuildState(file, second, state("5"))
      assert.deepStrictEqual((yield* readBuildState(file)).stats, stats("4"))
      yield* fs.remove(file)
      yield* saveBuildState(file, second, state("6"))
      assert.deepStrictEqual(yield* readBuildState(file), empty)
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("an action may be longer than a line", () =>
    Effect.gen(function*() {
      const file = yield* stateFile
      const many = (name: string) => Array.from({ length: 2500 }, (_, index) => `${name}${index}`)
      const pairs = (name: string) => new Map(many(name).map((path) => [path, `digest of ${path}`]))
      const action = (name: string) => ({
        command: name,
        words: [...many("word"), ...many(name)],
        toolchain: undefined,
        inputs: pairs(name),
        outputs: new Map([[name, "1"]]),
        present: many("present"),
        absent: [],
        carried: many("carried")
      })
      const state = {
        // The same path with another digest is another content.
        actions: new Map([["a", action("a")], ["b", { ...action("b"), inputs: new Map([["a0", "other"]]) }]]),
        stats: new Map(many("s").map((path) => [path, { signature: path, digest: "1", marks: 0 }]))
      }
      yield* save(file, state)
      assert.strictEqual(text(yield* read(file)), text(state))
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("what cannot be read is an empty state", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const file = yield* stateFile
      assert.deepStrictEqual(yield* readBuildState(file), empty)
      for (
        const damaged of [
          "",
          "{",
          "[]",
          "{\"version\":1}",
          "{\"version\":0,\"contents\":[],\"stats\":[],\"actions\":[]}"
        ]
      ) {
        yield* fs.writeFileString(file, damaged)
        assert.deepStrictEqual(yield* readBuildState(file), empty, damaged)
      }
      yield* fs.remove(file)
      yield* fs.makeDirectory(file)
      assert.deepStrictEqual(yield* readBuildState(file), empty)
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("an index that leads nowhere never makes an action look up to date", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const file = yield* stateFile
      const action = {
        command: "c",
        words: ["c"],
        toolchain: undefined,
        inputs: new Map([["a.c", "1"]]),
        outputs: new Map([["a.o", "2"]]),
        present: [],
        absent: [],
        carried: []
      }
      yield* save(file, { actions: new Map([["a.o", action]]), stats: new Map() })
      const written = yield* fs.readFileString(file)
      assert.include(written, "\"inputs\":[0]")
      const [format = "", ...lines] = written.split("\n").slice(0, -1)
      for (
        const [from, to] of [
          ["\"inputs\":[0]", "\"inputs\":[9]"],
          ["\"outputs\":[1]", "\"outputs\":[-1]"],
          ["\"words\":[0]", "\"words\":[1]"],
          ["\"command\":\"c\",", ""]
        ] as const
      ) {
        const changed = lines.map((line) => line.replace(from, to))
        assert.notDeepEqual(changed, lines)
        yield* writeSealedLines(file, format, changed)
        assert.deepStrictEqual(yield* readBuildState(file), empty, to)
      }
    }).pipe(Effect.scoped, Effect.provide(layer)))
})
