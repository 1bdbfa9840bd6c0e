import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { copyFileSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { SketchParser } from "../../../src/sources/ino/SketchParser.ts"

const wasm = "node_modules/tree-sitter-cpp/tree-sitter-cpp.wasm"

const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "fbuild-parser-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
)

describe("SketchParser", () => {
  it.effect(
    "is loaded once, however many ask at the same time",
    Effect.fnUntraced(function*() {
      const { load } = yield* SketchParser
      const [first, ...others] = yield* Effect.all([load, load, load], { concurrency: "unbounded" })
      for (const other of others) assert.strictEqual(other, first)
      assert.strictEqual(first?.parse("int x;", (root) => root.toString()).slice(0, 18), "(translation_unit ")
    }, Effect.provide(SketchParser.layer({ wasm })))
  )

  it.effect(
    "counts UTF-16 code units",
    Effect.fnUntraced(function*() {
      const parser = yield* (yield* SketchParser).load
      const text = "/* 😀é */ int x;"
      const start = parser.parse(text, (root) => root.lastChild?.startIndex)
      assert.strictEqual(text.slice(start), "int x;")
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
        assert.strictEqual((yield* load).parse("int x;", (root) => root.hasError), false)
      }).pipe(
        Effect.provide(SketchParser.layer({ wasm: file, runtime: "node_modules/web-tree-sitter/web-tree-sitter.wasm" }))
      )
    })
  )
})
