import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import { inTurns } from "../../../src/domain/inTurns.ts"
import { convertSketch } from "../../../src/sources/ino/convertSketch.ts"
import { SketchParser } from "../../../src/sources/ino/SketchParser.ts"
import { oddSketches } from "./oddSketches.ts"
import { sketches } from "./sketches.ts"

const arduino = "/usr/share/arduino/hardware/arduino/avr"
const flags = [
  "-x c++ - -fsyntax-only -Os -fno-diagnostics-color -std=gnu++11 -mmcu=atmega328p",
  "-DF_CPU=16000000L -DARDUINO=10808 -DARDUINO_AVR_UNO -DARDUINO_ARCH_AVR",
  `-I${arduino}/cores/arduino -I${arduino}/variants/standard`,
  `-I${arduino}/libraries/EEPROM/src -I${arduino}/libraries/SPI/src`
].flatMap((line) => line.split(" "))

/** What avr-g++ writes about a sketch. */
const compile = Effect.fnUntraced(function*(files: Record<string, string>) {
  const parser = yield* (yield* SketchParser).load
  const tabs = Object.entries(files).map(([path, text]) => ({ path, text }))
  const { text } = yield* inTurns(() => convertSketch(parser, tabs))
  return yield* Effect.sync(() => {
    const { status, stderr } = spawnSync("/usr/bin/avr-g++", flags, { input: text, encoding: "utf8", env: {} })
    return { status, stderr }
  })
})

layer(SketchParser.layer({ wasm: "node_modules/tree-sitter-cpp/tree-sitter-cpp.wasm" }))("avr-g++", (it) => {
  for (const [name, files] of Object.entries({ ...sketches, ...oddSketches })) {
    it.effect(
      `accepts: ${name}`,
      Effect.fnUntraced(function*() {
        const { status, stderr } = yield* compile(files)
        assert.notInclude(stderr, "error:")
        assert.strictEqual(status, 0)
      })
    )
  }

  it.effect(
    "names tab, line and column of errors",
    Effect.fnUntraced(function*() {
      const { stderr } = yield* compile({
        "my \"sketch\"/main.ino": "\uFEFFvoid setup() {\r\n  f(1); g();\r\n}\r\nvoid loop() {\r\n  here;\r\n}\r\n",
        "my \"sketch\"/tab.ino": [
          "struct Known {};",
          "void f(int a, int b = 2) { there; }",
          "void g(int c = 1) { (void) c; }",
          "  int broken(Nonsense n);",
          "",
          "  int alsoBroken(int ok,",
          "    Gibberish n = 3) { return 1; }",
          "int last = nothing;"
        ].join("\n")
      })
      for (
        const place of [
          "my \"sketch\"/main.ino:5:3:",
          // Behind a default argument that moved.
          "my \"sketch\"/tab.ino:2:28:",
          "my \"sketch\"/tab.ino:4:14:",
          // In a prototype.
          "my \"sketch\"/tab.ino:7:5:",
          "my \"sketch\"/tab.ino:8:12:"
        ]
      ) assert.include(stderr, `${place} error:`)
    })
  )
})
