import { assert, describe, it } from "@effect/vitest"
import { askedByMacro, askedFor, asksByMacro } from "../../src/exec/hasInclude.ts"
import { searchOf } from "../../src/exec/searchOf.ts"

const search = searchOf(["avr-gcc", "-Ia"], ["src/main.c"])
const asked = (text: string) => askedFor(text, search).map((place) => place.join("/"))

describe("__has_include", () => {
  it("asks for names, however they are written", () => {
    assert.deepStrictEqual(asked("#if __has_include(\"x.h\")"), ["src/x.h", "a/x.h", "src/x.h", "a/x.h"])
    assert.includeMembers(asked("#if __has_include \\\n (<s/x.h>)"), ["a/s/x.h"])
    assert.includeMembers(asked("#if __has_include_next(/* see */ <x.h>)"), ["a/x.h"])
    assert.includeMembers(asked("#if __has_include(\"/abs/x.h\")"), ["/abs/x.h"])
    assert.includeMembers(asked("#if __has_include__(<x.h>)"), ["a/x.h"])
    assert.includeMembers(asked("#if __has_\\\ninclude(<x.h>)"), ["a/x.h"])
    assert.includeMembers(asked("#if __has_inc\\ \t\r\n\\\nlude(<x\\\n.h>)"), ["a/x.h"])
    assert.includeMembers(asked("#if __has??/\n_include(<x.h>)"), ["a/x.h"])
    assert.deepStrictEqual(asked("#ifdef __has_include"), [])
  })

  it("asks for what macros stand for", () => {
    assert.isTrue(asksByMacro("#if __has_include(NAME)"))
    assert.isTrue(asksByMacro("#if __has_include(/* */ \\\nNAME)"))
    assert.isTrue(asksByMacro("#if __has_\\\ninclude(NAME)"))
    assert.isTrue(asksByMacro("#define ASK __has_include\n"))
    assert.isFalse(asksByMacro("#if __has_include(\"NAME\")"))
    assert.isFalse(asksByMacro("#define CAN_ASK defined(__has_include)\n#ifndef __has_include\n"))
  })

  const asks = "#if __has_include(NAME)\n"
  /** The names that are asked for; `undefined`: there is no telling. */
  const table: ReadonlyArray<
    readonly [text: string, names: ReadonlyArray<string> | undefined, words?: ReadonlyArray<string>]
  > = [
    ["#define NAME \"x.h\"\n#if __has_include(NAME)", ["x.h"]],
    [`#define NAME <s/x.h>\n${asks}`, ["s/x.h"]],
    [`#define NAME "my own ~ x.h"\n${asks}`, ["my own ~ x.h"]],
    [`#define OTHER "x.h"\n#define NAME OTHER\n${asks}`, ["x.h"]],
    [`#if A\n#define NAME "x.h"\n#else\n#define NAME <y.h>\n#endif\n${asks}`, ["x.h", "y.h"]],
    [`#define NAME NAME\n${asks}`, []],
    [`print("no.h");\n${asks}`, []],
    [asks, ["x.h"], ["-DNAME=\"x.h\""]],
    [asks, ["x.h"], ["-D", "NAME=<x.h>"]],
    [asks, ["x.h"], ["-Wp,-D,NAME=<x.h>"]],
    [asks, ["x.h"], ["-Xpreprocessor", "-D", "-Xpreprocessor", "NAME=<x.h>"]],
    [asks, ["x.h"], ["--define-macro", "NAME=<x.h>"]],
    ["#define HAS(x) __has_include(x)\n#if HAS(\"x.h\") && HAS(<y.h>)", ["x.h", "y.h"]],
    ["#define HAS(n, x) __has_include(x)\n#if HAS(STR(a, b), \"x.h\")", ["x.h"]],
    ["#define HAS(...) __has_include(__VA_ARGS__)\n#if HAS(\"x.h\")", ["x.h"]],
    ["#define HAS(name...) __has_include(name)\n#if HAS(\"x.h\")", ["x.h"]],
    ["#if defined(__has_include) && __has_include(<new>)", ["new"]],
    ["// __has_include(STR(x.h))\n/*\n#if __has_include(STR(x.h))\n*/", []],
    ["#define STR(x) #x\n#if __has_include(STR(x.h))", undefined],
    [`#define NAME <x##y.h>\n${asks}`, undefined],
    [`#define STR(x) #x\n#define NAME STR(x.h)\n${asks}`, undefined],
    [`#define DIR s\n#define NAME <DIR/x.h>\n${asks}`, undefined],
    [asks, undefined, ["-DNAME=STR(x.h)"]],
    [asks, undefined, ["-D", "NAME=STR(x.h)"]],
    ["#define HAS(x) __has_include(x)\n#if HAS(STR(x.h))", undefined],
    ["#define HAS(n, x) __has_include(x)\n#if HAS(\"n.h\", STR(x.h))", undefined],
    ["#define HAS(x) __has_include(x)\n#define BOTH(a) HAS(a)\n#if BOTH(STR(x.h))", undefined],
    ["#define HAS(...) __has_include(__VA_ARGS__)\n#if HAS(STR(x.h))", undefined],
    ["#define STR(x) #x\n#if __has_include( \\\n STR(x.h))", undefined],
    ["#define STR(x) #x\n%:if __has_\\\ninclude(STR(x.h))", undefined],
    ["#define STR(x) #x\n??=if __has_include(STR(x.h))", undefined],
    ["char *a = \"/*\";\n#if __has_include(STR(x.h))\nchar *b = \"*/\";", undefined],
    ["#define ASK __has_include\n#if ASK(\"x.h\")", undefined]
  ]
  for (const [text, names, words = []] of table) {
    it(`${JSON.stringify(text)} ${words.join(" ")}: ${names === undefined ? "no telling" : `[${names.join()}]`}`, () => {
      const places = names?.flatMap((name) => [`src/${name}`, `a/${name}`])
      assert.deepStrictEqual(askedByMacro([text], words, search)?.map((place) => place.join("/")), places)
    })
  }
})
