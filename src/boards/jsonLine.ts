/**
 * The line, counted from 1, on which a JSON text has the key of this path (`["build", "mcu"]`); of a path that it does not have,
 * the line of the last key that it has. The text has been read as JSON before.
 */
export const jsonLine = (text: string, path: ReadonlyArray<string>): number => {
  const keys: Array<string> = []
  let line = 1
  let best = { depth: 0, line: 1 }
  let last = ""
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]|\n/g)) {
    if (token === "\n") line++
    else if (token === "{" || token === "[") keys.push(last)
    else if (token === "}" || token === "]") keys.pop()
    else if (token === ":") {
      // The first of `keys` is the document itself.
      const here = [...keys.slice(1), last]
      if (here.length > best.depth && here.length <= path.length && here.every((key, index) => key === path[index])) {
        best = { depth: here.length, line }
      }
    } else last = token.slice(1, -1)
  }
  return best.line
}
