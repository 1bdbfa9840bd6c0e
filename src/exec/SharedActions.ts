import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Tracer from "effect/Tracer"

/** An action that is about to run, and that another request may need as well. */
export interface SharedAction<E> {
  /** Actions with the same key have the same outcome, as far as is known before they run. */
  readonly key: string
  readonly run: Effect.Effect<void, E>
  /** Puts what has run where other requests find it. */
  readonly keep: Effect.Effect<void>
  /** That of this action in its request's trace: the spans of those who share an action are linked. */
  readonly span: Tracer.Span | undefined
}

/** Keeps requests of one process from running the same action at the same time. */
export interface SharedActions {
  /**
   * `Ran`: it has run. `Elsewhere`: another request has run it, or has tried to; what it made may be found now. When this
   * request is interrupted by its user while another one waits, the user is let go and the action goes on; it ends when
   * the last one who waits for it leaves.
   */
  readonly run: <E>(action: SharedAction<E>) => Effect.Effect<"Ran" | "Elsewhere", E>
  /** At the end of a build that has kept all it made, with these keys. */
  readonly close: (keys: Iterable<string>) => Effect.Effect<void>
}

/** Without a daemon there is nobody to share with. */
export const SharedActions = Context.Reference<SharedActions>("fbuild/exec/SharedActions", {
  defaultValue: () => ({ run: ({ run }) => Effect.as(run, "Ran"), close: () => Effect.void })
})
