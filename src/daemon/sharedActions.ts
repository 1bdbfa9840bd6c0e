import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type * as Tracer from "effect/Tracer"
import type { SharedAction, SharedActions } from "../exec/SharedActions.ts"

/** A request that shares. */
export interface Sharer {
  /** Lets the user go, if it was the user who interrupted the request; `false` if not. */
  readonly leave: Effect.Effect<boolean>
}

interface Entry {
  readonly owner: Sharer
  /** Completes when the action has ended, and its outcome can be found if it has one. */
  readonly ended: Deferred.Deferred<void>
  readonly keep: Effect.Effect<void>
  readonly span: Tracer.Span | undefined
  state: "running" | "finished"
  /** Requests that wait for it. */
  waiting: number
  /** The action, once nobody but those who wait has an interest in it. */
  abandoned: Fiber.Fiber<unknown, unknown> | undefined
}

/** The actions of a daemon's requests: gives each request its own `SharedActions`. */
export const makeSharedActions = (): (sharer: Sharer) => SharedActions => {
  const entries = new Map<string, Entry>()

  const own = <E>({ keep, key, run, span }: SharedAction<E>, owner: Sharer) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function*() {
        const entry: Entry = {
          owner,
          ended: Deferred.makeUnsafe(),
          keep,
          span,
          state: "running",
          waiting: 0,
          abandoned: undefined
        }
        entries.set(key, entry)
        const fiber = yield* Effect.forkChild(run, { startImmediately: true })
        const goOn = Effect.suspend(() => {
          entry.abandoned = fiber
          return entry.waiting > 0 ? Fiber.await(fiber) : Fiber.interrupt(fiber)
        })
        const end = Effect.gen(function*() {
          const exit = yield* Fiber.await(fiber)
          entry.state = "finished"
          if (entry.waiting > 0 && Exit.isSuccess(exit)) yield* keep
          // What has not been asked for yet is kept by the build itself, later, when it has time.
          const isOver = entry.waiting > 0 || Exit.isFailure(exit)
          // An equal action of the same request may have taken its place meanwhile.
          if (isOver && entries.get(key) === entry) entries.delete(key)
          yield* Deferred.succeed(entry.ended, undefined)
        })
        yield* restore(Fiber.join(fiber)).pipe(
          Effect.onInterrupt(() =>
            entry.waiting === 0
              ? Fiber.interrupt(fiber)
              : Effect.flatMap(owner.leave, (left) => left ? goOn : Fiber.interrupt(fiber))
          ),
          Effect.ensuring(end)
        )
        return "Ran" as const
      })
    )

  const await_ = (entry: Entry) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.suspend(() => {
        entry.waiting++
        const leave = Effect.suspend(() =>
          --entry.waiting === 0 && entry.abandoned !== undefined ? Fiber.interrupt(entry.abandoned) : Effect.void
        )
        return restore(Deferred.await(entry.ended)).pipe(Effect.ensuring(leave), Effect.as("Elsewhere" as const))
      })
    )

  return (sharer) => ({
    run: (action) =>
      Effect.suspend(() => {
        const entry = entries.get(action.key)
        // Two equal actions of one build: whoever interrupts one has interrupted the other.
        if (entry === undefined || entry.owner === sharer) {
          return entry?.state === "running" ? Effect.as(action.run, "Ran" as const) : own(action, sharer)
        }
        link(entry.span, action.span)
        if (entry.state === "running") return await_(entry)
        entries.delete(action.key)
        return Effect.as(Effect.uninterruptible(entry.keep), "Elsewhere" as const)
      }),
    close: (keys) =>
      Effect.sync(() => {
        for (const key of keys) if (entries.get(key)?.owner === sharer) entries.delete(key)
      })
  })
}

/** Each leads to the other, whichever trace it is in. */
const link = (one: Tracer.Span | undefined, other: Tracer.Span | undefined): void => {
  if (one === undefined || other === undefined) return
  one.addLinks([{ span: other, attributes: {} }])
  other.addLinks([{ span: one, attributes: {} }])
}
