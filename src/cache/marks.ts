/**
 * Words in a file that make more than its own content count: `__has_include` and `.incbin` lead to other files, the rest to
 * the time of day. A file has a mark for each, one bit in this order; that the word stands in a comment is not looked at.
 * Source: GCC manual, "Standard Predefined Macros", `__has_include`; GNU as manual, `.incbin`.
 */
export const markedWords = ["__has_include", ".incbin", "__DATE__", "__TIME__", "__TIMESTAMP__"] as const

const bit = (word: typeof markedWords[number]): number => 1 << markedWords.indexOf(word)

/** Whether a file asks for others by name, in a way that no depfile tells. */
export const leadsToFiles = (marks: number): boolean => (marks & (bit("__has_include") | bit(".incbin"))) !== 0

/** The first word of a file that stands for a time. */
export const timeMacro = (marks: number): string | undefined =>
  markedWords.slice(2).find((word) => (marks & bit(word)) !== 0)
