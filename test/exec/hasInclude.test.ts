import { assert, describe, it } from "@effect/vitest"
import { askedByMacro, askedFor, asksByMacro, namesAll } from "../../src/exec/hasInclude.ts"
import { searchOf } from "../../src/exec/searchOf.ts"

const search = searchOf(["avr-gcc", "-Ia"], ["src/main.c"])
const asked = (text: string) => askedFor(text, search).map((place) => place.join("/"))

describe("__has_include", () => {
  it("asks for names, however they are written", () => {
    assert.deepStrictEqual(asked("#if __has_include(\"x.h\")"), ["src/x.h", "a/x.h", "src/x.h", "a/x.h"])
    assert.includeMembers(asked("#if __has_include \\\n (<s/x.h>)"), ["a/s/x.h"])
    assert.includeMembers(asked("#if __has_include_next(/* see */ <x.h>)"), ["a/x.h"])
    assert.includeMembers(asked("#if __has_include(\"/abs/x.h\")"), ["/abs/x.h"])
    assert.deepStrictEqual(asked("#ifdef __has_include"), [])
  })

  it("asks for what macros stand for", () => {
    assert.isTrue(asksByMacro("#if __has_include(NAME)"))
    assert.isTrue(asksByMacro("#if __has_include(/* */ \\\nNAME)"))
    assert.isFalse(asksByMacro("#if __has_include(\"NAME\")"))
    const places = askedByMacro(["#define NAME \"x.h\"", "HAS(<y.h>)", "-DZ=\"z.h\""], search)
    assert.includeMembers(places.map((place) => place.join("/")), ["a/x.h", "a/y.h", "a/z.h"])
  })

  const asks = "#if __has_include(NAME)\n"
  const table: ReadonlyArray<readonly [text: string, names: boolean, words?: ReadonlyArray<string>]> = [
    ["#define NAME \"x.h\"\n#if __has_include(NAME)", true],
    [`#define NAME <s/x.h>\n${asks}`, true],
    [`#define OTHER "x.h"\n#define NAME OTHER\n${asks}`, true],
    [`#define NAME NAME\n${asks}`, true],
    [asks, true, ["-DNAME=\"x.h\""]],
    [asks, true, ["-D", "NAME=<x.h>"]],
    ["#define HAS(x) __has_include(x)\n#if HAS(\"x.h\") && HAS(<y.h>)", true],
    ["#define HAS(...) __has_include(__VA_ARGS__)\n#if HAS(\"x.h\")", true],
    ["#if defined(__has_include) && __has_include(<new>)", true],
    ["// __has_include(STR(x.h))", true],
    ["#define STR(x) #x\n#if __has_include(STR(x.h))", false],
    [`#define STR(x) #x\n#define NAME STR(x.h)\n${asks}`, false],
    [`#define DIR s\n#define NAME <DIR/x.h>\n${asks}`, false],
    [asks, false, ["-DNAME=STR(x.h)"]],
    [asks, false, ["-D", "NAME=STR(x.h)"]],
    ["#define HAS(x) __has_include(x)\n#if HAS(STR(x.h))", false],
    ["#define HAS(x) __has_include(x)\n#define BOTH(a) HAS(a)\n#if BOTH(STR(x.h))", false],
    ["#define HAS(...) __has_include(__VA_ARGS__)\n#if HAS(STR(x.h))", false],
    ["#define STR(x) #x\n#if __has_include( \\\n STR(x.h))", false]
  ]
  for (const [text, names, words = []] of table) {
    it(`${JSON.stringify(text)} ${words.join(" ")} ${names ? "names all" : "does not tell"}`, () =>
      assert.strictEqual(namesAll([text], words), names))
  }
})
