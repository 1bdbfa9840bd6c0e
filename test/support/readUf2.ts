import * as NodeAssert from "node:assert/strict"

/** A block of a UF2 file that is for main flash. */
export interface Uf2Block {
  readonly address: number
  readonly data: Uint8Array
  /** `undefined` where the flag says that the field means something else. */
  readonly familyId: number | undefined
  readonly number: number
  readonly total: number
}

/**
 * Reads a UF2 file, written apart from what makes them. Throws for wrong marks or sizes, and where numbers and totals of a
 * family's blocks do not go on. Source: github.com/microsoft/uf2, "File Format".
 */
export const readUf2 = (bytes: Uint8Array): ReadonlyArray<Uf2Block> => {
  const file = Buffer.from(bytes)
  NodeAssert.ok(file.length > 0 && file.length % 512 === 0, "length")
  const blocks: Array<Uf2Block> = []
  const last = new Map<number | undefined, { readonly number: number; readonly total: number }>()
  for (let at = 0; at < file.length; at += 512) {
    const word = (index: number) => file.readUInt32LE(at + 4 * index)
    NodeAssert.deepEqual([word(0), word(1), word(127)], [0x0a324655, 0x9e5d5157, 0x0ab16f30], "marks")
    const [flags, address, size, number, total, family] = [word(2), word(3), word(4), word(5), word(6), word(7)]
    if ((flags & 0x1) !== 0) continue
    NodeAssert.ok(size <= 476, "size of a payload")
    const familyId = (flags & 0x2000) === 0 ? undefined : family
    const before = last.get(familyId)
    const isNext = before !== undefined && before.number + 1 < before.total
    NodeAssert.equal(number, isNext ? before.number + 1 : 0, "number")
    NodeAssert.equal(total, isNext ? before.total : Math.max(total, 1), "total")
    last.set(familyId, { number, total })
    blocks.push({ address, data: new Uint8Array(file.subarray(at + 32, at + 32 + size)), familyId, number, total })
  }
  return blocks
}
