import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/**
 * Has work done that the user need not wait for: in a daemon when the request has been answered, and before another one begins if
 * it does not take long; elsewhere at once. It is done however the request ends.
 */
export const AfterAnswer = Context.Reference<(work: Effect.Effect<void>) => Effect.Effect<void>>(
  "fbuild/exec/AfterAnswer",
  { defaultValue: () => (work) => work }
)

/** Keeps work until `done` is run. The trace of the request has ended by then, and has none of it. */
export const makeAfterAnswer = () => {
  const left: Array<Effect.Effect<void>> = []
  return {
    later: (work: Effect.Effect<void>): Effect.Effect<void> =>
      Effect.sync(() => void left.push(Effect.withTracerEnabled(work, false))),
    done: Effect.suspend(() => Effect.forEach(left.splice(0), (work) => work, { discard: true }))
  }
}
