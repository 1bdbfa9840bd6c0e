import { concatenate, words } from "../bytes.ts"
import { crc32 } from "../checksums.ts"

/** Types of tags. Source: littlefs, SPEC.md, "Metadata tags". */
export const tagTypes = {
  file: 0x001,
  folder: 0x002,
  superblock: 0x0ff,
  folderPair: 0x200,
  inline: 0x201,
  skipList: 0x202,
  /** The next pair of all. */
  softTail: 0x600,
  /** The next pair of this folder. */
  hardTail: 0x601,
  checksum: 0x500
}

/** A tag of a metadata block and what follows it. */
export interface Tag {
  readonly type: number
  /** Which entry of the folder it is about; `noEntry` for none. */
  readonly id: number
  readonly data: Uint8Array
}

export const noEntry = 0x3ff

/** Bytes that a tag takes. */
export const tagSize = ({ data }: Tag): number => 4 + data.length

/**
 * One commit, from the start of a block: revision, tags, checksum, up to a multiple of `pageSize`. Each tag is stored most
 * significant byte first and xored with the one before it; the CRC-32 has no final xor.
 * Source: littlefs, SPEC.md, "Metadata blocks".
 */
export const commit = (tags: ReadonlyArray<Tag>, pageSize: number): Uint8Array => {
  let before = 0xffffffff
  const stored = (type: number, id: number, size: number) => {
    const tag = (type << 20 | id << 10 | size) >>> 0
    const view = new DataView(new ArrayBuffer(4))
    view.setUint32(0, tag ^ before)
    before = tag
    return new Uint8Array(view.buffer)
  }
  const content = concatenate([
    words(revision),
    ...tags.flatMap(({ data, id, type }) => [stored(type, id, data.length), data])
  ])
  const end = Math.ceil((content.length + 8) / pageSize) * pageSize
  const checked = concatenate([content, stored(tagTypes.checksum, noEntry, end - content.length - 4)])
  return concatenate([
    checked,
    words(~crc32(checked) >>> 0),
    new Uint8Array(end - checked.length - 4).fill(0xff)
  ])
}

const revision = 1
