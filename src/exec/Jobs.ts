import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"

/** The bound on commands that run at once: the `-j` of the command line. */
export class Jobs extends Context.Service<Jobs, {
  readonly count: number
  /** Waits for a permit and holds it while the effect runs. */
  readonly withPermit: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}>()("fbuild/exec/Jobs") {
  /** `count` is at least 1. */
  static readonly layer = (count: number): Layer.Layer<Jobs> =>
    Layer.effect(
      Jobs,
      Effect.map(Semaphore.make(count), (semaphore) => Jobs.of({ count, withPermit: semaphore.withPermit }))
    )
}
