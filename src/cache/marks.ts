/** Words that lead from a file to others, in a way that no depfile tells. */
const leading = ["__has_include", ".incbin", ".include"] as const

/** Words that stand for the time of day. */
const times = ["__DATE__", "__TIME__", "__TIMESTAMP__"] as const

/** The assembler takes directives in any case. These are the ones that people write. */
const shouted = [".INCBIN", ".INCLUDE", ".Incbin", ".Include", ".IncBin"] as const

/**
 * Words in a file that make more than its own content count. A file has a mark for each, one bit in this order; that the
 * word stands in a comment is not looked at. Source: GCC manual, "Standard Predefined Macros", `__has_include`; GNU as
 * manual, `.incbin`, `.include`.
 */
export const markedWords: ReadonlyArray<string> = [...leading, ...times, ...shouted]

const has = (marks: number, word: string): boolean => (marks & 1 << markedWords.indexOf(word)) !== 0

/** Whether a file asks for others by name. */
export const leadsToFiles = (marks: number): boolean => [...leading, ...shouted].some((word) => has(marks, word))

/** The first word of a file that stands for a time. */
export const timeMacro = (marks: number): string | undefined => times.find((word) => has(marks, word))
