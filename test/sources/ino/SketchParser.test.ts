import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { copyFileSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { cachedDataVersionTag } from "node:v8"
import type { Node } from "web-tree-sitter"
import { inTurns } from "../../../src/domain/inTurns.ts"
import { pause } from "../../../src/domain/steps.ts"
import { type CppParser, SketchParser } from "../../../src/sources/ino/SketchParser.ts"

const wasm = "node_modules/tree-sitter-cpp/tree-sitter-cpp.wasm"

const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "fbuild-parser-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
)

/** Pauses before and after it reads. */
const read = <A>(parser: CppParser, source: string, read: (root: Node) => A) =>
  inTurns(() =>
    parser.parse(source, function*(root) {
      yield* pause
      return read(root)
    })
  )

describe("SketchParser", () => {
  it.effect(
    "is loaded once, however many ask at the same time",
    Effect.fnUntraced(function*() {
      const { load } = yield* SketchParser
      const [first, ...others] = yield* Effect.all([load, load, load], { concurrency: "unbounded" })
      for (const other of others) assert.strictEqual(other, first)
      assert.include(yield* read(first!, "int x;", (root) => root.toString()), "(translation_unit ")
    }, Effect.provide(SketchParser.layer({ wasm })))
  )

  it.effect(
    "leaves V8 the flags that it had",
    Effect.fnUntraced(function*() {
      const before = cachedDataVersionTag()
      const { load } = yield* SketchParser
      const fiber = yield* Effect.forkChild(load, { startImmediately: true })
      yield* Effect.promise(() => import("web-tree-sitter"))
      yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
      assert.notStrictEqual(cachedDataVersionTag(), before)
      yield* Fiber.join(fiber)
      assert.strictEqual(cachedDataVersionTag(), before)
    }, Effect.provide(SketchParser.layer({ wasm })))
  )

  it.effect(
    "counts UTF-16 code units",
    Effect.fnUntraced(function*() {
      const parser = yield* (yield* SketchParser).load
      const text = "/* 😀é */ int x;"
      const start = yield* read(parser, text, (root) => root.lastChild?.startIndex)
      assert.strictEqual(text.slice(start), "int x;")
    }, Effect.provide(SketchParser.layer({ wasm })))
  )

  it.effect(
    "parses long sources in turns, each as if alone",
    Effect.fnUntraced(function*() {
      const parser = yield* (yield* SketchParser).load
      const sources = ["int", "char"].map((type) =>
        Array.from({ length: 300 }, (_, i) => `${type} f${i}(int a) { if (a) return a; return ${i}; }\n`).join("")
      )
      const tree = (source: string) => read(parser, source, (root) => root.toString())
      const alone = yield* Effect.forEach(sources, tree)
      const order: Array<number> = []
      const steps = sources.map((source) =>
        parser.parse(source, function*(root) {
          yield* pause
          return root.toString()
        })
      )
      const trees = sources.map(() => "")
      for (let running = 2; running > 0;) {
        for (const [index, one] of steps.entries()) {
          const { done, value } = one.next()
          if (done === true && value !== undefined) [trees[index], running] = [value as string, running - 1]
          if (done !== true) order.push(index)
        }
      }
      assert.deepStrictEqual(trees, alone)
      assert.isAbove(order.length, 6)
    }, Effect.provide(SketchParser.layer({ wasm })))
  )

  it.live(
    "fails typed, and tries again",
    Effect.fnUntraced(function*() {
      const file = join(yield* temporaryFolder, "grammar.wasm")
      yield* Effect.gen(function*() {
        const { load } = yield* SketchParser
        const error = yield* Effect.flip(load)
        assert.strictEqual(error._tag, "SketchParserUnavailable")
        assert.strictEqual(error.wasm, file)
        assert.include(error.message, file)
        copyFileSync(wasm, file)
        assert.isFalse(yield* read(yield* load, "int x;", (root) => root.hasError))
      }).pipe(
        Effect.provide(SketchParser.layer({ wasm: file, runtime: "node_modules/web-tree-sitter/web-tree-sitter.wasm" }))
      )
    })
  )
})
