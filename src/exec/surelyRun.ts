import * as Effect from "effect/Effect"
import type { ActionRecord } from "../cache/BuildState.ts"
import { standsFor } from "../cache/standsFor.ts"
import { type Action, isCompile } from "../plan/Action.ts"
import type { ActionGraph } from "../plan/ActionGraph.ts"
import type { KnownFiles } from "./KnownFiles.ts"

/** What has been edited since the last build of a plan, as far as planning has seen it. */
export interface Edits {
  /** Names of files, as traces have them. */
  readonly paths: ReadonlySet<string>
  /** The actions that had read a file then, or made it. */
  readonly usersOf: (path: string) => Iterable<Action>
}

/**
 * The actions of a plan that will run, as far as edits alone tell: compilations of and with what was edited, a sketch among
 * it. Where edits are not known, by their sources.
 */
export const surelyRun = Effect.fnUntraced(function*(
  { actions }: ActionGraph,
  edits: Edits | undefined,
  records: ReadonlyMap<string, ActionRecord>,
  known: KnownFiles["known"]
) {
  const found = new Set<Action>()
  const consider = Effect.fnUntraced(function*(action: Action, path: string) {
    const record = records.get(action.id)
    if (record === undefined || !standsFor(record.inputs.get(path), yield* known(path))) found.add(action)
  }, (effect) => Effect.ignore(effect))

  for (const action of actions) {
    const [source] = action.inputs
    if (edits === undefined && (action.always !== undefined || !records.has(action.id))) found.add(action)
    else if (source !== undefined && leadsToObject(action) && edits?.paths.has(source) !== false) {
      yield* consider(action, source)
    }
  }
  if (edits === undefined) return found
  for (const path of edits.paths) {
    for (const user of edits.usersOf(path)) if (leadsToObject(user)) yield* consider(user, path)
  }
  // A set also comes to what is added on the way.
  for (const { outputs } of found) {
    for (const path of outputs) for (const user of edits.usersOf(path)) if (leadsToObject(user)) found.add(user)
  }
  return found
})

const leadsToObject = (action: Action): boolean => isCompile(action) || action.mnemonic === "ConvertSketch"
