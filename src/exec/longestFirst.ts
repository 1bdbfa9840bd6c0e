import * as Context from "effect/Context"
import { pause, type Steps } from "../domain/steps.ts"
import type { Action } from "../plan/Action.ts"
import { type ActionGraph, dependenciesOf } from "../plan/ActionGraph.ts"

/** How long each action took when it last ran here, ms. As long as its plan is remembered, so is this. */
export const LastDurations = Context.Reference<WeakMap<Action, number>>("fbuild/exec/LastDurations", {
  defaultValue: () => new WeakMap()
})

/**
 * The actions of a graph in the order in which they should ask for a job: first what has the longest way to the end of the
 * build before it, by how long actions took (ms) the last time; one that is not known counts as the mean of the others.
 * Each still follows all that it needs. As the graph has them, where nothing is known.
 */
export function* longestFirst(
  graph: ActionGraph,
  lasted: (action: Action) => number | undefined
): Steps<ReadonlyArray<Action>> {
  const known = graph.actions.map(lasted).filter((time) => time !== undefined)
  if (known.length === 0) return graph.actions
  const mean = known.reduce((sum, time) => sum + time, 0) / known.length
  /** From its start to the end of the build, if there were jobs for all. */
  const remaining = new Map<Action, number>()
  /** The longest of what follows. */
  const following = new Map<Action, number>()
  for (const action of graph.actions.toReversed()) {
    const time = (lasted(action) ?? mean) + (following.get(action) ?? 0)
    remaining.set(action, time)
    for (const needed of dependenciesOf(graph, action)) {
      following.set(needed, Math.max(following.get(needed) ?? 0, time))
    }
    yield* pause
  }
  return graph.actions.map((action) => ({ action, time: remaining.get(action)! }))
    .sort((one, other) => other.time - one.time)
    .map(({ action }) => action)
}
