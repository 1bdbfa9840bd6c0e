import * as Option from "effect/Option"
import { pause, type Steps } from "../domain/steps.ts"
import type { ActionTimes, BuildLog, BuildResult } from "../exec/BuildLog.ts"
import { type Action, subjectOf } from "../plan/Action.ts"
import { type ActionGraph, dependenciesOf } from "../plan/ActionGraph.ts"
import type { TraceSpan } from "../telemetry/TraceSpan.ts"
import type { BuildRecord, RecordedAction } from "./BuildRecord.ts"

/** Makes the record of a request that has built something. `startNanos` and `endNanos` are its own, ns since 1970. */
export function* makeRecord(log: BuildLog, { environments, exitCode }: BuildResult, request: {
  readonly traceId: string
  readonly args: ReadonlyArray<string>
  readonly spans: ReadonlyArray<TraceSpan>
  readonly startNanos: bigint
  readonly endNanos: bigint
}): Steps<BuildRecord> {
  const micros = (nanos: bigint) => Number((nanos - request.startNanos) / 1000n)
  const names = environments.length > 0 ? environments.map(({ name }) => name) : [...log.graphs.keys()]
  const positions = new Map(names.map((name, index) => [name, index]))
  const indices = new Map(log.actions.map(({ action }, index) => [action, index]))
  const needs = new Map<string, (action: Action) => ReadonlyArray<number>>()
  for (const [name, graph] of log.graphs) needs.set(name, yield* recordedNeeds(graph, indices))
  const words = new Map<string, number>()
  const intern = (word: string) => {
    const known = words.get(word)
    if (known !== undefined) return known
    words.set(word, words.size)
    return words.size - 1
  }
  const recorded = (times: ActionTimes): RecordedAction => ({
    environment: positions.get(times.environment) ?? 0,
    id: times.action.id,
    mnemonic: times.action.mnemonic,
    path: subjectOf(times.action),
    outcome: times.outcome === "UpToDate" ? "Cached" : times.outcome,
    needs: needs.get(times.environment)?.(times.action) ?? [],
    argv: times.action.argv.map(intern),
    ...instants(times, micros),
    ...(times.reason === undefined ? {} : { reason: times.reason }),
    ...(times.cache === undefined ? {} : { cache: times.cache }),
    ...(times.savedMillis === undefined ? {} : { savedMillis: times.savedMillis }),
    ...times.usage
  })
  const actions: Array<RecordedAction> = []
  for (const times of log.actions) {
    actions.push(recorded(times))
    yield* pause
  }
  return {
    traceId: request.traceId,
    args: request.args,
    startedMillis: Number(request.startNanos / 1_000_000n),
    duration: micros(request.endNanos),
    exitCode,
    environments: names.map((name) => {
      const result = environments.find((one) => one.name === name)
      const { total = log.graphs.get(name)?.actions.length ?? 0, upToDate = 0 } = result?.actions ?? {}
      return { name, board: result?.board ?? "", total, upToDate }
    }),
    phases: phasesOf(request.spans, micros),
    words: [...words.keys()],
    actions
  }
}

const instants = (times: ActionTimes, micros: (nanos: bigint) => number) => {
  const { decidedNanos, fetchedNanos, finishedNanos, ranNanos, readyNanos, startedNanos } = times
  return {
    ready: micros(readyNanos),
    ...(decidedNanos === undefined ? {} : { decided: micros(decidedNanos) }),
    ...(fetchedNanos === undefined ? {} : { fetched: micros(fetchedNanos) }),
    ...(startedNanos === undefined ? {} : { started: micros(startedNanos) }),
    ...(ranNanos === undefined ? {} : { ran: micros(ranNanos) }),
    finished: micros(finishedNanos ?? readyNanos)
  }
}

/** What an action waits for among those that are recorded, looking through those that are not. */
function* recordedNeeds(
  graph: ActionGraph,
  indices: ReadonlyMap<Action, number>
): Steps<(action: Action) => ReadonlyArray<number>> {
  const behind = new Map<Action, ReadonlySet<number>>()
  const direct = (action: Action): ReadonlySet<number> => {
    const found = new Set<number>()
    for (const needed of dependenciesOf(graph, action)) {
      const index = indices.get(needed)
      if (index !== undefined) found.add(index)
      else for (const further of behind.get(needed) ?? none) found.add(further)
    }
    return found
  }
  // Producers come first in a graph, so what is behind them is known.
  if (indices.size > 0) {
    for (const action of graph.actions) {
      if (!indices.has(action)) behind.set(action, direct(action))
      yield* pause
    }
  }
  return (action: Action): ReadonlyArray<number> => [...direct(action)]
}

const none: ReadonlySet<number> = new Set()

const phasesOf = (spans: ReadonlyArray<TraceSpan>, micros: (nanos: bigint) => number): BuildRecord["phases"] => {
  const ordered = spans.toSorted((a, b) => a.status.startTime < b.status.startTime ? -1 : 1)
  const positions = new Map(ordered.map(({ spanId }, index) => [spanId, index]))
  return ordered.map(({ name, parent, status }) => {
    const position = positions.get(Option.getOrUndefined(parent)?.spanId ?? "")
    return {
      name,
      ...(position === undefined ? {} : { parent: position }),
      start: micros(status.startTime),
      end: micros(status._tag === "Ended" ? status.endTime : status.startTime)
    }
  })
}
