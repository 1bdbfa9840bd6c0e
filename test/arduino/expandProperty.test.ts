import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { expand, maximumDepth, maximumLength } from "../../src/arduino/expandProperty.ts"
import { parseProperties } from "../../src/arduino/Properties.ts"

const origin = { path: "recipe.txt", line: 7, key: "recipe" }
const run = (text: string, file: string) => expand(Result.getOrThrow(parseProperties("p.txt", file)), text, origin)
const ok = (text: string, file: string) => Result.getOrThrow(run(text, file))
const error = (text: string, file: string) => Result.getOrThrow(Result.flip(run(text, file)))
/** `length` properties, each but the last one a reference to the next. */
const chain = (length: number) =>
  [...Array.from({ length: length - 1 }, (_, i) => `k${i}={k${i + 1}}`), `k${length - 1}=end`].join("\n")

describe("expand", () => {
  it("replaces references, recursively", () => {
    assert.strictEqual(ok("{p}{c} {c}", "p=/{d}/\nd=bin\nc=gcc"), "/bin/gcc gcc")
  })

  it("expands the inner reference of a nested one first", () => {
    assert.strictEqual(ok("<{f.{mcu}}>", "mcu=esp32\nf.esp32=-D{mcu}"), "<-Desp32>")
  })

  it("leaves braces that hold no key", () => {
    const text = "{} {a b} {\"x\":1} } {x {} ${} \\{"
    assert.strictEqual(ok(text, "x=1"), text)
    assert.strictEqual(ok("{\"mcu\": \"{mcu}\"} {{mcu}}}", "mcu=m\nm=n"), "{\"mcu\": \"m\"} n}")
    // What a property contributes is not read again.
    assert.strictEqual(ok("{open}x}", "open={\nx=1"), "{x}")
  })

  it("names an undefined property and who mentions it", () => {
    assert.deepInclude(error("{a}", "# one\na=x {b.c} y"), {
      _tag: "UndefinedProperty",
      path: "p.txt",
      line: 2,
      key: "a",
      property: "b.c"
    })
    assert.strictEqual(error("{z}", "").message, "recipe.txt:7: recipe uses {z}, which is not defined")
  })

  it("shows a cycle", () => {
    const cycle = error("{x}", "x={a}\na={b}\nb=1 {c}\nc={a}")
    assert.deepInclude(cycle, { _tag: "PropertyCycle", path: "p.txt", line: 2 })
    assert.include(cycle.message, "a → b → c → a")
    assert.include(error("{a}", "a={a}").message, "a → a")
  })

  it("bounds length and depth", () => {
    const doubling = Array.from({ length: 64 }, (_, i) => `k${i + 1}={k${i}}{k${i}}`).join("\n")
    assert.deepInclude(error("{k64}", `k0=ha\n${doubling}`), { _tag: "ExpansionTooLarge", limit: "length" })
    assert.strictEqual(ok("{k0}", chain(maximumDepth)), "end")
    assert.deepInclude(error("{k0}", chain(maximumDepth + 1)), { _tag: "ExpansionTooLarge", limit: "depth" })
    assert.deepInclude(error("{k0}", chain(100_000)), { _tag: "ExpansionTooLarge", limit: "depth" })
  })

  const key = Schema.Literals(["a", "b", "c", "d", "e"])
  const part = Schema.Literals(["{a}", "{b}", "{c}{c}", "{d} {d}", "{{e}}", "{", "}", "{}", "a", " ", "\""])

  it.prop("ends on every input, within the limit", {
    values: Schema.Record(key, Schema.Array(part)),
    text: Schema.Array(part)
  }, ({ text, values }) => {
    const file = Object.entries(values).map(([name, parts]) => `${name}=${parts.join("")}`).join("\n")
    const result = run(text.join(""), file)
    if (Result.isSuccess(result)) assert.isAtMost(result.success.length, maximumLength)
    else assert.include(["UndefinedProperty", "PropertyCycle", "ExpansionTooLarge"], result.failure._tag)
  }, { arbitrary: { runs: 300 } })

  it.prop("leaves text without braces alone", { text: Schema.String }, ({ text }) => {
    const plain = text.replaceAll(/[{}]/g, "")
    assert.strictEqual(ok(plain, "a=1"), plain)
  }, { arbitrary: { runs: 100 } })
})
