import { assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"
import { Attribute, Instrument, Span } from "../../src/telemetry/names.ts"

const root = fileURLToPath(new URL("../../src", import.meta.url))

describe("names of spans and attributes", () => {
  const sources = Fs.readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && name !== Path.join("telemetry", "names.ts"))
    .map((name) => ({ name, text: Fs.readFileSync(Path.join(root, name), "utf8") }))

  it("stand in one file", () => {
    const literals = [
      /\b(?:fn|withSpan|useSpan|makeSpan|makeSpanScoped|withSpanScoped)\(\s*"/,
      /["'](?:fbuild|cicd|process)\.[a-z_.]+["']/
    ]
    for (const { name, text } of sources) {
      for (const literal of literals) assert.notMatch(text, literal, name)
    }
  })

  it("are all used", () => {
    const all = sources.map(({ text }) => text).join("\n")
    for (const [group, names] of Object.entries({ Attribute, Instrument, Span })) {
      for (const key of Object.keys(names)) assert.include(all, `${group}.${key}`)
    }
  })

  it("are unique, and of few kinds", () => {
    const keys = [...Object.values(Attribute), ...Object.values(Instrument)]
    assert.strictEqual(new Set(keys).size, keys.length)
    assert.strictEqual(new Set(Object.values(Span)).size, Object.values(Span).length)
    for (const key of keys) assert.match(key, /^(?:fbuild|cicd\.pipeline|process|error)\.[a-z][a-z_.]*$/)
  })
})
