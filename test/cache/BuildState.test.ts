import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { readBuildState, writeBuildState } from "../../src/cache/BuildState.ts"
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

const empty = { actions: new Map(), stats: new Map() }

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
      yield* writeBuildState(file, state)
      assert.strictEqual(text(yield* readBuildState(file)), text(state))
    }).pipe(Effect.scoped, Effect.provide(layer)), { arbitrary: { runs: 50 } })

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
      yield* writeBuildState(file, state)
      assert.strictEqual(text(yield* readBuildState(file)), text(state))
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
      yield* writeBuildState(file, { actions: new Map([["a.o", action]]), stats: new Map() })
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
