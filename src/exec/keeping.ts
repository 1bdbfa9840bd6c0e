import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import type { Action } from "../plan/Action.ts"
import type { CacheAnswer } from "./BuildEvent.ts"
import { CompileCache, type Ran } from "./CompileCache.ts"
import { UpToDate } from "./UpToDate.ts"

/** Traces what has run, and puts it into the cache: while other commands run, and at the end what is left. */
export const makeKeeping = Effect.gen(function*() {
  const cache = yield* CompileCache
  const upToDate = yield* UpToDate
  const turn = yield* Semaphore.make(1)
  const unstored = new Map<string, Omit<Ran, "record" | "timed">>()
  const refused = new Map<string, CacheAnswer>()

  const settle = turn.withPermit(Effect.gen(function*() {
    for (const traced of yield* upToDate.keepTraces) {
      const ran = unstored.get(traced.action.id)
      unstored.delete(traced.action.id)
      if (ran === undefined) continue
      yield* Effect.yieldNow
      const answer = yield* cache.store({ ...ran, ...traced })
      if (answer !== undefined) refused.set(traced.action.id, answer)
    }
  }))
  return {
    /** About what is just going to be finished: as soon as it is, somebody may be keeping it. */
    ran: (action: Action, result: { readonly printed: string; readonly durationMs: number }) => {
      unstored.set(action.id, { action, ...result })
    },
    /** When it is done, all that had finished before is kept, by whomever. */
    settle,
    /** The same, by somebody who can do nothing about a disk that refuses. */
    keep: Effect.uninterruptible(Effect.ignore(settle)),
    /** Why it was not stored, by the id of the action. */
    refused: refused as ReadonlyMap<string, CacheAnswer>
  }
})
