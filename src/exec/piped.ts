import * as Effect from "effect/Effect"
import { familyOf } from "../cache/flagTable.ts"
import { pathFrom } from "../domain/paths.ts"
import type { Action } from "../plan/Action.ts"
import { keepsTemporaries } from "./refuseFlags.ts"
import { expandedWords } from "./responses.ts"
import type { Stage } from "./Stage.ts"

/**
 * Has a driver of GCC start the assembler with the compiler, which hands over what it has through a pipe, instead of after
 * it: what comes out is the same, sooner. Not where assembly is preprocessed: the assembler would have its say about the
 * part before an `#error`. Nor where the file between them is to stay. Source: GCC manual, "Overall Options", `-pipe`.
 */
export const piped = Effect.fnUntraced(function*(action: Action, stage: Stage, cwd: string) {
  const [program = "", ...args] = stage.argv
  if (!assembles.has(action.mnemonic) || familyOf(program) !== "gcc") return stage
  const words = yield* expandedWords(args, (path) => pathFrom(cwd, path))
  return keepsTemporaries(words) ? stage : { ...stage, argv: [program, "-pipe", ...args] } satisfies Stage
})

/** What a compiler makes of other than assembly is assembled. A link does so with what it optimises. */
const assembles: ReadonlySet<Action["mnemonic"]> = new Set(["CCompile", "CxxCompile", "Link"])
