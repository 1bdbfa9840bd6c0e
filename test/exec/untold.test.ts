import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { makeJobBudget } from "../../src/exec/JobBudget.ts"
import { makeUntold } from "../../src/exec/untold.ts"

describe("what has run and is not told yet", () => {
  it.effect("holds no job, and keeps its own build from running more and more", () =>
    Effect.gen(function*() {
      const budget = makeJobBudget({ jobs: 2, links: () => 1 })
      const { tell, withPermit } = makeUntold({ count: 2, withPermit: yield* budget.join(2) })
      const reader = yield* Deferred.make<void>()
      const ran: Array<number> = []
      const action = (number: number) =>
        Effect.andThen(withPermit(Effect.sync(() => void ran.push(number))), tell(Deferred.await(reader)))
      const build = yield* Effect.forkChild(
        Effect.forEach([1, 2, 3, 4, 5], action, { concurrency: "unbounded", discard: true }),
        { startImmediately: true }
      )
      for (let turn = 0; turn < 100; turn++) yield* Effect.yieldNow
      assert.isAtMost(ran.length, 3)
      const other = makeUntold({ count: 2, withPermit: yield* budget.join(2) })
      assert.strictEqual(yield* other.withPermit(Effect.succeed("other")), "other")
      yield* Deferred.succeed(reader, undefined)
      yield* Fiber.join(build)
      assert.deepStrictEqual(ran, [1, 2, 3, 4, 5])
    }))

  it.effect("is forgotten when telling it is interrupted", () =>
    Effect.gen(function*() {
      const budget = makeJobBudget({ jobs: 1, links: () => 1 })
      const { tell, withPermit } = makeUntold({ count: 1, withPermit: yield* budget.join(1) })
      const telling = yield* Effect.forkChild(tell(Effect.never), { startImmediately: true })
      const waiting = yield* Effect.forkChild(withPermit(Effect.succeed(1)), { startImmediately: true })
      yield* Fiber.interrupt(telling)
      assert.strictEqual(yield* Fiber.join(waiting), 1)
    }))
})
