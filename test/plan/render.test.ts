import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { execFileSync } from "node:child_process"
import { dot, shellCommand, shellQuote } from "../../src/plan/render.ts"
import { action, graphOf, path } from "./actions.ts"

describe("shellQuote", () => {
  it("leaves plain words alone", () => {
    for (const word of ["-O2", "-DX=1", "/a/b.c", "a,b", "%s", "x@y:z", "-std=gnu++11"]) {
      assert.strictEqual(shellQuote(word), word)
    }
  })

  it("quotes what a shell would read", () => {
    assert.strictEqual(shellQuote(""), "''")
    assert.strictEqual(shellQuote("-DX=\"a b\""), "'-DX=\"a b\"'")
    assert.strictEqual(shellQuote("it's"), `'it'\\''s'`)
    assert.strictEqual(shellQuote("~"), "'~'")
  })

  // A word of a command line cannot hold NUL; half a surrogate pair has no UTF-8.
  const Word = Schema.String.pipe(
    Schema.check(Schema.makeFilter((text) => !text.includes("\0") && text.isWellFormed()))
  )
  it.prop("comes through /bin/sh as it was", { words: Schema.Array(Word) }, ({ words }) => {
    const script = `for word in ${words.map(shellQuote).join(" ")}; do printf '%s\\0' "$word"; done`
    const output = execFileSync("/bin/sh", ["-c", script], { encoding: "utf8" })
    assert.deepStrictEqual(output.split("\0").slice(0, -1), words)
  }, { arbitrary: { runs: 100 } })

  it("comes through /bin/sh, whatever the character", () => {
    const characters = Array.from({ length: 255 }, (_, code) => `a${String.fromCharCode(code + 1)}b`)
    const script = `printf '%s\\0' ${characters.map(shellQuote).join(" ")}`
    const output = execFileSync("/bin/sh", ["-c", script], { encoding: "utf8" })
    assert.deepStrictEqual(output.split("\0").slice(0, -1), characters)
  })
})

describe("shellCommand", () => {
  it("shows where stdout goes", () => {
    const size = action("b d/size", ["elf"], { argv: ["/usr/bin/size", "-A", "elf"], stdout: path("b d/size") })
    assert.strictEqual(shellCommand(size), "/usr/bin/size -A elf > 'b d/size'")
  })

  it("is empty for a step without a process", () => {
    assert.strictEqual(shellCommand(action("x", [], { argv: [] })), "")
  })
})

describe("dot", () => {
  it("draws one node an action, and edges along the files", () => {
    const graph = graphOf(
      action("elf", ["a.o", "b\"\\.o"], { mnemonic: "Link" }),
      action("a.o", ["a.cpp"]),
      action("b\"\\.o", ["b.c"], { mnemonic: "CCompile" })
    )
    assert.strictEqual(
      dot(graph, "my \"env\""),
      [
        "digraph \"my \\\"env\\\"\" {",
        "  rankdir=LR;",
        "  node [shape=box];",
        "  a0 [label=\"CxxCompile\\na.o\"];",
        "  a1 [label=\"CCompile\\nb\\\"\\\\.o\"];",
        "  a2 [label=\"Link\\nelf\"];",
        "  a0 -> a2;",
        "  a1 -> a2;",
        "}",
        ""
      ].join("\n")
    )
  })
})
