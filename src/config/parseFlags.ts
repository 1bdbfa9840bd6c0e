import * as Result from "effect/Result"
import { ConfigError, type Place } from "./ConfigError.ts"

/**
 * Splits the text of a flags option into arguments, line by line, nearly as a shell would:
 * - white space separates, and `, `, PlatformIO's list separator;
 * - `'…'` and `"…"` group and disappear; nothing is special within `'…'`;
 * - a backslash makes `"` literal, outside quotes also `'` and a space; any other backslash stays (Windows paths);
 * - `-D NAME`, in one argument or two, becomes `-DNAME`.
 *
 * Fails for an unclosed quote, and for a line `!command`, whose output would have to be inserted.
 */
export const splitFlags = (
  text: string,
  origin: Place & { readonly key: string }
): Result.Result<ReadonlyArray<string>, ConfigError> => {
  const tokens: Array<string> = []
  for (const line of text.split(/\r\n|\n|\r/)) {
    const command = /^\s*!\s*(.*)$/.exec(line)
    if (command !== null) {
      return Result.fail(ConfigError.at(origin, { _tag: "DynamicFlags", key: origin.key, command: command[1]! }))
    }
    const unclosed = splitLine(line, tokens)
    if (unclosed !== undefined) {
      return Result.fail(ConfigError.at(origin, { _tag: "UnclosedQuote", key: origin.key, quote: unclosed }))
    }
  }
  return Result.succeed(joinDefines(tokens))
}

/** Appends the tokens of `line`; the result is a quote that was not closed. */
const splitLine = (line: string, tokens: Array<string>): string | undefined => {
  let token: string | undefined
  let quote: string | undefined
  for (let at = 0; at < line.length; at++) {
    const char = line[at]!
    const next = line[at + 1]
    if (char === "\\" && next !== undefined && escapable(quote).includes(next)) {
      token = (token ?? "") + next
      at++
    } else if (quote !== undefined) {
      if (char === quote) quote = undefined
      else token = (token ?? "") + char
    } else if (char === "'" || char === "\"") {
      quote = char
      token ??= ""
    } else if (/^(\s|,\s)/.test(line.slice(at, at + 2))) {
      if (token !== undefined) tokens.push(token)
      token = undefined
    } else token = (token ?? "") + char
  }
  if (token !== undefined) tokens.push(token)
  return quote
}

const escapable = (quote: string | undefined): string => quote === undefined ? "\"' " : quote === "\"" ? "\"" : ""

const joinDefines = (tokens: ReadonlyArray<string>): ReadonlyArray<string> => {
  const joined: Array<string> = []
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!
    const next = tokens[at + 1]
    if (token === "-D" && next !== undefined) {
      joined.push(`-D${next}`)
      at++
    } else joined.push(token.replace(/^-D\s+/, "-D"))
  }
  return joined
}
