// @effect-diagnostics nodeBuiltinImport:off -- synchronous calls take 6–25 µs each, an asynchronous one 50–100
import * as Crypto from "node:crypto"
import * as FileSystem from "node:fs"
import { Digest } from "../domain/Digest.ts"
import { joinLines } from "../domain/sourceText.ts"
import { pause, type Steps } from "../domain/steps.ts"
import { sha256 } from "./sha256.ts"

/** How much is read and hashed between two pauses, bytes: 0.3–2 ms. A compiler has 20 MB and more. */
const pieceBytes = 512 * 1024

/** That a word takes at most, with the ends of lines within it, bytes. */
const longestWord = 256

/** For what is read of a file between two pauses. */
const room = Buffer.allocUnsafeSlow(pieceBytes)

/** How object files and archives begin. To no compiler, assembler or linker are they text, and searching them takes longer than hashing. */
const binaries = ["\x7fELF", "!<arch>\n"].map((start) => Buffer.from(start, "latin1"))

/**
 * The digest of a file, and which of some words its content has: bit 0 for the first. A word counts as well where the end of
 * a line, behind a backslash, is within it. No object file or archive has any. Source: C standard, "Translation phases".
 */
export interface Digested {
  readonly digest: Digest
  readonly marks: number
}

/** Reads a file to its end. Throws what Node throws. */
export function* digestSteps(path: string, wanted: ReadonlyArray<string>): Steps<Digested> {
  const file = FileSystem.openSync(path, "r")
  try {
    let piece = readPiece(file)
    const words = binaries.some((start) => piece.subarray(0, start.length).equals(start)) ? [] : wanted
    let marks = marksOf(piece, words)
    if (piece.length < pieceBytes) return { digest: sha256(piece), marks }
    const hash = Crypto.createHash("sha256")
    while (piece.length > 0) {
      hash.update(piece)
      // Of a word that the next piece goes on with.
      const end = Buffer.from(piece.subarray(Math.max(0, piece.length - longestWord)))
      yield* pause
      piece = readPiece(file)
      marks |= marksOf(piece, words) | marksOf(Buffer.concat([end, piece.subarray(0, longestWord)]), words)
    }
    return { digest: Digest.make(hash.digest("hex")), marks }
  } finally {
    FileSystem.closeSync(file)
  }
}

/** As much as there is room for; less only at the end of the file. */
const readPiece = (file: number): Buffer => {
  let length = 0
  while (length < pieceBytes) {
    const read = FileSystem.readSync(file, room, length, pieceBytes - length, null)
    if (read === 0) break
    length += read
  }
  return room.subarray(0, length)
}

const marksOf = (content: Buffer, words: ReadonlyArray<string>): number => {
  if (words.length === 0) return 0
  const marks = wordsIn(content, words)
  return partsWord(content) ? marks | wordsIn(joinLines(content.toString("latin1")), words) : marks
}

const wordsIn = (content: Buffer | string, words: ReadonlyArray<string>): number =>
  words.reduce((marks, word, index) => content.includes(word) ? marks | 1 << index : marks, 0)

/** Whether a line goes on within a word. */
const partsWord = (content: Buffer): boolean => {
  for (let at = content.indexOf(backslash); at >= 0; at = content.indexOf(backslash, at + 1)) {
    if (isOfWord(content[at - 1]) && continued.test(content.toString("latin1", at, at + longestWord))) return true
  }
  return content.includes(trigraph)
}

const backslash = 0x5c
const trigraph = "??/"

/** Letters, digits, `_` and `.`. */
const isOfWord = (byte = 0): boolean =>
  (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x30 && byte <= 0x39) ||
  byte === 0x5f || byte === 0x2e

/** GCC does not mind blanks behind the backslash. */
const continued = /^(?:\\[ \t\v\f\0]*\r?\n)+[\w?]/
