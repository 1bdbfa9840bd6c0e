import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { shortTurns } from "../../src/daemon/shortTurns.ts"

const spin = (millis: number) =>
  Effect.sync(() => {
    const end = performance.now() + millis
    while (performance.now() < end);
  })

const run = <A, E>(effect: Effect.Effect<A, E>) =>
  Effect.flatMap(Effect.sync(() => Effect.runFork(effect, { scheduler: shortTurns })), Fiber.join)

describe("short turns", () => {
  it.live("let others have theirs, however many fibers have much to do", () =>
    Effect.gen(function*() {
      let turns = 0
      let done = false
      const count = () => {
        turns++
        if (!done) setImmediate(count)
      }
      setImmediate(count)
      const steps = Effect.forEach(Array.from({ length: 200 }), () => spin(0.2), { discard: true })
      yield* run(Effect.all([steps, steps, steps], { concurrency: "unbounded" }))
      done = true
      // 120 ms of work; with Effect's own scheduler it is done in one turn for each fiber.
      assert.isAbove(turns, 20)
    }))

  it("run what is scheduled in order, and to the end when asked to", () => {
    const dispatcher = shortTurns.makeDispatcher()
    const order: Array<string> = []
    dispatcher.scheduleTask(() => order.push("last"), 1)
    dispatcher.scheduleTask(() => {
      order.push("first")
      dispatcher.scheduleTask(() => order.push("more"), 0)
    }, 0)
    dispatcher.flush()
    assert.deepStrictEqual(order, ["first", "last", "more"])
  })
})
