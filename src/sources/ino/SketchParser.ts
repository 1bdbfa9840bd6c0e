// @effect-diagnostics nodeBuiltinImport:off -- tells V8 how to compile WebAssembly, which no Effect service models
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { setFlagsFromString } from "node:v8"
import type { Node, ParseOptions } from "web-tree-sitter"
import { pause, type Steps } from "../../domain/steps.ts"
import { Span } from "../../telemetry/names.ts"

/** A C++ parser. Its trees live in WebAssembly memory, so they are only lent. */
export interface CppParser {
  /**
   * Parses `source` and passes the root of its tree to `read`; the tree is freed afterwards, so no node may be kept. Pauses.
   * Offsets of nodes count UTF-16 code units, as JavaScript strings do. Never fails: what is not C++ is an `ERROR` node.
   */
  readonly parse: <A>(source: string, read: (root: Node) => Steps<A>) => Steps<A>
}

/** The grammar or the parser's runtime could not be loaded. */
export class SketchParserUnavailable extends Schema.TaggedError<SketchParserUnavailable>()("SketchParserUnavailable", {
  /** Path of `tree-sitter-cpp.wasm`. */
  wasm: Schema.String,
  cause: Schema.Defect()
}) {
  override get message() {
    return `cannot load the C++ grammar ${this.wasm} that .ino files are converted with: ${this.cause}`
  }
  get hint() {
    return "reinstall fbuild: this file is part of it"
  }
}

/** Where the parser's two WebAssembly modules are. */
export interface SketchParserFiles {
  /** Path of `tree-sitter-cpp.wasm`. */
  readonly wasm: string
  /** Path of `web-tree-sitter.wasm`; beside the JavaScript of `web-tree-sitter` when not given. */
  readonly runtime?: string
}

/** The parser that `.ino` files are converted with. A project without `.ino` files never loads it. */
export class SketchParser extends Context.Service<SketchParser, {
  /** The parser: loaded by the first use, shared by all later ones. A failure is not remembered. */
  readonly load: Effect.Effect<CppParser, SketchParserUnavailable>
}>()("fbuild/sources/ino/SketchParser") {
  static readonly layer = (files: SketchParserFiles) =>
    Layer.effect(
      SketchParser,
      Effect.map(
        Effect.cachedWithTTL(
          loadParser(files),
          (exit) => Exit.isSuccess(exit) ? Duration.infinity : Duration.zero
        ),
        (load) => SketchParser.of({ load })
      )
    )
}

const loadParser = Effect.fn(Span.loadParser)(function*(files: SketchParserFiles) {
  const { runtime, wasm } = files
  // Loading takes Node some steps of 5 ms. Others have their turn in between, and so that each counts by itself somebody takes it.
  const attempt = <A>(load: () => Promise<A>) =>
    Effect.raceFirst(
      Effect.tryPromise({ try: load, catch: (cause) => new SketchParserUnavailable({ wasm, cause }) }),
      Effect.forever(Effect.sleep(1))
    )
  const { Language, Parser } = yield* attempt(() => import("web-tree-sitter"))
  const language = yield* Effect.acquireUseRelease(
    setFlags(whileCompiling),
    () =>
      Effect.andThen(
        attempt(() => Parser.init(runtime === undefined ? {} : { locateFile: () => runtime })),
        attempt(() => Language.load(wasm))
      ),
    () => setFlags(otherwise)
  )
  return lend(() => new Parser().setLanguage(language))
})

/**
 * V8 would compile each function when it is first called, for up to 14 ms in which nothing else has its turn; all of them take as
 * long, in threads of its own. What is called often it would soon optimise, which takes half a second of processor time and
 * 38 MB, and pays with sketches of thousands of lines only: with so large a budget those are still optimised.
 */
const whileCompiling = ["--no-wasm-lazy-compilation", "--wasm-tiering-budget=400000000"]
/** As V8 has them; what it compiled of fbuild is kept for processes with the same flags only (`launcher/load.ts`). */
const otherwise = ["--wasm-lazy-compilation", "--wasm-tiering-budget=13000000"]

const setFlags = (flags: ReadonlyArray<string>) =>
  Effect.sync(() => {
    for (const flag of flags) setFlagsFromString(flag)
  })

/** How long the parser goes on between two pauses, ms. It tells of its progress every 10 µs; at first, when V8 compiles it, every ms. */
const parsesMillis = 1

interface TreeSitter {
  parse(source: string, old: null, options: ParseOptions): { rootNode: Node; delete(): void } | null
  delete(): void
}

const lend = (make: () => TreeSitter): CppParser => ({
  *parse(source, read) {
    // Of its own: one that pauses goes on where it was, whatever it is given.
    const parser = make()
    try {
      let end = performance.now() + parsesMillis
      // The type says that what it gives does not matter; it is what makes the parser stop.
      const options = { progressCallback: () => performance.now() >= end }
      let tree = parser.parse(source, null, options)
      while (tree === null) {
        yield* pause
        end = performance.now() + parsesMillis
        tree = parser.parse(source, null, options)
      }
      try {
        return yield* read(tree.rootNode)
      } finally {
        tree.delete()
      }
    } finally {
      parser.delete()
    }
  }
})
