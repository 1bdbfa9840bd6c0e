import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import type { Action } from "../plan/Action.ts"
import { CurrentTrace } from "../telemetry/Trace.ts"
import type { TraceSpan } from "../telemetry/TraceSpan.ts"
import { endActionSpan, startActionSpan } from "./actionSpans.ts"
import { type ActionTimes, CurrentBuildLog } from "./BuildLog.ts"

/** Notes what becomes of actions, for the log of the build and for the trace of the request. */
export interface ActionWatch {
  readonly now: () => bigint
  /** To be called when all that an action needs is there. */
  readonly begin: (action: Action) => ActionTimes
  /** Runs what the action runs, as a child of its span. */
  readonly command: <A, E, R>(times: ActionTimes, effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
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
    if (known !== undefined || trace === undefined || parent === undefined) return known
    const span = startActionSpan(trace, parent, times)
    spans.set(times, span)
    return span
  }

  const watch: ActionWatch = {
    now,
    begin: (action) => ({ action, environment, readyNanos: now(), outcome: "Cancelled" }),
    command: (times, effect) => {
      const span = spanOf(times)
      return span === undefined ? effect : Effect.provideService(effect, Tracer.ParentSpan, span)
    },
    end: (times, exit) => {
      times.finishedNanos = now()
      if (Exit.isSuccess(exit)) times.outcome = exit.value
      else if (Option.isSome(Exit.findErrorOption(exit))) times.outcome = "Failed"
      if (times.outcome !== "UpToDate") log?.actions.push(times)
      if (trace?.isExported === true) {
        const span = spanOf(times)
        if (span !== undefined) endActionSpan(trace, span, times, exit)
      }
      spans.delete(times)
    }
  }
  return watch
})
