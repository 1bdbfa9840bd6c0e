import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type IniDocument, mergeDocuments, parseIni } from "../../src/config/parseIni.ts"

const parse = (text: string) => Result.getOrThrow(parseIni("platformio.ini", text))
const failure = (text: string) => Result.getOrThrow(Result.flip(parseIni("platformio.ini", text)))

const plain = (document: IniDocument) =>
  Object.fromEntries(Array.from(document.sections.values(), (section) => [
    section.name,
    Object.fromEntries(Array.from(section.entries.values(), (entry) => [entry.key, entry.value]))
  ]))

describe("parseIni", () => {
  it("reads sections, keys and values with their places", () => {
    const document = parse("; head\n\n[env:uno]\nboard = uno\n\tBuild_Flags: -DX=1\n")
    const entries = document.sections.get("env:uno")!.entries
    assert.strictEqual(document.sections.get("env:uno")!.line, 3)
    assert.deepStrictEqual(entries.get("board"), {
      key: "board",
      value: "uno\nBuild_Flags: -DX=1",
      valueLines: [4, 5],
      path: "platformio.ini",
      line: 4,
      column: 1
    })
  })

  it("knows the line of each line of a value", () => {
    const document = parse("[a]\nx =\n\n  ; about one\n  one\n\n  # about two\n  two ; here\n\ny =\nz = three")
    const lines = Array.from(
      document.sections.get("a")!.entries.values(),
      ({ value, valueLines }) => [value, valueLines]
    )
    assert.deepStrictEqual(lines, [["one\n\ntwo", [5, 6, 8]], ["", []], ["three", [11]]])
  })

  // Expectations of this table were taken from Python 3.11's configparser with inline_comment_prefixes ("#", ";").
  const table: ReadonlyArray<readonly [name: string, text: string, expected: unknown]> = [
    ["src_dir = custom_src ; note", "[a]\nsrc_dir = custom_src ; note", { a: { src_dir: "custom_src" } }],
    ["tab before a comment", "[a]\nx = y\t# z", { a: { x: "y" } }],
    ["no white space, no comment", "[a]\nx=a;b#c\nu = https://h/r#v1 ; d", { a: { x: "a;b#c", u: "https://h/r#v1" } }],
    ["value that begins with a comment sign", "[a]\nx=;z\ny = #include", { a: { x: ";z", y: "" } }],
    ["first of = and :", "[a]\nx : a=b\ny = c:d", { a: { x: "a=b", y: "c:d" } }],
    ["all indented alike: keys, not continuations", "[a] ; c\n  x = 1\n  y = 2\n", { a: { x: "1", y: "2" } }],
    ["less indented: a key", "[a]\n  x = 1\n y = 2\n   z = 3\n", { a: { x: "1", y: "2\nz = 3" } }],
    ["an indented header within a value", "[a]\nx = 1\n  [b]\ny=2\n", { a: { x: "1\n[b]", y: "2" } }],
    ["comments and blank lines within a value", "[a]\nx =\n  b\n; c\n  # d\n\n  e ; f\n\ny=1", {
      a: { x: "b\n\ne", y: "1" }
    }],
    ["keys in lower case", "[A]\nFoo = Bar", { A: { foo: "Bar" } }],
    ["empty file", "", {}]
  ]
  for (const [name, text, expected] of table) {
    it(name, () => assert.deepStrictEqual(plain(parse(text)), expected))
  }

  it("CRLF, lone CR and a byte order mark change nothing", () => {
    const text = "[env:ünö]\nboard = uno\nbuild_flags =\n  -DA\n\n  -DÄ=\"é x\"\n"
    const expected = plain(parse(text))
    assert.deepStrictEqual(plain(parse(text.replaceAll("\n", "\r\n"))), expected)
    assert.deepStrictEqual(plain(parse(text.replaceAll("\n", "\r"))), expected)
    assert.deepStrictEqual(plain(parse(`\uFEFF${text}`)), expected)
    assert.strictEqual(expected["env:ünö"]!["build_flags"], "-DA\n\n-DÄ=\"é x\"")
  })

  it("line numbers count CRLF once", () => {
    assert.strictEqual(parse("[a]\r\n\r\nx = 1\r\n").sections.get("a")!.entries.get("x")!.line, 3)
  })

  const errors: ReadonlyArray<readonly [text: string, tag: string, line: number, column: number]> = [
    ["[a]\n  garbage here", "BadLine", 2, 3],
    ["[a]\n= 2", "BadLine", 2, 1],
    ["[a\nx = 1", "BadLine", 1, 1],
    ["[]\n", "BadLine", 1, 1],
    ["x = 1\n[a]", "KeyBeforeSection", 1, 1],
    ["[a]\nx = 1\n[b]\n[a]", "DuplicateSection", 4, 1],
    ["[a]\nx = 1\n; c\nX = 2", "DuplicateKey", 4, 1]
  ]
  for (const [text, tag, line, column] of errors) {
    it(`${tag}: ${JSON.stringify(text)}`, () => {
      const error = failure(text)
      assert.deepStrictEqual([error.problem._tag, error.path, error.line, error.column], [
        tag,
        "platformio.ini",
        line,
        column
      ])
    })
  }

  it("duplicates name both places", () => {
    assert.strictEqual(
      failure("[a]\nx = 1\nx = 2").message,
      `platformio.ini:3:1: "x" again in [a], first on line 2`
    )
  })

  it("mergeDocuments: the extra file overrides single keys and adds sections", () => {
    const extra = Result.getOrThrow(parseIni("extra.ini", "[a]\ny = 3\n[b]\nz = 4"))
    const merged = mergeDocuments(parse("[a]\nx = 1\ny = 2"), extra)
    assert.deepStrictEqual(plain(merged), { a: { x: "1", y: "3" }, b: { z: "4" } })
    assert.strictEqual(merged.sections.get("a")!.entries.get("y")!.path, "extra.ini")
  })

  const Word = Schema.String.check(Schema.isPattern(/^[a-zäλ][a-z0-9_äλ.]{0,8}$/))
  const Line = Schema.String.check(Schema.isPattern(/^[!-"$-:<-~äλ][ -"$-:<-~äλ]{0,12}[!-"$-:<-~äλ]$/))
  const Document = Schema.Record(Word, Schema.Record(Word, Schema.Array(Line)))

  it.prop("printing and parsing gives the same document", { document: Document }, ({ document }) => {
    const text = Object.entries(document).map(([section, entries]) =>
      `[${section}]\n` +
      Object.entries(entries).map(([key, lines]) => `${key} =\n${lines.map((line) => `    ${line}\n`).join("")}`).join(
        ""
      )
    ).join("\n")
    const expected = Object.fromEntries(
      Object.entries(document).map(([section, entries]) => [
        section,
        Object.fromEntries(Object.entries(entries).map(([key, lines]) => [key, lines.join("\n")]))
      ])
    )
    assert.deepStrictEqual(plain(parse(text)), expected)
  }, { arbitrary: { runs: 100 } })

  it.prop("any text gives a document or an error within it", { text: Schema.String }, ({ text }) => {
    const result = parseIni("platformio.ini", text)
    if (Result.isFailure(result)) assert.isAtMost(result.failure.line!, text.split(/\r\n|\n|\r/).length)
  }, { arbitrary: { runs: 100 } })
})
