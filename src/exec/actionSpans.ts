import type * as Exit from "effect/Exit"
import type * as Tracer from "effect/Tracer"
import { subjectOf } from "../plan/Action.ts"
import { Attribute, Span } from "../telemetry/names.ts"
import type { Trace } from "../telemetry/Trace.ts"
import type { TraceSpan } from "../telemetry/TraceSpan.ts"
import type { ActionTimes } from "./BuildLog.ts"

/** Starts the span of an action, of which its command will be a child. */
export const startActionSpan = (
  trace: Trace,
  parent: Tracer.AnySpan,
  { action, environment, readyNanos }: ActionTimes
) => {
  const span = trace.start(action.mnemonic, parent, readyNanos)
  span.attribute(Attribute.actionId, action.id)
  span.attribute(Attribute.mnemonic, action.mnemonic)
  span.attribute(Attribute.path, subjectOf(action))
  span.attribute(Attribute.environment, environment)
  return span
}

/** Ends the span of an action, with what is known of it, and gives it a child for each part but the command. */
export const endActionSpan = (
  trace: Trace,
  span: TraceSpan,
  times: ActionTimes,
  exit: Exit.Exit<unknown, unknown>
): void => {
  const { cache, decidedNanos, fetchedNanos, finishedNanos, outcome, ranNanos, reason, readyNanos, startedNanos } =
    times
  const endNanos = finishedNanos ?? readyNanos
  span.attribute(Attribute.outcome, outcome)
  if (reason !== undefined) {
    span.attribute(Attribute.reason, reason._tag)
    if ("path" in reason) span.attribute(Attribute.reasonPath, reason.path)
  }
  if (cache !== undefined) {
    span.attribute(Attribute.cache, cache._tag)
    if (cache._tag === "Uncacheable") span.attribute(Attribute.cacheReason, cache.reason._tag)
    if (cache._tag === "EntryDiffers") {
      span.attribute(Attribute.cacheReason, cache.difference._tag)
      if ("path" in cache.difference) span.attribute(Attribute.reasonPath, cache.difference.path)
    }
  }
  if (times.savedMillis !== undefined) span.attribute(Attribute.saved, times.savedMillis)
  // One that was up to date has no other part.
  if (outcome !== "UpToDate") trace.add(Span.decide, span, readyNanos, decidedNanos ?? endNanos)
  if (decidedNanos !== undefined) trace.add(Span.fetch, span, decidedNanos, fetchedNanos ?? endNanos)
  if (fetchedNanos !== undefined && outcome !== "Cached") {
    trace.add(Span.queue, span, fetchedNanos, startedNanos ?? endNanos)
  }
  const filledNanos = outcome === "Cached" ? fetchedNanos : ranNanos
  if (filledNanos !== undefined) trace.add(Span.publish, span, filledNanos, endNanos)
  span.end(endNanos, exit)
}
