import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { accepts, defaultSrcFilter, mayContain, parseSrcFilter, startingPoints } from "../../src/sources/srcFilter.ts"

const src = "/home/u/.work/my [x] project/src"
const parse = (text: string) => Result.getOrThrow(parseSrcFilter(text, src))
const compiles = (text: string, path: string) => accepts(parse(text), path.startsWith("/") ? path : `${src}/${path}`)
const sketch = (filter: string) => accepts(parse(filter), `${src}/x.ino`, `${src}/x.ino.cpp`)
const failure = (text: string) => {
  const { column, found } = Result.getOrThrow(Result.flip(parseSrcFilter(text, src)))
  return [found, column]
}

describe("srcFilter", () => {
  const vectors: ReadonlyArray<readonly [filter: string, path: string, compiled: boolean]> = [
    [defaultSrcFilter, "main.cpp", true],
    [defaultSrcFilter, "a/b/c.c", true],
    [defaultSrcFilter, ".git/x.c", false],
    ["+<*>\n-<generated/>", "generated/a.cpp", false],
    ["+<*>\n-<generated/>", "main.cpp", true],
    ["+<*> -<generated>", "generated/deep/a.cpp", false],
    ["+<main.cpp>", "main.cpp", true],
    // PlatformIO: a pattern is a path from src_dir, never a name at any depth.
    ["+<main.cpp>", "sub/main.cpp", false],
    ["+<sub/*.cpp>", "sub/a.cpp", true],
    ["+<sub/*.cpp>", "sub/x/a.cpp", false],
    ["+<sub/**>", "sub/x/a.cpp", true],
    ["+<sub/**>", "subway/a.cpp", false],
    ["+<**/*.c>", "a.c", true],
    ["+<**/*.c>", "x/y/a.c", true],
    ["+<**/*.c>", "x/y/a.cpp", false],
    ["+<x/**/y/*.c>", "x/y/a.c", true],
    ["+<x/**/y/*.c>", "x/1/2/y/a.c", true],
    ["+<x/**/y/*.c>", "x/1/2/a.c", false],
    ["+<*> -<legacy>", "legacy", false],
    ["+<*> -<legacy/>", "legacy", true],
    ["+<a.cpp>, -<a.cpp>", "a.cpp", false],
    ["-<a.cpp> +<a.cpp>", "a.cpp", true],
    // PlatformIO starts from nothing.
    ["-<a.cpp>", "b.cpp", false],
    ["", "b.cpp", false],
    ["+<*.c*>", "a.cc", true],
    ["+<a?.c>", "ab.c", true],
    ["+<a?.c>", "a.c", false],
    ["+<[ab].c>", "b.c", true],
    ["+<[!ab].c>", "b.c", false],
    ["+<[!ab].c>", "c.c", true],
    ["+<[a-c]x.c>", "bx.c", true],
    ["+<[]x].c>", "].c", true],
    ["+<[x.c>", "[x.c", true],
    ["+<a+b(1).c>", "a+b(1).c", true],
    ["+<my dir/a.c>", "my dir/a.c", true],
    ["+<sub\\a.c>", "sub/a.c", true],
    ["+<./sub/../a.c>", "a.c", true],
    ["+<.>", "sub/a.c", true],
    ["+<*>", "._main.cpp", false],
    ["+<*>", "sub/.cache/a.c", false],
    ["+<.hidden/>", ".hidden/a.c", true],
    ["+<.hid*/>", ".hidden/a.c", true],
    ["+<../shared/>", "/home/u/.work/my [x] project/shared/a.c", true],
    ["+<../shared/>", "main.c", false],
    ["+<../>", "main.c", true],
    ["+<../*/a.c>", "a.c", true],
    ["+</opt/x/*.c>", "/opt/x/a.c", true],
    ["+</opt/x/*.c>", "opt/x/a.c", false]
  ]
  for (const [filter, path, compiled] of vectors) {
    it(`${JSON.stringify(filter)} ${compiled ? "takes" : "leaves"} ${path}`, () => {
      assert.strictEqual(compiles(filter, path), compiled)
    })
  }

  it("a sketch goes by the name of its C++ file too", () => {
    assert.deepStrictEqual(["+<*.cpp>", "+<*> -<x.ino>", "+<*.ino>", "+<*.c>"].map(sketch), [true, false, true, false])
  })

  it("bad syntax is an error with its place", () => {
    assert.deepStrictEqual(failure("*.cpp"), ["*.cpp", 1])
    assert.deepStrictEqual(failure("+<*>,\n  -legacy/"), ["-legacy/", 9])
    assert.deepStrictEqual(failure("+<*> -<a b"), ["-<a", 6])
    assert.deepStrictEqual(failure("+<>"), ["+<>", 1])
    assert.deepStrictEqual(failure("+< >"), ["+< >", 1])
  })

  it("says where a walk starts and which folders it may leave out", () => {
    const filter = parse("+<a/*.c> +<../shared/> -<b/>")
    assert.deepStrictEqual(startingPoints(filter), [`${src}/a`, "/home/u/.work/my [x] project/shared"])
    const may = (path: string) => mayContain(filter, `${src}/${path}`)
    assert.deepStrictEqual([may("a"), may("a/x.c"), may("a/x"), may("b"), may("../b")], [
      true,
      true,
      false,
      false,
      false
    ])
    assert.isFalse(mayContain(parse("+<*>"), `${src}/.git`))
    assert.isTrue(mayContain(parse("+<.git/*.c>"), `${src}/.git`))
  })

  const Name = Schema.String.check(Schema.isPattern(/^[A-Za-z0-9_ äß()+*?[\]-][A-Za-z0-9_. äß()+-]{0,8}$/))
  const Path = Schema.NonEmptyArray(Name)
  it.prop("+<*> takes every path without dotted names", { names: Path }, ({ names }) => {
    assert.isTrue(compiles("+<*>", names.join("/")))
    assert.isTrue(compiles("+<**>", names.join("/")))
  }, { arbitrary: { runs: 100 } })

  it.prop("a folder is entered if anything in it is taken", { names: Path }, ({ names }) => {
    for (const text of ["+<*>", "+<**/*a*>", "+<?/*>", "+<../src/*/>"]) {
      const filter = parse(text)
      if (!accepts(filter, `${src}/${names.join("/")}`)) continue
      for (let depth = 1; depth < names.length; depth++) {
        assert.isTrue(mayContain(filter, `${src}/${names.slice(0, depth).join("/")}`))
      }
    }
  }, { arbitrary: { runs: 100 } })
})
