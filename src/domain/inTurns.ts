import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { pause, type Steps } from "./steps.ts"

/**
 * Does steps as a fiber does its own, so that others have their turn between them. Whatever ends them before their end (a
 * failure, an interruption) runs their `finally`. What they throw is a defect.
 */
export const inTurns = <A, E>(body: () => Steps<A, E>): Effect.Effect<A, E> =>
  Effect.suspend(() => {
    const steps = body()
    let state = steps.next()
    const next = Effect.suspend(() => {
      if (state.done === true) return Effect.void
      if (Result.isFailure(state.value)) return Effect.fail(state.value.failure)
      state = steps.next(state.value.success)
      return Effect.void
    })
    const run = Effect.whileLoop({ while: () => state.done !== true, body: () => next, step: () => {} })
    return state.done === true
      ? Effect.succeed(state.value)
      : Effect.ensuring(run, Effect.sync(() => steps.return(undefined as never))).pipe(
        Effect.map(() => (state as IteratorReturnResult<A>).value)
      )
  })

/** All that is made one by one, others having their turn in between. */
export const collected = <A>(values: Iterable<A>): Effect.Effect<ReadonlyArray<A>> =>
  inTurns(function*() {
    const all: Array<A> = []
    for (const value of values) {
      all.push(value)
      yield* pause
    }
    return all
  })
