import type { Action } from "../plan/Action.ts"
import { replacePaths } from "./replacePaths.ts"

/** What stands for each output of an action, and its depfile, wherever they are: path → `{output 0}`, `{depfile}`. */
export const outputNames = ({ depfile, outputs }: Action): ReadonlyMap<string, string> =>
  new Map([
    ...outputs.map((path, index) => [path, `{output ${index}}`] as const),
    ...(depfile === undefined ? [] : [[depfile, "{depfile}"] as const])
  ])

/** A command with these names in place of the paths. What merely looks like one gets one brace more. */
export const nameOutputs = (
  words: ReadonlyArray<string>,
  names: ReadonlyMap<string, string>
): ReadonlyArray<string> =>
  replacePaths(words.map((word) => word.replaceAll(/\{(?=output \d|depfile\})/g, "{{")), names)

/** Whether a text is the name of an output. */
export const isOutputName = (text: string): boolean => /^\{(?:output \d+|depfile)\}$/.test(text)

/** Whether a text has the name of an output in it. */
export const hasOutputName = (text: string): boolean => /(?<!\{)\{(?:output \d+|depfile)\}/.test(text)
