import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { ActionRecord } from "../../src/cache/BuildState.ts"
import type { DiskError } from "../../src/disk/Disk.ts"
import { type Edits, surelyRun } from "../../src/exec/surelyRun.ts"
import type { Action } from "../../src/plan/Action.ts"
import { action, graphOf } from "../plan/actions.ts"

const a = action("out/a.o", ["src/a.cpp"])
const b = action("out/b.o", ["src/b.cpp"])
const convert = action("out/s.cpp", ["src/s.ino", "src/t.ino"], { mnemonic: "ConvertSketch" })
const sketch = action("out/s.o", ["out/s.cpp"])
const link = action("out/elf", ["out/a.o", "out/b.o", "out/s.o"], { mnemonic: "Link" })
const graph = graphOf(a, b, convert, sketch, link)

/** What each action read: its inputs, all with the digest `old`, and what is added here. */
const read = new Map<Action, ReadonlyArray<string>>([
  ...graph.actions.map((one) => [one, one.inputs] as const),
  [a, ["src/a.cpp", "src/h.h", "/core/Arduino.h"]],
  [sketch, ["out/s.cpp", "src/h.h"]]
])
const record = (one: Action): ActionRecord => ({
  inputs: new Map((read.get(one) ?? []).map((path) => [path, "old"])),
  outputs: new Map(one.outputs.map((path) => [path, "old"])),
  present: [],
  absent: [],
  carried: [],
  command: "",
  words: []
})

/** What is found when files are edited, where the digest of each is `new` or what is said. */
const found = (
  edited: ReadonlyArray<string> | undefined,
  more: { readonly never?: ReadonlyArray<Action>; readonly digests?: Readonly<Record<string, string>> } = {}
) =>
  Effect.gen(function*() {
    const records = new Map(
      graph.actions.filter((one) => more.never?.includes(one) !== true).map((one) => [one.id as string, record(one)])
    )
    const edits: Edits | undefined = edited && {
      paths: new Set(edited),
      usersOf: (path) =>
        graph.actions.filter((one) => one.outputs.some((made) => made === path) || read.get(one)?.includes(path))
    }
    const known = (path: string): Effect.Effect<{ digest: string; signature: string; marks: number }, DiskError> =>
      Effect.succeed({
        digest: more.digests?.[path] ?? (edited?.includes(path) === true ? "new" : "old"),
        signature: "",
        marks: 0
      })
    return [...yield* surelyRun(graph, edits, records, known)]
  })

describe("surelyRun", () => {
  it.effect("compilations of a source and with a header that were edited", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* found([]), [])
      assert.deepStrictEqual(yield* found(["src/b.cpp"]), [b])
      assert.deepStrictEqual(yield* found(["src/h.h"]), [a, sketch])
      assert.deepStrictEqual(yield* found(["/core/Arduino.h", "src/no.h"]), [a])
    }))

  it.effect("a sketch with a tab that was edited, and what is compiled of it", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* found(["src/s.ino"]), [convert, sketch])
      assert.deepStrictEqual(yield* found(["src/t.ino"]), [convert, sketch])
    }))

  it.effect("nothing where a file says the same as before", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* found(["src/h.h", "src/b.cpp"], { digests: { "src/h.h": "old" } }), [b])
    }))

  it.effect("what failed last time, with its source edited; without, somebody has to look", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* found(["src/b.cpp"], { never: [b] }), [b])
      assert.deepStrictEqual(yield* found(["src/h.h"], { never: [b] }), [a, sketch])
    }))

  it.effect("by their sources, and what never ran, where edits are not known", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* found(undefined), [])
      assert.deepStrictEqual(yield* found(undefined, { digests: { "src/a.cpp": "new", "src/h.h": "new" } }), [a])
      assert.deepStrictEqual(yield* found(undefined, { never: [link] }), [link])
    }))
})
