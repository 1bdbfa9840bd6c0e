import * as Effect from "effect/Effect"
import { Action } from "../plan/Action.ts"
import { type ActionGraph, makeGraph } from "../plan/ActionGraph.ts"
import { findProgram, missing, pathFolders } from "../toolchain/findTool.ts"

/**
 * A graph whose programs are all known by their place: a recipe may name one without a folder, as a shell's user would. Hooks
 * get the request's `PATH` besides, because scripts start what they need by name.
 */
export const locatePrograms = Effect.fnUntraced(function*(
  graph: ActionGraph,
  variables: Readonly<Record<string, string>>
) {
  const isBare = ({ argv: [program = ""] }: Action) => program !== "" && !program.includes("/")
  if (!graph.actions.some((action) => action.always || isBare(action))) return graph
  const actions = yield* Effect.forEach(graph.actions, (action) =>
    Effect.gen(function*() {
      const env = action.always ? { ...action.env, PATH: variables["PATH"] ?? "" } : action.env
      if (!isBare(action)) return action.always ? Action.make({ ...action, env }) : action
      const [name = "", ...args] = action.argv
      const program = yield* findProgram(name, variables)
      if (program === undefined) return yield* missing(name, pathFolders(variables))
      return Action.make({ ...action, env, argv: [program, ...args] })
    }))
  return yield* Effect.fromResult(makeGraph(actions))
})
