import { thinArchive } from "./linkScript.ts"

/**
 * Words that lead from a file to others, in a way that no depfile tells. The assembler takes directives in any case: what
 * `.incbin` and `.include` begin with, in all of them.
 */
const leading = ["__has_include", ".inc", ".inC", ".iNc", ".iNC", ".Inc", ".InC", ".INc", ".INC"] as const

/** Words of headers that are read only once: `#pragma once`, `#import`. */
const once = ["once", "import"] as const

/** Words that stand for the time of day. */
const times = ["__DATE__", "__TIME__", "__TIMESTAMP__"] as const

/**
 * Words in a file that make more than its own content count. A file has a mark for each, one bit in this order; that the
 * word stands in a comment is not looked at. An archive that only names its members has a mark, too. Source: GCC manual, "Standard Predefined Macros", `__has_include`; GNU as
 * manual, `.incbin`, `.include`, "Statements".
 */
export const markedWords: ReadonlyArray<string> = [...leading, ...times, thinArchive, ...once]

const has = (marks: number, word: string): boolean => (marks & 1 << markedWords.indexOf(word)) !== 0

/** Whether a file may ask for others by name. */
export const leadsToFiles = (marks: number): boolean => leading.some((word) => has(marks, word))

/** The first word of a file that stands for a time. */
export const timeMacro = (marks: number): string | undefined => times.find((word) => has(marks, word))

/** Stands for when the file that it is used in was modified. Source: GCC manual, "Common Predefined Macros". */
export const modifiedMacro = "__TIMESTAMP__"

/** Whether a file has `modifiedMacro`. */
export const mayTellModified = (marks: number): boolean => has(marks, modifiedMacro)

/** Whether a file may be an archive that only names its members. */
export const mayBeThin = (marks: number): boolean => has(marks, thinArchive)

/** Whether a file may say of itself, or of others, that reading it once is enough. */
export const mayBeOnce = (marks: number): boolean => once.some((word) => has(marks, word))
