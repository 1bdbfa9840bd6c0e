import { assert, describe, it } from "@effect/vitest"
import { collected, keep, take } from "../../src/process/collected.ts"

describe("what a command says", () => {
  const say = (longest: number, chunks: ReadonlyArray<string>, after = 0) => {
    const stream = collected(longest)
    for (const chunk of chunks) keep(stream, Buffer.from(chunk))
    stream.end = { status: 0, after, usage: undefined }
    const text = take(stream)
    assert.deepStrictEqual(stream, collected(longest))
    return text
  }

  it("is kept up to its token", () => {
    assert.strictEqual(say(100, ["one", " two", "token"], 5), "one two")
    assert.strictEqual(say(100, ["one tok", "en"], 5), "one ")
    assert.strictEqual(say(100, []), "")
  })

  it("is cut where it is too long, and says so", () => {
    assert.strictEqual(say(4, ["one ", "two", "token"], 5), "one \n… and 3 bytes more, which fbuild has not kept\n")
    // The token was cut in two by the bound.
    assert.strictEqual(say(4, ["one tok", "en"], 5), "one ")
  })
})
