import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import { dim, red, usesColor, withoutColor } from "../../src/cli/colors.ts"
import { parseDuration } from "../../src/cli/parseDuration.ts"
import { memorySink } from "./terminal.ts"

describe("parseDuration", () => {
  const good: Readonly<Record<string, number>> = {
    "500ms": 500,
    "30s": 30_000,
    "30": 30_000,
    "2m": 120_000,
    "1.5h": 5_400_000,
    " 5 s ": 5000,
    "0": 0,
    "0.25s": 250
  }
  for (const [text, millis] of Object.entries(good)) {
    it(`"${text}"`, () => assert.strictEqual(Duration.toMillis(Option.getOrThrow(parseDuration(text))), millis))
  }
  for (const text of ["", "s", "-1s", "1d", "1e3", "1 2", "1.s", ".5s", "10 minutes", "NaN", "Infinity", "toString"]) {
    it(`"${text}" is none`, () => assert.isTrue(Option.isNone(parseDuration(text))))
  }
})

describe("colors", () => {
  const [terminal, pipe] = [memorySink(true), memorySink(false)]
  it("auto: on a terminal, unless NO_COLOR or a dumb terminal", () => {
    assert.isTrue(usesColor("auto", terminal, {}))
    assert.isTrue(usesColor("auto", terminal, { NO_COLOR: "" }))
    assert.isFalse(usesColor("auto", terminal, { NO_COLOR: "0" }))
    assert.isFalse(usesColor("auto", terminal, { TERM: "dumb" }))
    assert.isFalse(usesColor("auto", pipe, {}))
  })

  it("always and never are stronger than anything else", () => {
    assert.isTrue(usesColor("always", pipe, { NO_COLOR: "1", TERM: "dumb" }))
    assert.isFalse(usesColor("never", terminal, {}))
  })

  it("go away without a trace", () => {
    assert.strictEqual(withoutColor(red("a", true) + dim("b", true) + "\x1b[01m\x1b[Kc\x1b[m\x1b[K"), "abc")
    assert.strictEqual(red("a", false), "a")
  })
})
