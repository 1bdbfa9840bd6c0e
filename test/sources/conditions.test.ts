import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { evaluateCondition } from "../../src/sources/conditions.ts"

const macros = new Map<string, string | false>([
  ["ONE", "1"],
  ["ZERO", "0"],
  ["F_CPU", "16000000L"],
  ["ALIAS", "F_CPU"],
  ["LOOP", "LOOP"],
  ["EMPTY", ""],
  ["PAREN", "(-5)"],
  ["SUM", "1+2"],
  ["GONE", false]
])
const evaluate = (expression: string) => evaluateCondition(expression, (name) => macros.get(name))

describe("conditions", () => {
  const vectors: ReadonlyArray<readonly [expression: string, value: boolean | undefined]> = [
    ["0", false],
    ["1", true],
    ["0x10UL == 16", true],
    ["010 == 8 && 0b11 == 3", true],
    ["1'000'000 == 1000000", true],
    ["F_CPU >= 8000000L", true],
    ["ALIAS == F_CPU", true],
    ["GONE", false],
    ["!GONE", true],
    ["defined ONE && defined(ZERO)", true],
    ["defined(GONE)", false],
    ["defined(UNKNOWN)", undefined],
    ["UNKNOWN", undefined],
    ["UNKNOWN && 0", false],
    ["0 && UNKNOWN", false],
    ["UNKNOWN || ONE", true],
    ["UNKNOWN || ZERO", undefined],
    ["!UNKNOWN", undefined],
    ["UNKNOWN == UNKNOWN", undefined],
    ["LOOP", undefined],
    ["EMPTY", undefined],
    ["defined(EMPTY)", true],
    ["PAREN + 5 == 0", true],
    // The text of a macro replaces it: 1+2*2.
    ["SUM * 2 == 6", undefined],
    ["1 + 2 * 3 == 7", true],
    ["(1 + 2) * 3 == 9", true],
    ["7 - 2 - 1 == 4", true],
    ["1 << 4 | 1 == 17", true],
    ["-7 / 2 == -3 && -7 % 2 == -1", true],
    ["~0 == -1", true],
    ["1 / 0", undefined],
    ["1 << 64", undefined],
    ["0x8000000000000000", undefined],
    ["__has_include(<foo/bar-baz.h>)", undefined],
    ["__has_include(\"x.h\") && 0", false],
    ["VERSION(1, (2), 3) > 4 || ONE", true],
    ["VERSION(1", undefined],
    ["ONE ? 1 : 0", undefined],
    ["", undefined],
    ["(1", undefined],
    ["1 1", undefined],
    ["'a' == 97", undefined]
  ]
  for (const [expression, value] of vectors) {
    it(`${expression} is ${value}`, () => assert.strictEqual(evaluate(expression), value))
  }

  it("survives any depth", () => {
    assert.isUndefined(evaluate("(".repeat(1_000_000)))
    assert.isUndefined(evaluate("!".repeat(1_000_000)))
    assert.isTrue(evaluate(Array(100_000).fill("1").join(" || ")))
  })

  const Small = Schema.Int.check(Schema.isBetween({ minimum: -1000, maximum: 1000 }))
  it.prop("computes as C does", { a: Small, b: Small, c: Small }, ({ a, b, c }) => {
    assert.strictEqual(evaluate(`${a} + ${b} * ${c} < ${c} - ${a} == (${b} > ${c})`), a + b * c < c - a === b > c)
    assert.strictEqual(evaluate(`(${a} & ${b}) == ${a & b} && (${a} | ${b} ^ ${c}) == ${a | b ^ c}`), true)
  }, { arbitrary: { runs: 100 } })

  it.prop("any text gives an answer", { text: Schema.String }, ({ text }) => {
    assert.include([true, false, undefined], evaluate(text))
  }, { arbitrary: { runs: 200 } })
})
