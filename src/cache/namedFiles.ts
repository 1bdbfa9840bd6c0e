import type { Action } from "../plan/Action.ts"
import { classifyArguments } from "./classifyArguments.ts"
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
  const folders = args.filter(({ name }) => /^(?:-L|--library-(?:path|directory))$/.test(name)).map(({ value }) =>
    value
  )
  const declared = new Set<string>([...inputs, ...outputs])
  return [
    ...texts.keys(),
    ...args.flatMap(({ class: meaning, value }) => {
      if (meaning === "operand") return declared.has(value) ? [] : [value.replace(/^@/, "")]
      if (meaning !== "file") return []
      return value.startsWith("/") ? [value] : [value, ...folders.map((folder) => `${folder}/${value}`)]
    })
  ]
}
