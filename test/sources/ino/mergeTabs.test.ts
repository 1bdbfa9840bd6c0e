import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { locate, mergeTabs, normalizeTab, orderTabs, sortTabs } from "../../../src/sources/ino/mergeTabs.ts"

const tab = (path: string, text = "") => ({ path, text })

describe("mergeTabs", () => {
  it("sorts .ino before .pde, by code points", () => {
    const paths = ["z.ino", "a.pde", "B.ino", "a.ino", "\u{1F600}.ino", "\uFF21.ino"]
    assert.deepStrictEqual(
      sortTabs(paths.map((path) => tab(path))).map(({ path }) => path),
      ["B.ino", "a.ino", "z.ino", "\uFF21.ino", "\u{1F600}.ino", "a.pde"]
    )
  })

  it("puts each main tab in front of what came before", () => {
    const ordered = orderTabs(["a", "M", "b", "N", "c"].map((path) => tab(path)), ({ path }) => path < "a")
    assert.deepStrictEqual(ordered.map(({ path }) => path), ["N", "M", "a", "b", "c"])
  })

  it("normalizes byte order marks and line ends", () => {
    assert.strictEqual(normalizeTab(tab("a", "\uFEFFa\r\nb\rc\n\uFEFF")).text, "a\nb\nc\n\uFEFF")
  })

  it("escapes paths and ends every tab with a line end of its own", () => {
    const { text } = mergeTabs([tab("C:\\my \"a\".ino", "a"), tab("b", "// \\"), tab("c", ""), tab("d", "d \\\n")])
    assert.strictEqual(
      text,
      "#line 1 \"C:\\\\my \\\"a\\\".ino\"\na\n#line 1 \"b\"\n// \\\n\n#line 1 \"c\"\n#line 1 \"d\"\nd \\\n\n"
    )
  })

  it.prop(
    "locates every character",
    { texts: Schema.Array(Schema.Array(Schema.Literals(["a", "\n", "\t", "é"]))) },
    ({ texts }) => {
      const tabs = texts.map((pieces, i) => tab(`${i}`, pieces.join("")))
      const sketch = mergeTabs(tabs)
      tabs.forEach(({ path, text }, i) => {
        for (let at = 0; at < text.length; at++) {
          const lines = text.slice(0, at).split("\n")
          const place = locate(sketch, sketch.tabs[i]!.start + at)
          assert.strictEqual(place.file, `"${path}"`)
          assert.strictEqual(place.line, lines.length)
          assert.strictEqual(place.indent, lines.at(-1)!.replace(/[aé]/g, " "))
        }
      })
    },
    { arbitrary: { runs: 100 } }
  )
})
