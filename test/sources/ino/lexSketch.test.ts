import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { lexSketch, withoutAttributeMacros } from "../../../src/sources/ino/lexSketch.ts"

/** The skeleton with runs of spaces as one. */
const skeleton = (text: string) => lexSketch(text).skeleton.replace(/ +/g, " ").trim()

describe("lexSketch", () => {
  it("blanks bodies, initializers, directives and attribute macros", () => {
    assert.strictEqual(
      skeleton("#include <a.h> // {\nvoid IRAM_ATTR f(int a) { if (a) { \"}\"; } }"),
      "void f(int a) { }"
    )
    assert.strictEqual(skeleton("const int t[] PROGMEM = { 1, { 2 } };"), "const int t[] = { };")
    assert.strictEqual(skeleton("auto f() -> int { return 1; } int x{2};"), "auto f() -> int { } int x{ };")
    assert.strictEqual(skeleton("void f(S s = {1, 2}) {}"), "void f(S s = 000000) {}")
  })

  it("keeps the members of types and namespaces and what extern \"C\" holds", () => {
    assert.strictEqual(skeleton("class C { void m() { x; } };"), "class C { void m() { } };")
    assert.strictEqual(skeleton("enum class E : int { A, B };"), "enum class E : int { A, B };")
    assert.strictEqual(skeleton("extern \"C\" { void f() { x; } }"), "extern \"C\" { void f() { } }")
  })

  it("is not misled by literals and comments", () => {
    const text = "void f() { R\"x(}\"})x\"; '}'; '\"'; '\\''; \"\\\"}\"; /* } */ // }\n 1'000; }"
    assert.strictEqual(skeleton(text).replace(/\s+/g, " "), "void f() { }")
  })

  it("keeps one of the branches that leave brackets open", () => {
    assert.strictEqual(
      skeleton("#if A\nvoid f(int a) {\n#else\nvoid f() {\n#endif\n}").replace(/\s+/g, " "),
      "void f(int a) { }"
    )
    assert.strictEqual(skeleton("#if A\nprose ((\n#else\nint a;\n#endif\nint b;").replace(/\s+/g, " "), "int a; int b;")
    assert.strictEqual(skeleton("#if 0\nit's (\n#else\nint a;\n#endif").replace(/\s+/g, " "), "int a;")
    assert.strictEqual(
      skeleton("void f() {\n#if A\nif (a) {\n#else\n#endif\n#if A\n}\n#endif\n} int b;").replace(/\s+/g, " "),
      "void f() { } int b;"
    )
  })

  it("finds uses, not members", () => {
    const { macroUses, macros, uses } = lexSketch(
      "#define M g()\nstruct S { int a; void b() { c(); } }; int d = e.f->h;"
    )
    assert.deepStrictEqual(["a", "b", "f", "h", "g"].filter((name) => uses.has(name)), [])
    assert.deepStrictEqual(["c", "d", "e"].filter((name) => !uses.has(name)), [])
    assert.deepStrictEqual(macros, [{ name: "M", start: 0, end: 14, hasParameters: false, hasBraces: false }])
    assert.strictEqual(macroUses.get("g"), 0)
  })

  it("tells the extent of branches", () => {
    const text = "#if A\na\n# elif B // b\nb\n#else\nc\n#endif\nd"
    const branches = lexSketch(text).branches.map(({ construct, end, openings, start }) => [
      text.slice(start, end),
      construct.opening.slice(0, openings).join("|"),
      text.slice(construct.end)
    ])
    assert.deepStrictEqual(branches, [
      ["a\n", "#if A", "d"],
      ["b\n", "#if A|# elif B // b", "d"],
      ["c\n", "#if A|# elif B // b|#else", "d"]
    ])
  })

  it("blanks attribute macros outside of literals only", () => {
    assert.strictEqual(
      withoutAttributeMacros("IRAM_ATTR f(\"PROGMEM\") MY_ATTRIBUTE"),
      "          f(\"PROGMEM\") MY_ATTRIBUTE"
    )
  })

  it("takes literals and comments of megabytes", () => {
    const long = "x".repeat(9_000_000)
    for (const text of [`"${long}"`, `// ${long}`, `#define X ${long}`]) {
      assert.strictEqual(lexSketch(text).skeleton.length, text.length)
    }
  })

  const soup = Schema.Array(
    Schema.Literals([..."{ } ( ) \" ' \\ /* */ // R\"( )\" # = ;".split(" "), "\n", "#if A\n", "\n#endif\n", "x"])
  )
  it.prop("keeps offsets and lines", { pieces: soup }, ({ pieces }) => {
    const text = pieces.join("")
    assert.strictEqual(lexSketch(text).skeleton.replace(/[^\n]/g, " "), text.replace(/[^\n]/g, " "))
  }, { arbitrary: { runs: 200 } })
})
