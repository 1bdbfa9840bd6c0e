import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import * as DiskNode from "../../src/disk/DiskNode.ts"
import type { BuildRecord } from "../../src/profile/BuildRecord.ts"
import { keepRecord, readRecord, recordsFolder } from "../../src/profile/records.ts"

const record = (index: number, words: ReadonlyArray<string> = []): BuildRecord => ({
  traceId: index.toString(16).padStart(32, "0"),
  args: ["build"],
  startedMillis: index,
  duration: 1,
  exitCode: 0,
  environments: [],
  phases: [{ name: "fbuild build", start: 0, end: 1 }],
  words,
  actions: []
})

const temporary = Effect.acquireRelease(
  Effect.sync(() => Fs.mkdtempSync(Path.join(Os.tmpdir(), "fbuild-records-"))),
  (folder) => Effect.sync(() => Fs.rmSync(folder, { recursive: true }))
)

describe("records of builds", () => {
  it.effect("are at most fifty, and can be read", () =>
    Effect.gen(function*() {
      const folder = Path.join(yield* temporary, "below/profile")
      for (let index = 1; index <= 60; index++) yield* keepRecord(folder, record(index, ["ü\u0000\ud800"]))
      assert.lengthOf(Fs.readdirSync(folder), 50)
      yield* keepRecord(folder, record(61))
      assert.lengthOf(Fs.readdirSync(folder), 50)
      assert.deepStrictEqual(yield* readRecord(folder, "2"), record(60, ["ü\u0000\ud800"]))
      assert.deepStrictEqual((yield* readRecord(folder, "50"))?.startedMillis, 12)
      assert.isUndefined(yield* readRecord(folder, "51"))
    }).pipe(Effect.provide(DiskNode.layer)))

  it.effect("are not more bytes than may be, but for the last one", () =>
    Effect.gen(function*() {
      const folder = yield* temporary
      const large = (megabytes: number) => ["x".repeat(megabytes * 1024 * 1024)]
      for (let index = 1; index <= 3; index++) yield* keepRecord(folder, record(index))
      for (let index = 4; index <= 9; index++) yield* keepRecord(folder, record(index, large(9)))
      // What is old goes first, however small.
      assert.lengthOf(Fs.readdirSync(folder), 3)
      yield* keepRecord(folder, record(10))
      assert.lengthOf(Fs.readdirSync(folder), 4)
      yield* keepRecord(folder, record(11, large(40)))
      assert.lengthOf(Fs.readdirSync(folder), 1)
      assert.strictEqual((yield* readRecord(folder, "1"))?.startedMillis, 11)
    }).pipe(Effect.provide(DiskNode.layer)))

  it("are beside the build folders", () => {
    assert.strictEqual(recordsFolder("/p", "/p/.fbuild/build"), "/p/.fbuild/profile")
    assert.strictEqual(recordsFolder("/p", "/elsewhere"), "/elsewhere/.profile")
  })
})
