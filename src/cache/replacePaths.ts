/**
 * Replaces paths (`names`: path → what takes its place) in the words of a command, where they are a word or a part of one
 * that `=` and `,` set apart: `-o x`, `--out=x`, `-Wl,-Map=x,--cref`.
 */
export const replacePaths = (
  words: ReadonlyArray<string>,
  names: ReadonlyMap<string, string>
): ReadonlyArray<string> => {
  // A path may begin another one, and have `,` in it.
  const paths = [...names.keys()].sort((a, b) => b.length - a.length)
  return words.map((word) => paths.some((path) => word.includes(path)) ? replaceIn(word, paths, names) : word)
}

const replaceIn = (word: string, paths: ReadonlyArray<string>, names: ReadonlyMap<string, string>): string => {
  let text = ""
  let at = 0
  while (at < word.length) {
    const isStart = at === 0 || "=,".includes(word[at - 1]!)
    const path = isStart ? paths.find((path) => word.startsWith(path, at) && ends(word, at + path.length)) : undefined
    text += path === undefined ? word[at] : names.get(path)
    at += path?.length ?? 1
  }
  return text
}

const ends = (word: string, at: number): boolean => at === word.length || word[at] === ","
