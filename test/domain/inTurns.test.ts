import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import { inTurns } from "../../src/domain/inTurns.ts"
import { pause, type Steps } from "../../src/domain/steps.ts"

describe("inTurns", () => {
  /** Counts, and tells what became of it. */
  const counting = (told: Array<string>, until: number) =>
    function*(): Steps<number, string> {
      let count = 0
      try {
        for (; count < until; count++) yield* pause
        if (until > 2) yield* Result.fail("too far")
        return count + (yield* Result.succeed(1))
      } finally {
        told.push(`ended at ${count}`)
      }
    }

  it.effect("gives what the steps give, or fail with", () =>
    Effect.gen(function*() {
      const told: Array<string> = []
      assert.strictEqual(yield* inTurns(counting(told, 2)), 3)
      assert.strictEqual(yield* Effect.flip(inTurns(counting(told, 3))), "too far")
      assert.deepStrictEqual(told, ["ended at 2", "ended at 3"])
      assert.deepStrictEqual(Result.gen(counting([], 2)), Result.succeed(3))
    }))

  it.effect("ends them when it is interrupted between two", () =>
    Effect.gen(function*() {
      const told: Array<string> = []
      const fiber = yield* Effect.forkChild(inTurns(counting(told, 1_000_000)))
      yield* Effect.yieldNow
      assert.deepStrictEqual(told, [])
      yield* Fiber.interrupt(fiber)
      assert.match(told.join(), /^ended at \d{3,5}$/)
    }))
})
