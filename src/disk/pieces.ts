// @effect-diagnostics nodeBuiltinImport:off -- synchronous calls take 6–25 µs each, an asynchronous one 50–100
import * as FileSystem from "node:fs"
import { StringDecoder } from "node:string_decoder"
import { pause, type Steps } from "../domain/steps.ts"
import type { PiecesOptions } from "./Disk.ts"
import { move, openThere, temporaryName } from "./writeWhole.ts"

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
 * Writes a file from pieces that are made one by one, as `Disk.writePieces` has it. Nothing is left of a new one that is not
 * written to its end. Throws what Node throws.
 */
export function* writeSteps(
  path: string,
  pieces: Iterable<string>,
  { gap, there }: PiecesOptions = {}
): Steps<void> {
  const open = there === true ? openThere(path) : undefined
  if (open !== undefined) return yield* writeAll(open, pieces)
  const temporary = temporaryName(path)
  let isWritten = false
  try {
    yield* writeAll(FileSystem.openSync(temporary, "w"), pieces)
    move(temporary, path, gap)
    isWritten = true
  } finally {
    if (!isWritten) FileSystem.rmSync(temporary, { force: true })
  }
}

/** Writes all that is to be in a file, and closes it. */
function* writeAll(file: number, pieces: Iterable<string>): Steps<void> {
  try {
    let bytes = 0
    let text = ""
    const write = () => {
      FileSystem.writeFileSync(file, text)
      bytes += Buffer.byteLength(text)
      text = ""
    }
    for (const piece of pieces) {
      text += piece
      if (text.length >= pieceBytes) write()
      yield* pause
    }
    write()
    FileSystem.ftruncateSync(file, bytes)
  } finally {
    FileSystem.closeSync(file)
  }
}
