// @effect-diagnostics nodeBuiltinImport:off -- hashes piece by piece; WebCrypto cannot
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Crypto from "node:crypto"
import { Disk } from "./Disk.ts"

/**
 * The lines of a file that `writeSealedLines` has written in this format; `undefined` when it is missing, cannot be read, or is
 * not what was written.
 */
export const readSealedLines = Effect.fnUntraced(function*(path: string, format: string) {
  const disk = yield* Disk
  const hash = Crypto.createHash("sha256")
  const lines: Array<string> = []
  /** Of a line that the next piece goes on with. */
  let begun = ""
  const found = yield* disk.readPieces(path, (piece) => {
    const end = piece.lastIndexOf("\n")
    if (end >= 0) {
      const whole = begun + piece.slice(0, end)
      hash.update(`${whole}\n`)
      for (const line of whole.split("\n")) lines.push(line)
      begun = ""
    }
    begun += piece.slice(end + 1)
  }).pipe(Effect.orElseSucceed(() => false))
  return found && lines[0] === format && begun === hash.digest("hex") ? lines.slice(1) : undefined
})

/**
 * Writes lines, none of which has a newline, and their SHA-256 after the last one, so that a flipped bit or a missing end is
 * noticed. Lines are made one by one, others having their turn in between. `gap` as for `Disk.write`.
 */
export const writeSealedLines = (
  path: string,
  format: string,
  lines: Iterable<string>,
  options?: { readonly gap?: true }
) => Effect.flatMap(Disk, (disk) => disk.writePieces(path, sealed(format, lines), options))

/** A line of what is known to be what it is encoded as: to check that against a schema takes longer than all else. */
export const jsonLine: (value: unknown) => string = Schema.encodeSync(Schema.fromJsonString(Schema.Unknown))

function* sealed(format: string, lines: Iterable<string>): Generator<string> {
  const hash = Crypto.createHash("sha256")
  const ended = (line: string): string => {
    const piece = `${line}\n`
    hash.update(piece)
    return piece
  }
  yield ended(format)
  for (const line of lines) yield ended(line)
  yield hash.digest("hex")
}
