import type { Action } from "../plan/Action.ts"
import { classifyArguments } from "./classifyArguments.ts"
import { linkFolders } from "./linkFolders.ts"
import { expandResponses } from "./responseFile.ts"

/**
 * Files that an action reads and that only its command line tells, besides its declared inputs: response files, linker
 * scripts, specs, plugins, lists of symbols, operands. Candidates: a name may stand for a file of a search folder, or for
 * nothing. `texts`: the response files that could be read.
 */
export const namedFiles = (
  { argv, inputs, outputs }: Action,
  texts: ReadonlyMap<string, string> = new Map()
): ReadonlyArray<string> => {
  const args = classifyArguments(expandResponses(argv, texts)) ?? []
  const folders = linkFolders(args)
  const declared = new Set<string>([...inputs, ...outputs])
  return [
    ...texts.keys(),
    ...args.flatMap(({ class: meaning, flag, value }) => {
      if (meaning === "operand") return declared.has(value) ? [] : [value.replace(/^@/, ""), ...behindSigns(value)]
      // What nobody knows may name a file as others do: `--add-section=.x=file`.
      if (meaning === "unknown") return behindSigns(flag)
      if (meaning !== "file") return []
      return value.startsWith("/") ? [value] : [value, ...folders.map((folder) => `${folder}/${value}`)]
    })
  ]
}

/** What stands behind each `=`. */
const behindSigns = (word: string): ReadonlyArray<string> =>
  [...word.matchAll(/=/g)].map(({ index }) => word.slice(index + 1)).filter((rest) => rest !== "")
