// @effect-diagnostics nodeBuiltinImport:off -- synchronous calls take 6–25 µs each, an asynchronous one 50–100
import * as FileSystem from "node:fs"
import { StringDecoder } from "node:string_decoder"
import { pause, type Steps } from "../domain/steps.ts"

/** How much is read or written between two pauses, bytes: some tenths of a ms. */
const pieceBytes = 128 * 1024

/** Gives the text of a file, UTF-8, in pieces. Throws what Node throws. */
export function* readSteps(path: string, take: (piece: string) => void): Steps<true> {
  const file = FileSystem.openSync(path, "r")
  try {
    const room = Buffer.allocUnsafe(Math.min(pieceBytes, FileSystem.fstatSync(file).size + 1))
    const decoder = new StringDecoder("utf8")
    for (let length = 0; (length = FileSystem.readSync(file, room, 0, room.length, null)) > 0;) {
      take(decoder.write(room.subarray(0, length)))
      yield* pause
    }
    take(decoder.end())
    return true
  } finally {
    FileSystem.closeSync(file)
  }
}

/**
 * Writes a file under a temporary name from pieces that are made one by one; `done` moves it from there. Nothing is left of one
 * that is not written to its end. Throws what Node throws.
 */
export function* writeSteps(
  temporary: string,
  pieces: Iterable<string>,
  done: (temporary: string) => void
): Steps<void> {
  const file = FileSystem.openSync(temporary, "w")
  let isWritten = false
  try {
    try {
      let text = ""
      for (const piece of pieces) {
        text += piece
        if (text.length >= pieceBytes) {
          FileSystem.writeFileSync(file, text)
          text = ""
        }
        yield* pause
      }
      FileSystem.writeFileSync(file, text)
    } finally {
      FileSystem.closeSync(file)
    }
    done(temporary)
    isWritten = true
  } finally {
    if (!isWritten) FileSystem.rmSync(temporary, { force: true })
  }
}
