// The lexical level of C sources as far as finding directives needs it: where comments, literals and logical lines end.
// Every function looks at each character a constant number of times. Source: C17 5.1.1.2 and 6.4; C++17 [lex.string].

const newline = 10
const quote = 34
const apostrophe = 39
const star = 42
const slash = 47
const backslash = 92

/** Skips white space, line ends and comments: to the first token of a line, or the end of the text. */
export const skipBlanks = (text: string, at: number): number => skip(text, at, true)

/** Skips white space and comments, but stays in the logical line. */
export const skipBlanksInLine = (text: string, at: number): number => skip(text, at, false)

/** The end of the identifier or number that begins at `at`, digit separators included. */
export const wordEnd = (text: string, at: number): number => {
  const isNumber = isDigit(text.charCodeAt(at))
  let end = at
  for (;;) {
    const code = text.charCodeAt(end)
    if (isWord(code)) end++
    else if (isNumber && code === apostrophe && isWord(text.charCodeAt(end + 1))) end += 2
    else return end
  }
}

/** Skips the rest of a logical line, and a comment or raw string that begins in it: to the start of the next line. */
export const skipLine = (text: string, at: number): number => {
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === newline) return at + 1
    at = tokenEnd(text, at, code)
  }
  return at
}

/** The rest of a logical line with continuations joined and comments made blank, and where the next line begins. */
export const readLine = (text: string, at: number): { readonly line: string; readonly next: number } => {
  let line = ""
  let from = at
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === newline) return { line: line + text.slice(from, at), next: at + 1 }
    const end = tokenEnd(text, at, code)
    const isComment = code === slash && end > at + 1
    if (isComment || (code === backslash && continuation(text, at) > 0)) {
      line += text.slice(from, at) + (isComment ? " " : "")
      from = end
    }
    at = end
  }
  return { line: line + text.slice(from), next: at }
}

/** The header name `<…>` or `"…"` that begins at `at` and ends in the same line. */
export const headerName = (text: string, at: number) => {
  const open = text[at]
  if (open !== "<" && open !== "\"") return undefined
  const close = open === "<" ? ">" : "\""
  for (let end = at + 1; end < text.length && text.charCodeAt(end) !== newline; end++) {
    if (text[end] === close) {
      return { name: text.slice(at + 1, end), form: open === "<" ? "angled" as const : "quoted" as const }
    }
  }
  return undefined
}

const skip = (text: string, at: number, overLines: boolean): number => {
  for (;;) {
    const code = text.charCodeAt(at)
    if (code === 32 || code === 13 || (code >= 9 && code <= 12 && (overLines || code !== newline))) at++
    else if (code === slash && isCommentStart(text.charCodeAt(at + 1))) at = commentEnd(text, at)
    else if (code === backslash && continuation(text, at) > 0) at = continuation(text, at)
    else return at
  }
}

/** The end of what begins at `at`: a comment, a literal, a word, a continuation, or else one character. */
const tokenEnd = (text: string, at: number, code: number): number => {
  if (isWord(code)) {
    const end = wordEnd(text, at)
    return text.charCodeAt(end) === quote && /^(?:u8|[uUL])?R$/.test(text.slice(at, Math.min(end, at + 4)))
      ? rawStringEnd(text, end)
      : end
  }
  if (code === quote || code === apostrophe) return literalEnd(text, at, code)
  if (code === slash && isCommentStart(text.charCodeAt(at + 1))) return commentEnd(text, at)
  if (code === backslash) return continuation(text, at) || at + 1
  return at + 1
}

/** Behind a block comment, or at the newline that ends a line comment. */
const commentEnd = (text: string, at: number): number => {
  if (text.charCodeAt(at + 1) === star) {
    const end = text.indexOf("*/", at + 2)
    return end < 0 ? text.length : end + 2
  }
  for (let end = at + 2; end < text.length; end++) {
    const code = text.charCodeAt(end)
    if (code === newline) return end
    if (code === backslash && continuation(text, end) > 0) end = continuation(text, end) - 1
  }
  return text.length
}

/** Behind the closing quote, or at the newline that ends a literal which is not closed. */
const literalEnd = (text: string, at: number, close: number): number => {
  for (let end = at + 1; end < text.length; end++) {
    const code = text.charCodeAt(end)
    if (code === close) return end + 1
    if (code === newline) return end
    if (code === backslash) end = (continuation(text, end) || end + 2) - 1
  }
  return text.length
}

/** `at` is the quote of a raw string; without a proper delimiter it is an ordinary one. */
const rawStringEnd = (text: string, at: number): number => {
  const start = /^"([^ ()\\\t\v\f\n\r]{0,16})\(/.exec(text.slice(at, at + 18))
  if (start === null) return literalEnd(text, at, quote)
  const close = `)${start[1]}"`
  const end = text.indexOf(close, at)
  return end < 0 ? text.length : end + close.length
}

/**
 * `at` is a backslash: the start of the next line if it continues this one, else 0. Source: GCC manual, "Initial
 * processing": white space between the backslash and the end of the line is allowed.
 */
const continuation = (text: string, at: number): number => {
  let end = at + 1
  for (;; end++) {
    const code = text.charCodeAt(end)
    if (code === newline) return end + 1
    if (code !== 32 && code !== 9 && code !== 13) return 0
  }
}

const isCommentStart = (code: number): boolean => code === slash || code === star

const isDigit = (code: number): boolean => code >= 48 && code <= 57

/** Letters, digits, `_`, `$` and all that is not ASCII. */
const isWord = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || isDigit(code) || code === 95 || code === 36 || code > 127
