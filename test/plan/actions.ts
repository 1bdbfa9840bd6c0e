import * as Result from "effect/Result"
import { FilePath } from "../../src/domain/FilePath.ts"
import { Action, ActionId } from "../../src/plan/Action.ts"
import { type ActionGraph, makeGraph } from "../../src/plan/ActionGraph.ts"

/** An action that makes `outputs` from `inputs`; what is not told does not matter. */
export const action = (
  outputs: string | ReadonlyArray<string>,
  inputs: ReadonlyArray<string> = [],
  more: Partial<Action> = {}
): Action => {
  const [first, ...rest] = [outputs].flat().map((path) => FilePath.make(path))
  return Action.make({
    id: ActionId.make(first!),
    mnemonic: "CxxCompile",
    argv: ["/bin/sh", ...inputs, "-o", first!],
    env: {},
    inputs: inputs.map((path) => FilePath.make(path)),
    outputs: [first!, ...rest],
    ...more
  })
}

export const path = (text: string): FilePath => FilePath.make(text)

export const graphOf = (...actions: ReadonlyArray<Action>): ActionGraph => Result.getOrThrow(makeGraph(actions))
