import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Steps } from "./steps.ts"

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
