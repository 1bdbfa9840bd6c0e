/**
 * Replaces paths (`names`: path → what takes its place) in the words of a command, where they are a word or a part of one
 * that `=` and `,` set apart: `-o x`, `--out=x`, `-Wl,-Map=x,--cref`.
 */
export const replacePaths = (
  words: ReadonlyArray<string>,
  names: ReadonlyMap<string, string>
): ReadonlyArray<string> => {
  return words.map((word) => names.get(word) ?? (/[=,]/.test(word) ? replaceIn(word, names) : word))
}

const replaceIn = (word: string, names: ReadonlyMap<string, string>): string => {
  let text = ""
  let at = 0
  while (at < word.length) {
    const isStart = at === 0 || "=,".includes(word[at - 1]!)
    const path = isStart ? pathAt(word, at, names) : undefined
    text += path === undefined ? word[at] : names.get(path)
    at += path?.length ?? 1
  }
  return text
}

/** The longest path that begins there and ends with the word or at a comma: paths may have commas in them. */
const pathAt = (word: string, at: number, names: ReadonlyMap<string, string>): string | undefined => {
  for (let end = word.length; end > at; end = word.lastIndexOf(",", end - 1)) {
    const path = word.slice(at, end)
    if (names.has(path)) return path
  }
  return undefined
}
