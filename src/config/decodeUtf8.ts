import * as Result from "effect/Result"
import { ConfigError } from "./ConfigError.ts"

/** The text of a file. Fails at the line and column (in characters) of the first byte that is not UTF-8. */
export const decodeUtf8 = (path: string, bytes: Uint8Array): Result.Result<string, ConfigError> => {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)
  let offset = 0
  let before = ""
  for (const char of text) {
    // What cannot be decoded becomes U+FFFD; a U+FFFD that was written has the bytes EF BF BD.
    if (char === "\uFFFD" && !(bytes[offset] === 0xef && bytes[offset + 1] === 0xbf && bytes[offset + 2] === 0xbd)) {
      const lines = before.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/)
      const column = Array.from(lines[lines.length - 1]!).length + 1
      const place = { path, line: lines.length, column }
      return Result.fail(ConfigError.at(place, { _tag: "NotUtf8", byte: bytes[offset]! }))
    }
    offset += utf8Length(char.codePointAt(0)!)
    before += char
  }
  return Result.succeed(text)
}

const utf8Length = (codePoint: number) => codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4
