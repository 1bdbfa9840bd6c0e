import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { onceEach } from "../../src/domain/onceEach.ts"

describe("onceEach", () => {
  it.effect("runs once for each key, whatever it gives, and again after a failure", () =>
    Effect.gen(function*() {
      const asked: Array<string> = []
      const answer = onceEach((key: string) => key.toLowerCase(), (key) =>
        Effect.suspend(() => {
          asked.push(key)
          return key === "nothing" ? Effect.succeed(undefined) : key === "bad" ? Effect.fail(key) : Effect.succeed(key)
        }))
      assert.strictEqual(yield* answer("A"), "A")
      assert.strictEqual(yield* answer("a"), "A")
      for (let time = 0; time < 2; time++) assert.isUndefined(yield* answer("nothing"))
      for (let time = 0; time < 2; time++) assert.strictEqual(yield* Effect.flip(answer("bad")), "bad")
      assert.deepStrictEqual(asked, ["A", "nothing", "bad", "bad"])
    }))
})
