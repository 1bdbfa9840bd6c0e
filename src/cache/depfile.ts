/**
 * The prerequisites of the first rule of a make-style depfile, as GCC's `-MD` writes it: `target: a b \⏎ c`, with `\ `,
 * `\#`, `$$` and (for a backslash before a blank) `\\` escaped. Paths are as the compiler saw them. Source: GCC manual,
 * `-MQ`; libcpp/mkdeps.c describes the quoting in its comments.
 */
export const parseDepfile = (text: string): ReadonlyArray<string> => {
  const start = /:(?=[ \t\r\n\\]|$)/.exec(text)
  if (start === null) return []
  const paths: Array<string> = []
  let path = ""
  const flush = () => {
    if (path !== "") paths.push(path)
    path = ""
  }
  for (let index = start.index + 1; index < text.length; index++) {
    const char = text[index]!
    if (char === "\\") {
      let end = index
      while (text[end] === "\\") end++
      const count = end - index
      const next = text[end]
      if (next === "\n" || (next === "\r" && text[end + 1] === "\n")) {
        // A continued line: the last backslash belongs to the newline.
        path += "\\".repeat(count - 1)
        flush()
        index = next === "\n" ? end : end + 1
      } else if (next === "#") {
        // Escaped by one backslash; those before it are themselves.
        path += "\\".repeat(count - 1) + next
        index = end
      } else if (next === " " || next === "\t") {
        // Before a blank, backslashes are doubled and one more escapes the blank.
        path += "\\".repeat(count >> 1)
        if (count % 2 === 1) {
          path += next
          index = end
        } else index = end - 1
      } else {
        path += "\\".repeat(count)
        index = end - 1
      }
    } else if (char === "$" && text[index + 1] === "$") {
      path += "$"
      index++
    } else if (char === "\n" || (char === "\r" && text[index + 1] === "\n")) {
      flush()
      return paths
    } else if (char === " " || char === "\t") flush()
    else path += char
  }
  flush()
  return paths
}
