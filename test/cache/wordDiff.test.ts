import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { wordDiff } from "../../src/cache/wordDiff.ts"

const diff = (before: string, after: string): string => {
  const { added, moved, removed } = wordDiff(before.split(" "), after.split(" "))
  return [...added.map((word) => `+${word}`), ...removed.map((word) => `-${word}`), ...moved.map((word) => `~${word}`)]
    .join(" ")
}

describe("wordDiff", () => {
  const table: ReadonlyArray<readonly [before: string, after: string, expected: string]> = [
    ["gcc a b", "gcc a b", ""],
    ["gcc a", "gcc a b", "+b"],
    ["gcc a b", "gcc b", "-a"],
    ["gcc -O1 a", "gcc -O2 a", "+-O2 --O1"],
    ["gcc a b c", "gcc c a b", "~c"],
    ["gcc a b", "gcc b a x", "+x ~b"],
    ["gcc a a b", "gcc a b", "-a"],
    ["gcc a b", "gcc a b a", "+a"],
    ["gcc -I x -I y", "gcc -I y -I x", "~x ~-I"]
  ]
  for (const [before, after, expected] of table) {
    it(`${before} → ${after}`, () => assert.strictEqual(diff(before, after), expected))
  }

  const Words = Schema.Array(Schema.Literals(["a", "b", "c", "d"]))

  it.prop("gets from one to the other, and is empty only for equal ones", { before: Words, after: Words }, (
    { after, before }
  ) => {
    const { added, moved, removed } = wordDiff(before, after)
    assert.deepStrictEqual([...before, ...added].sort(), [...after, ...removed].sort())
    assert.isFalse(added.some((word) => removed.includes(word)))
    assert.strictEqual(added.length + moved.length + removed.length === 0, before.join() === after.join())
    for (const word of moved) for (const words of [before, after]) assert.include<string>(words, word)
  }, { arbitrary: { runs: 200 } })

  it.prop("turned round, adds what it removed", { before: Words, after: Words }, ({ after, before }) => {
    const [there, back] = [wordDiff(before, after), wordDiff(after, before)]
    assert.deepStrictEqual([...there.added].sort(), [...back.removed].sort())
    assert.strictEqual(there.moved.length, back.moved.length)
  }, { arbitrary: { runs: 100 } })

  it("of very long command lines tells what came and went", () => {
    const before = Array.from({ length: 5000 }, (_, index) => `${index}.o`)
    const after = ["x.o", ...before.slice(1).reverse(), "y.o"]
    assert.deepStrictEqual(wordDiff(before, after), { added: ["x.o", "y.o"], removed: ["0.o"], moved: [] })
  })
})
