import * as Result from "effect/Result"
import { wordAt } from "../bytes.ts"
import { blockSize, flags, headerSize, marks, maximumPayload } from "./format.ts"
import { Uf2Error, type Uf2Problem } from "./Uf2Error.ts"

/** A block of a UF2 file. `data` is a view of the file. */
export interface Uf2Block {
  readonly address: number
  readonly data: Uint8Array
  /** `undefined` where the flag says that the field means something else. */
  readonly familyId: number | undefined
  readonly number: number
  readonly total: number
}

/**
 * Reads a UF2 file. Blocks that are not for main flash (flag 0x1) are left out. Fails at the first block with wrong marks
 * or size, or whose number or total do not go on from the block of the same family before it.
 */
export const parseUf2 = (path: string, bytes: Uint8Array): Result.Result<ReadonlyArray<Uf2Block>, Uf2Error> => {
  const fail = (problem: Uf2Problem) => Result.fail(new Uf2Error({ path, problem }))
  if (bytes.length === 0 || bytes.length % blockSize !== 0) return fail({ _tag: "BadLength", size: bytes.length })
  const blocks: Array<Uf2Block> = []
  const last = new Map<number | undefined, Uf2Block>()
  for (let at = 0; at < bytes.length; at += blockSize) {
    const block = at / blockSize
    const word = (index: number) => wordAt(bytes, at + 4 * index)
    if (word(0) !== marks.first || word(1) !== marks.second || word(blockSize / 4 - 1) !== marks.last) {
      return fail({ _tag: "BadMagic", block })
    }
    if ((word(2) & flags.notMainFlash) !== 0) continue
    const size = word(4)
    if (size > maximumPayload) return fail({ _tag: "BadPayload", block, size })
    const familyId = (word(2) & flags.familyPresent) === 0 ? undefined : word(7)
    const read = {
      address: word(3),
      data: bytes.subarray(at + headerSize, at + headerSize + size),
      familyId,
      number: word(5),
      total: word(6)
    }
    const before = last.get(familyId)
    const isNext = before !== undefined && before.number + 1 < before.total
    const expected = isNext ? before.number + 1 : 0
    if (read.number !== expected) return fail({ _tag: "BadNumber", block, number: read.number, expected })
    const total = isNext ? before.total : Math.max(read.total, 1)
    if (read.total !== total) return fail({ _tag: "BadTotal", block, total: read.total, expected: total })
    last.set(familyId, read)
    blocks.push(read)
  }
  return Result.succeed(blocks)
}
