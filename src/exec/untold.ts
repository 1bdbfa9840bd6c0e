import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type { JobKind, WithPermit } from "./JobBudget.ts"
import type { Jobs } from "./Jobs.ts"

/**
 * Lets a build wait for a reader that is slow: without a job, which other builds may need meanwhile, and without running more and
 * more commands whose output would have to be kept.
 */
export interface Untold {
  /** Runs an effect under a permit, when less than a build may run at once is waiting to be told. */
  readonly withPermit: WithPermit
  /** Tells something. */
  readonly tell: (effect: Effect.Effect<void>) => Effect.Effect<void>
}

export const makeUntold = ({ count, withPermit }: Jobs["Service"]): Untold => {
  const room = Latch.makeUnsafe(true)
  let untold = 0
  return {
    withPermit: <A, E, R>(use: (release: Effect.Effect<void>) => Effect.Effect<A, E, R>, kind?: JobKind) => {
      const once = withPermit(
        (release) =>
          Effect.suspend(() =>
            room.isOpen() ? Effect.map(use(release), (value) => ({ value })) : Effect.succeed(undefined)
          ),
        kind
      )
      const again: Effect.Effect<A, E, R> = Effect.flatMap(
        Effect.andThen(room.await, once),
        (done) => done === undefined ? again : Effect.succeed(done.value)
      )
      return again
    },
    tell: (effect) =>
      Effect.suspend(() => {
        if (++untold >= count) room.closeUnsafe()
        return Effect.ensuring(
          effect,
          Effect.sync(() => {
            if (--untold < count) room.openUnsafe()
          })
        )
      })
  }
}
