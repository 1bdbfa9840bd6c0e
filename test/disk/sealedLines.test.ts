import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import * as DiskNode from "../../src/disk/DiskNode.ts"
import { hasText } from "../../src/disk/hasText.ts"
import { readSealedLines, writeSealedLines } from "../../src/disk/sealedLines.ts"

const temporary = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => Fs.mkdtempSync(Path.join(Os.tmpdir(), "fbuild-lines-"))),
    (folder) => Effect.sync(() => Fs.rmSync(folder, { recursive: true }))
  ),
  (folder) => `${folder}/file`
)

/** Longer than what is read at once, with letters of several bytes at every place where it may be cut. */
const long = "aé€😀".repeat(70_000)

describe("sealed lines", () => {
  it.effect("come back as they were written", () =>
    Effect.gen(function*() {
      const path = yield* temporary
      const table = [[], [""], ["one", long, "", `x${long}`, "last"], ["", "", ""]]
      for (const options of [{}, { gap: true }, { there: true }] as const) {
        for (const lines of table) {
          yield* writeSealedLines(path, "format 1", lines, options)
          assert.deepStrictEqual(yield* readSealedLines(path, "format 1"), lines)
          assert.isUndefined(yield* readSealedLines(path, "format 2"))
        }
      }
      assert.deepStrictEqual(Fs.readdirSync(Path.dirname(path)), ["file"])
    }).pipe(Effect.scoped, Effect.provide(DiskNode.layer)))

  it.effect("are none when one byte is another, or any end is missing", () =>
    Effect.gen(function*() {
      const path = yield* temporary
      yield* writeSealedLines(path, "format", ["one", "two é", "three"])
      const whole = Fs.readFileSync(path)
      for (let at = 0; at < whole.length; at++) {
        Fs.writeFileSync(path, whole.subarray(0, at))
        assert.isUndefined(yield* readSealedLines(path, "format"), `${at} bytes`)
        Fs.writeFileSync(path, whole.with(at, whole[at]! ^ 1))
        assert.isUndefined(yield* readSealedLines(path, "format"), `byte ${at}`)
      }
      Fs.rmSync(path)
      assert.isUndefined(yield* readSealedLines(path, "format"))
      Fs.mkdirSync(path)
      assert.isUndefined(yield* readSealedLines(path, "format"))
    }).pipe(Effect.scoped, Effect.provide(DiskNode.layer)))

  it.effect("that cannot be made leave what was there, and nothing beside it", () =>
    Effect.gen(function*() {
      const path = yield* temporary
      yield* writeSealedLines(path, "format", ["old"])
      const broken = function*() {
        yield long
        throw new Error("no more")
      }
      yield* Effect.exit(writeSealedLines(path, "format", broken()))
      assert.deepStrictEqual(yield* readSealedLines(path, "format"), ["old"])
      assert.deepStrictEqual(Fs.readdirSync(Path.dirname(path)), ["file"])
    }).pipe(Effect.scoped, Effect.provide(DiskNode.layer)))

  it.effect("that are written over others are in the same file, and none when they cannot be made", () =>
    Effect.gen(function*() {
      const path = yield* temporary
      yield* writeSealedLines(path, "format", ["some", "old", "lines"], { there: true })
      const { ino } = Fs.statSync(path)
      yield* writeSealedLines(path, "format", ["new"], { there: true })
      assert.deepStrictEqual(yield* readSealedLines(path, "format"), ["new"])
      assert.strictEqual(Fs.statSync(path).ino, ino)
      // Who has given it another name wants to keep it.
      Fs.linkSync(path, `${path} kept`)
      yield* writeSealedLines(path, "format", ["newer"], { there: true })
      assert.deepStrictEqual(yield* readSealedLines(path, "format"), ["newer"])
      assert.deepStrictEqual(yield* readSealedLines(`${path} kept`, "format"), ["new"])
      const broken = function*() {
        yield long
        throw new Error("no more")
      }
      yield* Effect.exit(writeSealedLines(path, "format", broken(), { there: true }))
      assert.isUndefined(yield* readSealedLines(path, "format"))
    }).pipe(Effect.scoped, Effect.provide(DiskNode.layer)))
})

describe("hasText", () => {
  const Pieces = Schema.Array(Schema.String)
  it.effect.prop(
    "compares whatever the pieces are",
    { pieces: Pieces, others: Pieces },
    ({ others, pieces }) =>
      Effect.gen(function*() {
        const path = yield* temporary
        Fs.writeFileSync(path, pieces.join(""))
        const inFile = Fs.readFileSync(path, "utf8")
        assert.strictEqual(yield* hasText(path, pieces), pieces.join("") === inFile)
        assert.strictEqual(yield* hasText(path, others), others.join("") === inFile)
        assert.isFalse(yield* hasText(path, [inFile, "more"]))
        assert.isFalse(yield* hasText(path, ["more", inFile]))
        assert.isTrue(yield* hasText(path, [...inFile.slice(0, 9), inFile.slice(9)]))
      }).pipe(Effect.scoped, Effect.provide(DiskNode.layer))
  )

  it.effect("of what is not there, or longer than one piece of it", () =>
    Effect.gen(function*() {
      const path = yield* temporary
      assert.isFalse(yield* hasText(path, [""]))
      Fs.writeFileSync(path, `${long}x`)
      assert.isTrue(yield* hasText(path, [long, "x"]))
      assert.isFalse(yield* hasText(path, [long, "y"]))
      assert.isFalse(yield* hasText(path, [long]))
    }).pipe(Effect.scoped, Effect.provide(DiskNode.layer)))
})
