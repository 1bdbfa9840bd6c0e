import { assert, describe, it } from "@effect/vitest"
import { mayBeScript, scriptNames } from "../../src/cache/linkScript.ts"

describe("scriptNames", () => {
  const table: ReadonlyArray<
    readonly [text: string, names: Partial<Readonly<Record<"scripts" | "inputs" | "folders", ReadonlyArray<string>>>>]
  > = [
    ["INCLUDE a.ld\n  INCLUDE \"b c\" ; INCLUDE d{", { scripts: ["a.ld", "b c", "d"] }],
    ["SECTIONS { .x : { INCLUDE x.ld } }", { scripts: ["x.ld"] }],
    ["/* INCLUDE no */ NOINCLUDE no", {}],
    ["INPUT(a.o, -lb \"c d.a\")", { inputs: ["a.o", "-lb", "c d.a"] }],
    ["GROUP ( a AS_NEEDED ( -lb c ) d ) STARTUP(crt.o)", { inputs: ["a", "-lb", "c", "d", "crt.o"] }],
    ["SEARCH_DIR(\"=/usr/lib\"); SEARCH_DIR(x) SEARCH_DIR($SYSROOT/y)", { folders: ["/usr/lib", "x", "/y"] }],
    ["KEEP (*(.init)) MY_INPUT(x)", {}]
  ]
  for (const [text, names] of table) {
    it(text, () => assert.deepStrictEqual(scriptNames(text), { scripts: [], inputs: [], folders: [], ...names }))
  }

  it("an object or an archive is none", () => {
    const is = (text: string) => mayBeScript(new TextEncoder().encode(text))
    for (const text of ["\x7fELF\x01", "!<arch>\n", "!<thin>\n"]) assert.isFalse(is(text), text)
    for (const text of ["", "!", "INPUT(-lc)"]) assert.isTrue(is(text), text)
  })
})
