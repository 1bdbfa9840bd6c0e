import { assert, describe, it } from "@effect/vitest"
import { compileDatabase } from "../../src/artifacts/compileDatabase.ts"
import { action, graphOf } from "../plan/actions.ts"

const database = (...[dir, graphs]: Parameters<typeof compileDatabase>) => [...compileDatabase(dir, graphs)].join("")

describe("compileDatabase", () => {
  const graph = graphOf(
    action("out/a.o", ["src/a.cpp"]),
    action("out/b.o", ["src/b.c", "out/hook"], { mnemonic: "CCompile" }),
    action("out/s.o", ["src/s.S"], { mnemonic: "Assemble" }),
    action("out/elf", ["out/a.o"], { mnemonic: "Link" })
  )

  it("has an entry for everything that is compiled", () => {
    assert.deepStrictEqual(JSON.parse(database("/my project", [graph])), [
      {
        directory: "/my project",
        file: "src/a.cpp",
        arguments: ["/bin/sh", "src/a.cpp", "-o", "out/a.o"],
        output: "out/a.o"
      },
      {
        directory: "/my project",
        file: "src/b.c",
        arguments: ["/bin/sh", "src/b.c", "out/hook", "-o", "out/b.o"],
        output: "out/b.o"
      },
      {
        directory: "/my project",
        file: "src/s.S",
        arguments: ["/bin/sh", "src/s.S", "-o", "out/s.o"],
        output: "out/s.o"
      }
    ])
  })

  it("is one entry a line, ending in a newline", () => {
    const text = database("/p", [graph])
    assert.strictEqual(text.split("\n").length, 4)
    assert.isTrue(text.endsWith("]\n"))
    assert.strictEqual(database("/p", []), "[]\n")
  })

  it("the first environment that compiles a file wins", () => {
    const other = graphOf(action("two/a.o", ["src/a.cpp"]), action("two/c.o", ["src/c.cpp"]))
    const entries: ReadonlyArray<{ readonly output: string }> = JSON.parse(database("/p", [graph, other]))
    assert.deepStrictEqual(entries.map(({ output }) => output), ["out/a.o", "out/b.o", "out/s.o", "two/c.o"])
  })

  it("keeps arguments that look like its own punctuation", () => {
    const argv = ["/bin/sh", "-DX={{1},{2}}", "},{", "[{", "}]", "\"quoted\"", "\\", "ä\u2028"]
    const entries = JSON.parse(database("/p", [graphOf(action("o", ["c"], { argv }), action("p", ["d"]))]))
    assert.deepStrictEqual(entries[0].arguments, argv)
  })
})
