import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import {
  literalProperties,
  mergeProperties,
  parseProperties,
  type Properties,
  selectOs
} from "../../src/arduino/Properties.ts"

const parse = (text: string) => Result.getOrThrow(parseProperties("p.txt", text))
const values = (properties: Properties) => Object.fromEntries([...properties].map(([key, { value }]) => [key, value]))
const problem = (text: string) => {
  const error = Result.getOrThrow(Result.flip(parseProperties("boards.txt", text)))
  return [error.line, error.problem, error.message]
}

describe("Properties", () => {
  it("reads keys, values and lines", () => {
    const properties = parse("\uFEFF# comment\r\n\r\n  a.b = -DX=1 y  \r\nempty=\nlast=#no comment")
    assert.deepStrictEqual([...properties], [
      ["a.b", { value: "-DX=1 y", path: "p.txt", line: 3 }],
      ["empty", { value: "", path: "p.txt", line: 4 }],
      ["last", { value: "#no comment", path: "p.txt", line: 5 }]
    ])
    assert.deepStrictEqual(values(parse("\uFEFFa=1")), { a: "1" })
  })

  it("lets a later line win and keep the first one's place", () => {
    const properties = parse("a=1\nb=2\na=3")
    assert.deepStrictEqual(Object.entries(values(properties)), [["a", "3"], ["b", "2"]])
    assert.strictEqual(properties.get("a")?.line, 3)
  })

  it("reports a bad line", () => {
    assert.deepStrictEqual(problem("a=1\n\nuno.name Uno"), [
      3,
      "no equals sign",
      "boards.txt:3: no equals sign in “uno.name Uno”"
    ])
    assert.deepStrictEqual(problem(" = x").slice(0, 2), [1, "empty key"])
    assert.deepStrictEqual(problem("a=\0").slice(0, 2), [1, "NUL character"])
  })

  it("selects the host's keys", () => {
    const properties = parse("cmd.windows=x.exe\ncmd=x\npath.linux=/usr\nlinux=1")
    assert.deepStrictEqual(values(selectOs(properties, "windows")), { cmd: "x.exe", "path.linux": "/usr", linux: "1" })
    assert.deepStrictEqual(values(selectOs(properties, "linux")), {
      "cmd.windows": "x.exe",
      cmd: "x",
      linux: "1",
      path: "/usr"
    })
  })

  it("merges layers", () => {
    const merged = mergeProperties(parse("a=1\nt.x.y=2"), literalProperties({ a: "3", "t.z": "4" }, "fbuild"))
    assert.deepStrictEqual(values(merged), { a: "3", "t.x.y": "2", "t.z": "4" })
    assert.deepStrictEqual(merged.get("a"), { value: "3", path: "fbuild", line: 0 })
  })

  it.prop("never throws, and reads back what it was written from", {
    text: Schema.String,
    record: Schema.Record(
      Schema.String.pipe(Schema.check(Schema.isPattern(/^[a-z][a-z.]*$/))),
      Schema.String.pipe(Schema.check(Schema.isPattern(/^([!-~]+( [!-~]+)*)?$/)))
    )
  }, ({ record, text }) => {
    parseProperties("any", text)
    const lines = Object.entries(record).map(([key, value]) => ` ${key} = ${value} \r\n`)
    assert.deepStrictEqual(values(parse(lines.join(""))), { ...record })
  }, { arbitrary: { runs: 100 } })
})
