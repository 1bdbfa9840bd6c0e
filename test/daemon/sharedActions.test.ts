import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Tracer from "effect/Tracer"
import { makeSharedActions } from "../../src/daemon/sharedActions.ts"
import { propagation } from "../../src/telemetry/propagation.ts"
import { makeTrace } from "../../src/telemetry/Trace.ts"

const stays = { leave: Effect.succeed(false) }

/** The span of an action in a trace of its own. */
const spanOf = (name: string) => {
  const trace = makeTrace({ propagation: propagation({}) })
  return trace.start(name, Tracer.externalSpan({ traceId: trace.traceId, spanId: "1".repeat(16) }), 0n)
}

describe("actions that requests share", () => {
  it.effect("are linked in the traces of all who need them", () =>
    Effect.gen(function*() {
      const sharer = makeSharedActions()
      const going = yield* Deferred.make<void>()
      const [first, second, third] = ["first", "second", "third"].map(spanOf)
      const action = (span: Tracer.Span | undefined) => ({
        key: "a",
        run: Deferred.await(going),
        keep: Effect.void,
        span
      })
      const runs = yield* Effect.forEach(
        [first, second, third],
        (span) => Effect.forkChild(sharer({ ...stays }).run(action(span)), { startImmediately: true })
      )
      yield* Deferred.succeed(going, undefined)
      const ends = yield* Effect.forEach(runs, (fiber) => Fiber.join(fiber))
      assert.deepStrictEqual(ends, ["Ran", "Elsewhere", "Elsewhere"])
      const linked = (span: Tracer.Span | undefined) => span!.links.map((link) => link.span)
      assert.deepStrictEqual(linked(first), [second!, third!])
      assert.deepStrictEqual(linked(second), [first!])
      assert.deepStrictEqual(linked(third), [first!])
    }))
})
