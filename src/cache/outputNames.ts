import { baseName } from "../domain/paths.ts"
import type { Action } from "../plan/Action.ts"
import { replacePaths } from "./replacePaths.ts"

/** What stands for each output of an action, and its depfile, wherever they are: path → `{output 0}`, `{depfile}`. */
export const outputNames = ({ depfile, outputs }: Action): ReadonlyMap<string, string> =>
  new Map([
    ...outputs.map((path, index) => [path, `{output ${index}}`] as const),
    ...(depfile === undefined ? [] : [[depfile, "{depfile}"] as const])
  ])

/**
 * What stands for each object that an archive is made of: an archive has the names of its members without their folders, so
 * that one of the same objects in another build folder is the same. Not where `ar` is told to keep paths or to print them.
 */
export const memberNames = ({ argv, inputs, mnemonic }: Action): ReadonlyMap<string, string> =>
  mnemonic === "Archive" && /^-?[rqcsSDUu]+$/.test(argv[1] ?? "")
    ? new Map(inputs.map((path, index) => [path, `{member ${index}}/${baseName(path)}`]))
    : new Map()

/** A command with these names in place of the paths. What merely looks like one gets one brace more. */
export const nameFiles = (
  words: ReadonlyArray<string>,
  names: ReadonlyMap<string, string>
): ReadonlyArray<string> =>
  replacePaths(words.map((word) => word.replaceAll(/\{(?=(?:output|member) \d|depfile\})/g, "{{")), names)

/** Whether a text is the name of an output. */
export const isOutputName = (text: string): boolean => /^\{(?:output \d+|depfile)\}$/.test(text)

/** Whether a text has the name of an output in it. */
export const hasOutputName = (text: string): boolean =>
  text.includes("{") && /(?<!\{)\{(?:output \d+|depfile)\}/.test(text)
