import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import type { KnownMacros } from "../../src/sources/Macros.ts"
import { scanIncludes } from "../../src/sources/scanIncludes.ts"

const names = (text: string, macros?: KnownMacros) =>
  scanIncludes(text, macros).map((include) => include.name).join(" ")

const known: KnownMacros = {
  defined: new Map<string, string | number>([["AVR", 1], ["ARDUINO", 10819], ["HEADER", "<Wire.h>"]]),
  knownUndefined: new Set(["ESP32"])
}

describe("scanIncludes", () => {
  it("tells form and line, behind a BOM and with CRLF", () => {
    const text = "\uFEFF#include <SPI.h>\r\n\r\n  #  include \"a/b.h\" // c\r\n#include_next <x>\r\n#import <y>"
    assert.deepStrictEqual(scanIncludes(text), [
      { name: "SPI.h", form: "angled", line: 1 },
      { name: "a/b.h", form: "quoted", line: 3 },
      { name: "x", form: "angled", line: 4 },
      { name: "y", form: "angled", line: 5 }
    ])
  })

  const vectors: ReadonlyArray<readonly [about: string, text: string, found: string]> = [
    ["nothing", "", ""],
    ["line comment", "// #include <a>\n#include <b>", "b"],
    ["continued line comment", "// x \\\n#include <a>\n#include <b>", "b"],
    ["continued line comment, CRLF and a space", "// x \\ \r\n#include <a>\r\n#include <b>", "b"],
    ["block comment", "/* \n#include <a>\n */ #include <b>", "b"],
    ["block comment that is not closed", "#include <a>\n/* \n#include <b>", "a"],
    ["comment inside the directive", "#/**/include/**/<a>/*\n#include <b>*/\n#include <c>", "a c"],
    ["comment characters in a name", "#include <a//b.h>\n#include \"http://x\"", "a//b.h http://x"],
    ["comment start in a string", "const char *s = \"/*\";\n#include <a>\n\"*/\";", "a"],
    ["directive in a string", "char *s = \"\\\n#include <a>\\\n\";\n#include <b>", "b"],
    ["escaped quote", "char *s = \"\\\"/*\";\n#include <a>", "a"],
    ["quote as a character", "char c = '\"'; char d = '\\'';\n#include <a>", "a"],
    ["string that is not closed", "#error don't \" do\n#include <a>", "a"],
    ["digit separators", "int x = 1'000'000; /*'*/\n#include <a>", "a"],
    ["prefixed character", "auto c = u8'\"', d = L'/';\n#include <a>", "a"],
    ["raw string", "auto s = R\"x(\n#include <a>\n)\" )x\";\n#include <b>", "b"],
    ["raw string with prefix", "auto s = u8R\"(\n#include <a>\n)\", t = LR\"(\n#include <c>\n)\";\n#include <b>", "b"],
    ["identifier before a string", "auto s = FR\"(\";\n#include <a>\n", "a"],
    ["raw string that is none", "auto s = R\"a b(\";\n#include <a>", "a"],
    ["raw string that is not closed", "auto s = R\"(\n#include <a>", ""],
    ["not at the start of a line", "x #include <a>\nx \\\n#include <b>\n#include <c>", "c"],
    ["continued directive", "#include \\\n<a>\n#define X \\\n#include <b>\n#include <c>", "a c"],
    ["other directives", "#includes <a>\n#pragma include <b>\n#\n#include\n#include <c", ""],
    ["assembler", "; don't\n# comment /here\n#include \"avr/io.h\"\n ldi r16, 'a'\n#include <b>", "avr/io.h b"]
  ]
  for (const [about, text, found] of vectors) it(about, () => assert.strictEqual(names(text), found))

  const conditions: ReadonlyArray<readonly [about: string, text: string, found: string]> = [
    ["#if 0", "#if 0\n#include <a>\n#else\n#include <b>\n#endif\n#include <c>", "b c"],
    ["#if 1", "#if 1\n#include <a>\n#elif 1\n#include <b>\n#else\n#include <c>\n#endif", "a"],
    [
      "nested in a dead branch",
      "#if 0\n#if 1\n#include <a>\n#else\n#include <b>\n#endif\n#else\n#include <c>\n#endif",
      "c"
    ],
    ["known", "#ifdef AVR\n#include <a>\n#else\n#include <b>\n#endif", "a"],
    ["known not to be defined", "#ifndef ESP32\n#include <a>\n#elif 1\n#include <b>\n#endif", "a"],
    ["elif", "#if ESP32\n#include <a>\n#elif ARDUINO > 100\n#include <b>\n#else\n#include <c>\n#endif", "b"],
    ["unknown: both", "#ifdef X\n#include <a>\n#else\n#include <b>\n#endif", "a b"],
    ["unknown, then true", "#if X\n#include <a>\n#elif AVR\n#include <b>\n#else\n#include <c>\n#endif", "a b"],
    ["unknown, then false", "#if X\n#include <a>\n#elif ESP32\n#include <b>\n#else\n#include <c>\n#endif", "a c"],
    ["true, then unknown", "#if AVR\n#include <a>\n#elif X\n#include <b>\n#else\n#include <c>\n#endif", "a"],
    ["elifdef", "#ifdef ESP32\n#include <a>\n#elifdef AVR\n#include <b>\n#elifndef AVR\n#include <c>\n#endif", "b"],
    ["defined here", "#define Y 2 /* two */\n#if Y == 2\n#include <a>\n#else\n#include <b>\n#endif", "a"],
    ["undefined here", "#undef AVR\n#ifdef AVR\n#include <a>\n#else\n#include <b>\n#endif", "b"],
    ["include guard", "#ifndef G\n#define G\n#define Y 0\n#if Y\n#include <a>\n#endif\n#include <b>\n#endif", "b"],
    [
      "defined in an unknown branch",
      "#ifdef X\n#define Y 1\n#endif\n#if Y\n#include <a>\n#else\n#include <b>\n#endif",
      "a b"
    ],
    ["redefined in an unknown branch", "#ifdef X\n#undef AVR\n#else\n#ifdef AVR\n#include <a>\n#endif\n#endif", "a"],
    [
      "in a known one in an unknown one",
      "#ifdef X\n#if 1\n#undef AVR\n#endif\n#endif\n#ifdef AVR\n#include <a>\n#endif",
      "a"
    ],
    ["in a dead branch", "#if 0\n#undef AVR\n#endif\n#ifndef AVR\n#include <a>\n#endif", ""],
    ["function-like", "#define F(AVR) AVR\n#if F\n#include <a>\n#endif\n#if F(0)\n#include <b>\n#endif", "a b"],
    ["__has_include", "#if defined __has_include\n#if __has_include(<x.h>)\n#include <x.h>\n#endif\n#endif", "x.h"],
    ["continued", "#if defined(AVR) && \\\n    !defined(ESP32)\n#include <a>\n#else\n#include <b>\n#endif", "a"],
    ["comment in the condition", "#ifdef AVR /* no\n */ // x\n#include <a>\n#endif", "a"],
    ["literal in a dead branch", "#if 0\ndon't /*\n#endif\n*/\n#endif\n#include <a>", "a"],
    ["too many ends", "#endif\n#else\n#elif 0\n#include <a>", "a"],
    ["no end", "#if 0\n#include <a>", ""],
    ["by macro", "#include HEADER\n#include OTHER\n#define OTHER \"b.h\"\n#include OTHER", "Wire.h b.h"]
  ]
  for (const [about, text, found] of conditions) {
    it(`condition: ${about}`, () => assert.strictEqual(names(text, known), found))
  }

  const noise = [
    "// #include <no>\n",
    "/* #include <no>\n#include <no> */\n",
    "const char* s = \"#include <no> /* \\\" //\";\n",
    "auto r = R\"d(\n#include <no>\n)\" // )d\";\n",
    "char c = '\\''; char q = '\"';\n",
    "int big = 1'000'000;\n",
    "#define M(x) \\\n  \"#include <no>\" x \\\n#include <no>\n",
    "#if 0\n#include <no>\n#endif\n",
    "// line \\\n#include <no>\n",
    "\r\n\t \n"
  ]
  const Part = Schema.Struct({
    noise: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: noise.length - 1 })),
    include: Schema.Boolean,
    comment: Schema.String.check(Schema.isPattern(/^[a-z'" ]{0,6}$/))
  })
  it.prop("finds exactly the includes among noise", { parts: Schema.Array(Part), crlf: Schema.Boolean }, (input) => {
    const text = input.parts.map((part, at) =>
      noise[part.noise]! + (part.include ? ` # include <h${at}.h> // ${part.comment}\n` : `/*${part.comment}*/\n`)
    ).join("")
    const expected = input.parts.flatMap((part, at) => part.include ? [`h${at}.h`] : [])
    const found = scanIncludes(input.crlf ? text.replaceAll(/\r?\n/g, "\r\n") : text)
    assert.deepStrictEqual(found.map((include) => include.name), expected)
    const lines = text.split("\n")
    for (const { line, name } of found) assert.include(lines[line - 1], `<${name}>`)
  }, { arbitrary: { runs: 200 } })

  it.prop("ends on any text", { text: Schema.String }, ({ text }) => {
    assert.isArray(scanIncludes(text.replaceAll("a", "\n#if ").replaceAll("b", "R\"(").replaceAll("c", "\\\n")))
  }, { arbitrary: { runs: 200 } })

  describe("is linear: 10 MB of", () => {
    const size = 10_000_000
    const kinds: Readonly<Record<string, string>> = {
      code: "  digitalWrite(LED_BUILTIN, HIGH); // on\n  x = \"text\" + 'c' * 1'000;\n",
      includes: "#include <SPI.h>\n",
      conditions: "#if defined(A) && B > 2\n#define C 1\n#endif\n",
      "open conditions": "#if X\n#define Y 1\n",
      "raw strings that are not closed": "R\"x(\n",
      "raw strings that are none": "R\"x y\n",
      "open comments": "/* ",
      "line continuations": "// \\\n",
      "open strings": "\"\\\n",
      "backslashes": "\\ \\",
      "open header names": "#include <x\n",
      "one long line": "a",
      "one long condition": "(1||",
      "nul bytes": "\0"
    }
    for (const [kind, unit] of Object.entries(kinds)) {
      it(kind, () => {
        const text = (kind === "one long condition" ? "#if " : "") + unit.repeat(Math.ceil(size / unit.length))
        const started = performance.now()
        scanIncludes(text)
        // About 0.1 s in a quiet process; anything that is not linear takes minutes.
        assert.isBelow(performance.now() - started, 10_000)
      })
    }
  })
})
