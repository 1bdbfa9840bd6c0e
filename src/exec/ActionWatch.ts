import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import type { Action } from "../plan/Action.ts"
import { CurrentTrace } from "../telemetry/Trace.ts"
import type { TraceSpan } from "../telemetry/TraceSpan.ts"
import { endActionSpan, startActionSpan } from "./actionSpans.ts"
import type { Reason } from "./BuildEvent.ts"
import { type ActionTimes, type BuildLog, CurrentBuildLog } from "./BuildLog.ts"
import type { Fetched } from "./CompileCache.ts"

/** Notes what becomes of actions, for the log of the build and for the trace of the request. */
export interface ActionWatch {
  /** To be called when all that an action needs is there. */
  readonly begin: (action: Action) => ActionTimes
  /** It is not up to date. */
  readonly decided: (times: ActionTimes, reason: Reason) => void
  /** It is known what the cache has. Without a hit the action now waits for a job. */
  readonly fetched: (times: ActionTimes, fetched: Fetched) => void
  /** There is a job for it. */
  readonly started: (times: ActionTimes) => void
  /** Runs what the action runs, as a child of its span. */
  readonly command: <A, E, R>(times: ActionTimes, effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** The span of an action that is going to be more than a look, where spans are exported. */
  readonly span: (times: ActionTimes) => Tracer.Span | undefined
  readonly end: (times: ActionTimes, exit: Exit.Exit<ActionTimes["outcome"], unknown>) => void
}

/** Watches the actions of one environment. Their spans are children of the span that this is made in. */
export const makeActionWatch = Effect.fnUntraced(function*(environment: string) {
  const clock = yield* Clock.Clock
  const log = yield* CurrentBuildLog
  const trace = yield* CurrentTrace
  const parent = Option.getOrUndefined(yield* Effect.option(Effect.currentParentSpan))
  const spans = new Map<ActionTimes, TraceSpan>()
  const now = () => clock.currentTimeNanosUnsafe()

  const spanOf = (times: ActionTimes): TraceSpan | undefined => {
    const known = spans.get(times)
    if (known !== undefined || trace?.isExported !== true || parent === undefined) return known
    const span = startActionSpan(trace, parent, times)
    spans.set(times, span)
    return span
  }

  const watch: ActionWatch = {
    begin: (action) => ({ action, environment, readyNanos: now(), outcome: "Cancelled" }),
    span: spanOf,
    decided: (times, reason) => {
      times.reason = reason
      times.decidedNanos = now()
    },
    fetched: (times, fetched) => {
      times.fetchedNanos = now()
      // It has waited for another request to run it.
      if (log !== undefined && times.cache !== undefined) log.waiting--
      if (fetched._tag === "Hit") {
        times.cache = { _tag: "Hit" }
        times.savedMillis = fetched.hit.durationMs
      } else {
        times.cache = fetched.answer
        if (log !== undefined) log.waiting++
      }
    },
    started: (times) => {
      times.startedNanos = now()
      if (log === undefined) return
      log.waiting--
      log.running++
    },
    command: (times, effect) => {
      const span = spanOf(times)
      const done = Effect.tap(effect, () =>
        Effect.sync(() => {
          times.ranNanos = now()
          if (log !== undefined) log.running--
        }))
      return span === undefined ? done : Effect.provideService(done, Tracer.ParentSpan, span)
    },
    end: (times, ended) => {
      // What is in its place has run, whether or not it has come to telling so.
      const exit = times.outcome === "Executed" && Exit.hasInterrupts(ended) ? Exit.succeed(times.outcome) : ended
      times.finishedNanos = now()
      if (Exit.isSuccess(exit)) times.outcome = exit.value
      else if (Option.isSome(Exit.findErrorOption(exit))) times.outcome = "Failed"
      if (log !== undefined) note(log, times)
      const span = spanOf(times)
      if (trace === undefined || span === undefined) return
      endActionSpan(trace, span, times, exit)
      spans.delete(times)
    }
  }
  return watch
})

const note = (log: BuildLog, times: ActionTimes): void => {
  const { action: { mnemonic }, cache, outcome, ranNanos, startedNanos } = times
  if (outcome !== "UpToDate") log.actions.push(times)
  const hasWaited = cache !== undefined && cache._tag !== "Hit"
  if (startedNanos === undefined && hasWaited) log.waiting--
  if (startedNanos !== undefined && ranNanos === undefined) log.running--
  const counts = log.counts.get(mnemonic)
  if (counts === undefined) log.counts.set(mnemonic, new Map([[outcome, 1]]))
  else counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
}
