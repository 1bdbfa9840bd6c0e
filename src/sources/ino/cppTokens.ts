/**
 * Matches the next token or comment of C++ text with LF line ends; never fails half-way, whatever the text is.
 * Group 1 is a preprocessor directive up to the end of its (continued) line, group 3 an identifier or keyword.
 */
export const tokenPattern = (): RegExp =>
  new RegExp(
    [
      `^(${directive})`,
      comment,
      // Group 2 is the delimiter of a raw string.
      String.raw`(?:u8|[uUL])?R"([^()\\\s"]{0,16})\([\s\S]*?\)\2"`,
      `(?:u8|[uUL])?${stringLiteral}`,
      String.raw`'(?:[^'\\\n]|\\[^\n]){1,64}'`,
      String.raw`\.?\d(?:[eEpP][+-]|'?[\w.]){0,999}`,
      String.raw`([A-Za-z_$\x80-\uFFFF][\w$\x80-\uFFFF]{0,9999})`,
      "->",
      String.raw`[^\s]`
    ].join("|"),
    "gm"
  )

/** The identifiers and keywords of a piece of C++, outside of comments and literals. */
export const wordsOf = (text: string): Array<string> => {
  const words: Array<string> = []
  for (const match of text.matchAll(tokenPattern())) {
    if (match[3] !== undefined) words.push(match[3])
  }
  return words
}

/** A range to overwrite with a character. */
export interface Blank {
  readonly start: number
  readonly end: number
  readonly fill: string
}

/** Overwrites ranges, line ends and tabs excepted, so that lines and columns stay. Ranges may overlap. */
export const blankOut = (text: string, ranges: ReadonlyArray<Blank>): string => {
  const parts: Array<string> = []
  let done = 0
  for (const { end, fill, start } of ranges.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    if (end <= done) continue
    const from = Math.max(start, done)
    parts.push(text.slice(done, from), text.slice(from, end).replace(/[^\n\t]/g, fill))
    done = end
  }
  return parts.join("") + text.slice(done)
}

// Long stretches are matched lazily and names up to a length: greedy loops take stack for every character, and would
// throw on literals and comments of some megabytes.
const lineEnd = String.raw`(?=\n|(?![\s\S]))`
const comment = String.raw`\/\/(?:\\[\s\S]|[^\n])*?${lineEnd}|\/\*[\s\S]*?(?:\*\/|(?![\s\S]))`
const stringLiteral = String.raw`"(?:\\[\s\S]|[^"\\\n])*?(?:"|${lineEnd})`
const directive = String.raw`[ \t]{0,4096}#(?:\\[\s\S]|${comment}|"(?:\\.|[^"\\\n])*?"|[^\n])*?${lineEnd}`
