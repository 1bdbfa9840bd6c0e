import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { inTurns } from "../../../src/domain/inTurns.ts"
import { convertSketch } from "../../../src/sources/ino/convertSketch.ts"
import { SketchParser } from "../../../src/sources/ino/SketchParser.ts"

const convert = Effect.fnUntraced(function*(...texts: ReadonlyArray<string>) {
  const parser = yield* (yield* SketchParser).load
  const tabs = texts.map((text, i) => ({ path: `${"abc"[i]}.ino`, text }))
  return yield* inTurns(() => convertSketch(parser, tabs))
})

/** The converted text of one tab, without the first two lines. */
const body = (text: string) => Effect.map(convert(text), (sketch) => sketch.text.split("\n").slice(2).join("\n"))

layer(SketchParser.layer({ wasm: "node_modules/tree-sitter-cpp/tree-sitter-cpp.wasm" }))("convertSketch", (it) => {
  it.effect(
    "merges tabs behind #line, those with setup or loop in front",
    Effect.fnUntraced(function*() {
      const { main, text } = yield* convert(
        "// void setup()\nint a;",
        "\uFEFFint b;\r\nvoid\r\nsetup() {}\r\n",
        "void loop() {}\n"
      )
      assert.strictEqual(main, "c.ino")
      assert.strictEqual(
        text,
        [
          "#include <Arduino.h>",
          "#line 1 \"c.ino\"",
          "#line 2 \"b.ino\"\nvoid\nsetup();",
          "#line 1 \"c.ino\"",
          "void loop() {}",
          "#line 1 \"b.ino\"\nint b;\nvoid\nsetup() {}",
          "#line 1 \"a.ino\"\n// void setup()\nint a;\n"
        ].join("\n")
      )
    })
  )

  it.effect(
    "takes no tabs and empty tabs",
    Effect.fnUntraced(function*() {
      assert.deepStrictEqual(yield* convert(), { main: "", text: "#include <Arduino.h>\n" })
      assert.deepStrictEqual(yield* convert("", "\uFEFF"), {
        main: "a.ino",
        text: "#include <Arduino.h>\n#line 1 \"a.ino\"\n#line 1 \"b.ino\"\n"
      })
    })
  )

  it.effect(
    "moves default arguments into the prototype and keeps columns",
    Effect.fnUntraced(function*() {
      assert.strictEqual(
        yield* body("void setup() {}\n  int größe(int ä = 1,\n    char b = '\"') { return ä; }\n"),
        [
          "#line 2 \"a.ino\"\n  int größe(int ä = 1,\n    char b = '\"');",
          "#line 1 \"a.ino\"\nvoid setup() {}",
          "  int größe(int ä    ,\n    char b      ) { return ä; }\n"
        ].join("\n")
      )
    })
  )

  it.effect(
    "leaves a default argument where it is if callers above cannot know its names",
    Effect.fnUntraced(function*() {
      const text = yield* body("void setup() { f(1); }\nint later = 2;\nvoid f(int a = later) {}\n")
      assert.include(text, "\nvoid f(int a );\n")
      assert.include(text, "\nvoid f(int a = later) {}\n")
    })
  )

  it.effect(
    "puts prototypes behind the types and includes they need",
    Effect.fnUntraced(function*() {
      assert.strictEqual(
        yield* body(
          "void setup() {}\n#include <Servo.h>\nvoid f(Servo s) {}\nstruct T {};\nvoid g(T t) {}\nvoid h(T t, Servo s) {}\n"
        ),
        [
          "void setup() {}\n#include <Servo.h>\nvoid f(Servo s) {}\nstruct T {};",
          "#line 6 \"a.ino\"\nvoid h(T t, Servo s);",
          "#line 5 \"a.ino\"\nvoid g(T t) {}\nvoid h(T t, Servo s) {}\n"
        ].join("\n")
      )
    })
  )

  it.effect(
    "repeats the condition around a definition",
    Effect.fnUntraced(function*() {
      assert.include(
        yield* body("void setup() {}\n#if A // a\n#elif B\nextern \"C\" {\nvoid f() {}\n}\n#endif\n"),
        [
          "#line 2 \"a.ino\"\n#if A // a\n#elif B",
          "#line 4 \"a.ino\"\nextern \"C\" {",
          "#line 5 \"a.ino\"\nvoid f();\n}\n#endif\n#line 1 \"a.ino\"\nvoid setup() {}"
        ].join("\n")
      )
    })
  )

  describe("makes no prototype of", () => {
    const others = [
      "ISR(TIMER1_COMPA_vect) { go(); }",
      "implicit() { }",
      "int main() { return 0; }",
      "void S::method() { }",
      "S::S() : a(1) { }",
      "S operator+(S a, S b) { return a; }",
      "auto deduced() { return 1; }",
      "decltype(auto) deduced() { return 1; }",
      "template<> void special<int>(int a) { }",
      "namespace n { void inner() { } }",
      "class C { void method() { } };",
      "void gone() = delete;",
      "struct P { int x; } make() { return P(); }",
      "#define TASK(n) int n; void run_##n()\nvoid TASK(x) { }",
      "#define BEGIN {\n#define END }\nvoid open() BEGIN x(); END int odd() { return 1; }",
      "auto lambda = [](int a) { return a; };",
      "void broken(int a, { }",
      "struct Open { void method() { }\nvoid other() { }"
    ]
    for (const other of others) {
      it.effect(
        other,
        Effect.fnUntraced(function*() {
          const text = `void setup() {}\n${other}\n`
          assert.strictEqual(yield* body(text), text)
        })
      )
    }
  })

  it.effect(
    "does not repeat the section of a function, nor split it from its attributes",
    Effect.fnUntraced(function*() {
      assert.strictEqual(
        yield* body("IRAM_ATTR void a() { b(); }\nvoid IRAM_ATTR b() {}\nMY_MACRO(3) int c() { return 1; }\n"),
        [
          "#line 2 \"a.ino\"\nvoid           b();",
          "#line 3 \"a.ino\"\n            int c();",
          "#line 1 \"a.ino\"\nIRAM_ATTR void a() { b(); }\nvoid IRAM_ATTR b() {}\nMY_MACRO(3) int c() { return 1; }\n"
        ].join("\n")
      )
    })
  )

  const tokens = "{ } ( ) < > [ ] ; , : :: * & # \" ' \\ /* */ // R\"( )\" é 0x1 struct template operator auto x"
    .split(" ")
  const lines =
    "void f() {|int g(int a|}\n|#if A\n|\n#else\n|\n#endif\n|\n#define X |extern \"C\" {|T t|\r\n|class C {|#if 0\n| "
  const soup = Schema.Array(Schema.Literals([...tokens, ...lines.split("|"), "IRAM_ATTR ", "using namespace n;", "\n"]))
  it.effect.prop(
    "keeps all text of any input, in order",
    { pieces: soup },
    Effect.fnUntraced(function*({ pieces }) {
      const text = pieces.join("")
      const words = text.split(/\s+/)
      const converted = (yield* convert(text)).text
      let at = converted.indexOf("#line 1 \"a.ino\"\n")
      for (const word of words) {
        at = converted.indexOf(word, at)
        assert.isAtLeast(at, 0, word)
        at += word.length
      }
    }),
    { arbitrary: { runs: 200 } }
  )
})
