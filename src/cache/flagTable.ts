/**
 * What an argument means to a cache.
 *
 * - `hashed`: decides what the program does, and names no file; so do names that the program looks up by itself, such as
 *   `-l`, which the link's map tells.
 * - `preprocessor`: reaches only the preprocessor. In the key all the same, because no preprocessor runs on a look-up; the
 *   files that it makes it read are in the depfile.
 * - `file`: names a file that is read, and that neither a depfile nor a map tells. Its content is verified by the trace.
 * - `folder`: files are looked for below it. What was found there is in the trace.
 * - `output`: names a file that is written; it has to be one of the action's outputs.
 * - `uncacheable`: what the program makes is not for others to have, or how it finds what it reads is not told here.
 * - `untold`: nobody tells what it makes the program read, or which programs it starts, so that what is made is neither kept
 *   nor ever up to date.
 */
export type FlagClass = "hashed" | "preprocessor" | "file" | "folder" | "output" | "uncacheable" | "untold"

/** Programs that have a table of their own. `cpp` is what `-Wp,` reaches. */
export type Family = "gcc" | "cpp" | "as" | "ld" | "ar" | "objcopy" | "nm"

/**
 * How a name stands in an argument, and where its value is.
 *
 * - `exact`: it is the whole argument; there is no value.
 * - `prefix`: the argument begins with it; the rest is the value.
 * - `joined`: the value is the rest of the argument, or the next one if nothing is left.
 * - `next`: it is the whole argument, the value is the next one.
 * - `long`: `name=value`, or `name` with the value in the next argument.
 * - `optional`: `name=value`, or `name` alone.
 */
export type FlagMatch = "exact" | "prefix" | "joined" | "next" | "long" | "optional"

export interface FlagRow {
  readonly class: FlagClass
  readonly match: FlagMatch
  readonly names: ReadonlyArray<string>
  /** The row is for values like this one only. */
  readonly value?: RegExp
  /** The value is a list for another program: separated by commas, or one word where the value stands apart. */
  readonly to?: Family
  /** For `uncacheable` and `untold`: what is wrong with it. */
  readonly why?: string
}

/** Rows of a family, the first that matches decides. An argument that matches none is unknown, and not to be cached. */
export type FlagTable = ReadonlyArray<FlagRow>

/** `names` are separated by blanks. */
export const row = (
  flagClass: FlagClass,
  match: FlagMatch,
  names: string,
  more: Pick<FlagRow, "value" | "to" | "why"> = {}
): FlagRow => ({ class: flagClass, match, names: names.split(" "), ...more })

/** The family of a program by its file name, `arm-none-eabi-gcc-ar-12.2.exe` included. */
export const familyOf = (program: string): Family | undefined => {
  const name = /(?:^|[/\\-])(g\+\+|gcc|as|ar|objcopy|nm|size)(?:-\d[\d.]*)?(?:\.exe)?$/.exec(program)?.[1]
  return name === undefined ? undefined : families[name]
}

const families: Readonly<Record<string, Family>> = {
  "g++": "gcc",
  gcc: "gcc",
  as: "as",
  ar: "ar",
  objcopy: "objcopy",
  nm: "nm",
  size: "nm"
}
