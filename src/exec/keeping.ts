import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Semaphore from "effect/Semaphore"
import { StoreRefused } from "../cache/StoreRefused.ts"
import type { DiskError } from "../disk/Disk.ts"
import { type Action, isCompile } from "../plan/Action.ts"
import { AfterAnswer } from "./AfterAnswer.ts"
import type { CacheAnswer } from "./BuildEvent.ts"
import { BuildReporter } from "./BuildReporter.ts"
import { CompileCache, type Ran } from "./CompileCache.ts"
import { UpToDate } from "./UpToDate.ts"

/** Who interrupts a build waits for the traces of what has run: about a ms each. */
const mostUntraced = 32

/** Traces what has run, and puts it into the cache: while other commands run, and at the end what is left. */
export const makeKeeping = Effect.gen(function*() {
  const afterAnswer = yield* AfterAnswer
  const cache = yield* CompileCache
  const reporter = yield* BuildReporter
  const scope = yield* Effect.scope
  const upToDate = yield* UpToDate
  const turn = yield* Semaphore.make(1)
  const untraced = new Map<string, Omit<Ran, "record" | "timed">>()
  const unstored: Array<Effect.Effect<void, DiskError>> = []
  const refused = new Map<string, CacheAnswer>()
  let hasStored = false
  let isOver = false

  const traces = Effect.gen(function*() {
    for (const traced of yield* upToDate.keepTraces) {
      const ran = untraced.get(traced.action.id)
      untraced.delete(traced.action.id)
      if (ran === undefined) continue
      const storing = yield* cache.store({ ...ran, ...traced })
      if (Result.isSuccess(storing)) unstored.push(storing.success)
      else refused.set(traced.action.id, storing.failure)
    }
  })

  /** A disk that is full refuses everything; it is told once in a build. */
  const refusedBy = Effect.fnUntraced(function*(cause: DiskError) {
    const isFirst = yield* cache.countRefused
    if (!isFirst || isOver) return
    const { _tag, hint, message, path } = StoreRefused.of(cause)
    yield* reporter.emit({ _tag: "Warning", error: { _tag, message, path, hint } })
  })

  const storeAll = Effect.gen(function*() {
    for (let store = unstored.shift(); store !== undefined; store = unstored.shift()) {
      yield* Effect.yieldNow
      yield* Effect.catch(Effect.tap(store, () => Effect.sync(() => hasStored = true)), refusedBy)
    }
  })

  const trace = turn.withPermit(traces)
  const keep = Effect.uninterruptible(Effect.ignore(turn.withPermit(Effect.andThen(traces, storeAll))))

  return {
    /** About what is just going to be finished: as soon as it is, somebody may be keeping it. */
    ran: (action: Action, result: { readonly printed: string; readonly durationMs: number }) => {
      untraced.set(action.id, { action, ...result })
    },
    /** When it is done, all that had finished before is traced, by whomever. */
    trace,
    /** When it is done, all that had finished before is stored, too. By somebody who can do nothing about a disk that refuses. */
    keep,
    /** Begins with what there is time for while a command runs. */
    during: (action: Action): Effect.Effect<void> => {
      // Most processors are idle while others run.
      if ((isCompile(action) || action.mnemonic === "Archive") && untraced.size < mostUntraced) return Effect.void
      const isLong = action.mnemonic === "Link" || action.always !== undefined
      return Effect.asVoid(Effect.forkIn(isLong ? keep : Effect.uninterruptible(Effect.ignore(trace)), scope))
    },
    /** At the end of a build: stores what is left, and does something then, when nobody waits for it any more. */
    finish: (then: Effect.Effect<void>) =>
      Effect.gen(function*() {
        // Until something has been stored it may be that nothing can be, and the user is to hear of that.
        if (!hasStored) yield* keep
        isOver = true
        yield* afterAnswer(Effect.ensuring(keep, then))
      }),
    /** Why it was not stored, by the id of the action. */
    refused: refused as ReadonlyMap<string, CacheAnswer>
  }
})
