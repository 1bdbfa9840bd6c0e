import type { ActionRecord } from "../cache/BuildState.ts"
import { wordDiff } from "../cache/wordDiff.ts"
import { sha256 } from "../disk/sha256.ts"
import type { Action } from "../plan/Action.ts"
import type { Reason } from "./BuildEvent.ts"

/** SHA-256 over all of an action that decides what it does: command, environment, names of inputs and outputs, step. */
export const commandDigest = (action: Action): string => {
  const { depfile, inputs, outputs, stdout, step, toolchain } = action
  return sha256(
    JSON.stringify([
      commandWords(action),
      inputs,
      outputs,
      depfile ?? null,
      stdout ?? null,
      step ?? null,
      toolchain ?? null
    ])
  )
}

/** Variables (`NAME=value`, by name) and arguments of a command, as one would type them. */
export const commandWords = ({ argv, env }: Action): ReadonlyArray<string> => [
  ...Object.entries(env).sort().map(([name, value]) => `${name}=${value}`),
  ...argv
]

/** What a record has of an action's command. */
export const commandOf = (action: Action): Pick<ActionRecord, "command" | "toolchain" | "words"> => ({
  command: commandDigest(action),
  words: commandWords(action),
  toolchain: action.toolchain
})

/** Why a record of another command is not one of this action: what is another about it. */
export const commandChange = (record: ActionRecord, action: Action): Reason => {
  const { toolchain } = action
  const { added, moved, removed } = wordDiff(record.words, commandWords(action))
  return added.length + removed.length + moved.length === 0 && record.toolchain !== toolchain
    ? { _tag: "ToolchainChanged", before: record.toolchain ?? "", after: toolchain ?? "" }
    : { _tag: "CommandChanged", added, removed, moved }
}
