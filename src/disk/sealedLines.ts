// @effect-diagnostics nodeBuiltinImport:off -- hashes piece by piece; WebCrypto cannot
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Crypto from "node:crypto"
import { collected } from "../domain/inTurns.ts"
import { Disk, type PiecesOptions } from "./Disk.ts"

/** Where a file of sealed lines ends: what is added is sealed together with what is there. Sizes in characters. */
export interface SealedEnd {
  readonly seal: string
  readonly size: number
  /** That of what was written first. */
  readonly first: number
}

/** What was written first, and what was added each time. */
export interface SealedBlocks {
  readonly blocks: ReadonlyArray<ReadonlyArray<string>>
  /** `undefined`: something else follows, such as a part of what somebody was adding when the power went. */
  readonly end: SealedEnd | undefined
}

/** The lines of a file that `writeSealedLines` has written in this format; `undefined` if it has not, or there is more. */
export const readSealedLines = (path: string, format: string) =>
  Effect.map(readSealedBlocks(path, format), (read) => {
    const [lines, ...more] = read?.blocks ?? []
    return read?.end === undefined || more.length > 0 ? undefined : lines
  })

/**
 * The same with what `appendSealedLines` has added, up to what is not as it was written; `undefined` when the file is missing,
 * cannot be read, or begins otherwise.
 */
export const readSealedBlocks = Effect.fnUntraced(
  function*(path: string, format: string): Effect.fn.Return<SealedBlocks | undefined, never, Disk> {
    const disk = yield* Disk
    const blocks: Array<Array<string>> = []
    let block: Array<string> = []
    let sealer = makeSealer("")
    let [size, first] = [0, 0]
    const take = (line: string) => {
      size += line.length + 1
      if (line.length === sealLength && line === sealer.seal()) {
        blocks.push(block)
        first ||= size - 1
        block = []
        sealer = makeSealer(line)
      } else {
        block.push(line)
        sealer.add(line)
      }
    }
    /** Of a line that the next piece goes on with. */
    let begun = ""
    const found = yield* disk.readPieces(path, (piece) => {
      const lines = piece.split("\n")
      lines[0] = begun + lines[0]!
      begun = lines.pop()!
      for (const line of lines) take(line)
    }).pipe(Effect.orElseSucceed(() => false))
    const isSealed = begun.length === sealLength && begun === sealer.seal()
    if (isSealed) take(begun)
    if (!found || blocks[0]?.shift() !== format) return undefined
    return { blocks, end: isSealed ? { seal: begun, size: size - 1, first } : undefined }
  }
)

/**
 * Writes lines, none of which has a newline, and their SHA-256 after the last one, so that a flipped bit or a missing end is
 * noticed. Lines are made one by one, others having their turn in between. `gap` as for `Disk.write`, `there` as for `Disk.writePieces`: what is
 * not written to its end is seen not to be.
 */
export const writeSealedLines = Effect.fnUntraced(
  function*(path: string, format: string, lines: Iterable<string>, options?: PiecesOptions) {
    const disk = yield* Disk
    const { end, pieces } = sealed({ seal: "", size: 0, first: 0 }, [format], lines)
    yield* disk.writePieces(path, pieces, options)
    return end()
  }
)

/** Adds lines to a file that ends so, in one write. */
export const appendSealedLines = Effect.fnUntraced(
  function*(path: string, before: SealedEnd, lines: Iterable<string>) {
    const disk = yield* Disk
    const { end, pieces } = sealed(before, [], lines)
    yield* disk.append(path, `\n${(yield* collected(pieces)).join("")}`)
    return end()
  }
)

/** A line of what is known to be what it is encoded as: to check that against a schema takes longer than all else. */
export const jsonLine: (value: unknown) => string = Schema.encodeSync(Schema.fromJsonString(Schema.Unknown))

/** Lines with their seal as pieces of a file, and, once these have been made, where it ends. */
const sealed = (before: SealedEnd, head: ReadonlyArray<string>, lines: Iterable<string>) => {
  const sealer = makeSealer(before.seal)
  let size = before.size + (before.size === 0 ? 0 : 1)
  const added = (piece: string): string => {
    size += piece.length
    return piece
  }
  const pieces = function*(): Generator<string> {
    for (const part of [head, lines]) for (const line of part) yield added(sealer.add(line))
    yield added(sealer.seal())
  }
  const end = (): SealedEnd => ({ seal: sealer.seal(), size, first: before.first === 0 ? size : before.first })
  return { pieces: pieces(), end }
}

/** Seals what comes after a seal: `""` at the beginning. */
const makeSealer = (before: string) => {
  const hash = Crypto.createHash("sha256").update(before)
  return {
    /** Returns the line as it is in the file. */
    add: (line: string): string => {
      const piece = `${line}\n`
      hash.update(piece)
      return piece
    },
    seal: (): string => hash.copy().digest("hex")
  }
}

const sealLength = 64
