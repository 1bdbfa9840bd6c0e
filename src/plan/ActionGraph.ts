import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { FilePath } from "../domain/FilePath.ts"
import { pause, type Steps } from "../domain/steps.ts"
import type { Action } from "./Action.ts"

/** Two actions claim the same output. */
export class DuplicateOutput extends Schema.TaggedError<DuplicateOutput>()("DuplicateOutput", {
  path: FilePath,
  /** What the two actions read: usually two sources that map to one object. */
  inputs: Schema.Array(FilePath)
}) {
  override get message() {
    return `two actions write ${this.path}: from ${this.inputs.join(" and from ")}`
  }
}

/** Actions that wait for each other. */
export class ActionCycle extends Schema.TaggedError<ActionCycle>()("ActionCycle", {
  /** The outputs along the cycle; the first follows the last. */
  path: Schema.Array(FilePath)
}) {
  override get message() {
    return `actions wait for each other: ${[...this.path, this.path[0]].join(" → ")}`
  }
}

export type GraphError = DuplicateOutput | ActionCycle

/** Actions of one environment, in an order in which each one follows all that it needs. */
export interface ActionGraph {
  readonly actions: ReadonlyArray<Action>
  /** Output path → the action that makes it. */
  readonly producers: ReadonlyMap<string, Action>
}

/**
 * Checks a list of actions and orders it: producers first, otherwise as given. Every graph is made here, so a graph
 * with duplicate outputs or a cycle never reaches an executor, where it would wait for ever.
 */
export const makeGraph = (actions: ReadonlyArray<Action>): Result.Result<ActionGraph, GraphError> =>
  Result.gen(() => graphSteps(actions))

/** `makeGraph`, with pauses. */
export function* graphSteps(actions: ReadonlyArray<Action>): Steps<ActionGraph, GraphError> {
  const producers = new Map<string, Action>()
  for (const action of actions) {
    for (const path of action.depfile === undefined ? action.outputs : [...action.outputs, action.depfile]) {
      const other = producers.get(path)
      if (other !== undefined) {
        const inputs = [other, action].flatMap((one) => one.inputs.slice(0, 1))
        return yield* Result.fail(new DuplicateOutput({ path, inputs }))
      }
      producers.set(path, action)
    }
    yield* pause
  }
  const ordered: Array<Action> = []
  const state = new Map<Action, "visiting" | "done">()
  // An explicit stack: a chain of actions may be longer than the call stack.
  for (const root of actions) {
    const stack: Array<{ action: Action; next: number }> = [{ action: root, next: 0 }]
    if (state.has(root)) continue
    state.set(root, "visiting")
    yield* pause
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!
      if (top.next === top.action.inputs.length) {
        state.set(top.action, "done")
        ordered.push(top.action)
        stack.pop()
        continue
      }
      const needed = producers.get(top.action.inputs[top.next++]!)
      if (needed === undefined || state.get(needed) === "done") continue
      if (state.get(needed) === "visiting") {
        const start = stack.findIndex(({ action }) => action === needed)
        return yield* Result.fail(new ActionCycle({ path: stack.slice(start).map(({ action }) => action.outputs[0]) }))
      }
      state.set(needed, "visiting")
      stack.push({ action: needed, next: 0 })
    }
  }
  return { actions: ordered, producers }
}

/** The actions that must have finished before `action` may start. */
export const dependenciesOf = (graph: ActionGraph, action: Action): ReadonlySet<Action> => {
  const needed = new Set<Action>()
  for (const input of action.inputs) {
    const producer = graph.producers.get(input)
    if (producer !== undefined) needed.add(producer)
  }
  return needed
}
