import * as Effect from "effect/Effect"
import { type Action, isCompile, subjectOf } from "../plan/Action.ts"
import { FlagRefused } from "./ActionError.ts"
import { expandedWords } from "./responses.ts"

/** Fails where an action has a word that cannot have its way. */
export const refuseFlags = Effect.fnUntraced(function*(action: Action, absolute: (path: string) => string) {
  const refused = refusedFlag(action, yield* expandedWords(action.argv, absolute))
  if (refused === undefined) return
  return yield* new FlagRefused({ id: action.id, mnemonic: action.mnemonic, path: subjectOf(action), ...refused })
})

/** A word of a command that would give something else than it says, and what: a predicate, "writes …". */
interface RefusedFlag {
  readonly flag: string
  readonly why: string
  /** A word that has the effect that is wanted. */
  readonly instead?: string
}

/**
 * The first word of a compilation or a link (response files in place) that cannot have its way where each command writes to names of
 * its own and many run at once. Source: GCC manual, "Developer Options", `-save-temps`, "Debugging Options", `-gsplit-dwarf`.
 */
const refusedFlag = (action: Action, words: ReadonlyArray<string>): RefusedFlag | undefined => {
  if (!isCompile(action) && action.mnemonic !== "Link") return undefined
  const temporaries = words.findLast((word) => /^--?save-temps(?:=|$)/.test(word))
  if (temporaries !== undefined && !keepsTemporaries(words)) {
    const why = "writes into the project folder, where commands that run at once write over each other's files"
    return { flag: temporaries, why, instead: "-save-temps=obj" }
  }
  const debug = words.findLast((word) => /^-g(?:no-)?split-dwarf$/.test(word))
  return debug === "-gsplit-dwarf"
    ? { flag: debug, why: "leaves debug information in files that objects know by a temporary name" }
    : undefined
}

/** Whether a compiler leaves its intermediate files beside the object. The last one counts. */
export const keepsTemporaries = (words: ReadonlyArray<string>): boolean =>
  words.findLast((word) => /^--?save-temps(?:=|$)/.test(word))?.endsWith("=obj") === true
