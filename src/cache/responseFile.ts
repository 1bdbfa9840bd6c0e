import { listOf } from "./passedOn.ts"

/**
 * A command line with its response files (`@file`) in place, as GNU programs take them: words are separated by blanks,
 * quotes keep blanks, a backslash keeps the next character; a response file may name others. One that is not in `texts`
 * (path as it stands there → content), or that contains itself, is left as it is. Those behind `-Wl,` and its like are read by
 * the program that gets them. Source: GCC manual, "Overall Options"; GNU binutils manual, `@FILE`.
 */
export const expandResponses = (
  argv: ReadonlyArray<string>,
  texts: ReadonlyMap<string, string>
): ReadonlyArray<string> => argv.some(namesResponse) ? expand(argv, texts, []) : argv

/** Response files that `expandResponses` would put into place, if they were in `texts`; also those that other ones name. */
export const missingResponses = (
  argv: ReadonlyArray<string>,
  texts: ReadonlyMap<string, string>
): ReadonlyArray<string> => [
  ...new Set(
    expandResponses(argv, texts).flatMap((word) => passedOn(word)?.words ?? [word])
      .filter((word) => word.startsWith("@")).map((word) => word.slice(1)).filter((path) => !texts.has(path))
  )
]

/** Whether a word of a command may name a response file. */
export const namesResponse = (word: string): boolean => word.startsWith("@") || passedOn(word) !== undefined

/** A list for another program with what may be a response file in it. */
const passedOn = (word: string) => word.includes("@") ? listOf(word) : undefined

const expand = (
  argv: ReadonlyArray<string>,
  texts: ReadonlyMap<string, string>,
  inside: ReadonlyArray<string>
): ReadonlyArray<string> => {
  if (!argv.some(namesResponse)) return argv
  return argv.flatMap((word) => {
    const passed = passedOn(word)
    if (passed !== undefined) {
      const words = expand(passed.words, texts, inside)
      // A path with a comma would be taken apart.
      return words.length === passed.words.length && words.every((word, index) => word === passed.words[index])
        ? [word]
        : words.flatMap((word) => [passed.option, word])
    }
    const path = word.startsWith("@") ? word.slice(1) : ""
    const text = inside.includes(path) ? undefined : texts.get(path)
    return text === undefined ? [word] : expand(splitWords(text), texts, [...inside, path])
  })
}

/** The words of a response file. */
const splitWords = (text: string): ReadonlyArray<string> => {
  const words: Array<string> = []
  let word: string | undefined
  let quote = ""
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!
    if (char === "\\") word = (word ?? "") + (text[++at] ?? "")
    else if (quote !== "" && char === quote) quote = ""
    else if (quote === "" && (char === "'" || char === "\"")) {
      quote = char
      word ??= ""
    } else if (quote === "" && /\s/.test(char)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? "") + char
  }
  if (word !== undefined) words.push(word)
  return words
}
