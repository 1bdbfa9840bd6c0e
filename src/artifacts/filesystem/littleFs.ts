import * as Result from "effect/Result"
import { concatenate, filled, largestFlash, words } from "../bytes.ts"
import { badGeometry, FileSystemError, type FileSystemProblem } from "./FileSystemError.ts"
import { fileTree, type Folder, type ImageFile, nameBytes } from "./fileTree.ts"
import { commit, noEntry, type Tag, tagSize, tagTypes } from "./littleFsTags.ts"

export interface LittleFsOptions {
  /** Of the image, bytes: a multiple of `blockSize`. */
  readonly size: number
  /** What is erased at once: at least 128 bytes. */
  readonly blockSize: number
  /** What the driver writes at once, at most 512 bytes. */
  readonly pageSize: number
  /** Bytes of a name, at most what the driver allows. */
  readonly nameLimit: number
  /** Of the driver: what is larger is not kept in a folder's own blocks. */
  readonly cacheSize: number
}

/**
 * A LittleFS image, version 2.0 on disk, which all drivers since 2019 read (and bring to their own version when they write).
 * The same files make the same image: nothing in it depends on times. Fails for names that are not allowed or too long, and
 * where the files do not fit.
 *
 * No package of npm makes such images; the format is small. Source: littlefs, SPEC.md and DESIGN.md.
 */
export const littleFs = (
  files: ReadonlyArray<ImageFile>,
  options: LittleFsOptions
): Result.Result<Uint8Array, FileSystemError> =>
  Result.mapError(
    Result.gen(function*() {
      yield* checkGeometry(options)
      const root = yield* fileTree(files)
      const writer = new Writer(options)
      yield* writer.folders(root)
      return writer.image
    }),
    (problem) => new FileSystemError({ kind: "LittleFS", problem })
  )

const checkGeometry = (
  { blockSize, nameLimit, pageSize, size }: LittleFsOptions
): Result.Result<void, FileSystemProblem> => {
  if (pageSize < 1 || pageSize > 512) return badGeometry("the page size", pageSize, "1 to 512")
  if (blockSize < 128 || blockSize % pageSize !== 0) {
    return badGeometry("the block size", blockSize, `a multiple of ${pageSize} and at least 128`)
  }
  if (size < 2 * blockSize || size % blockSize !== 0) {
    return badGeometry("the size", size, `two or more blocks of ${blockSize}`)
  }
  if (size > largestFlash) return badGeometry("the size", size, `at most ${largestFlash}`)
  return nameLimit < 1 || nameLimit > 1022 ? badGeometry("the limit of names", nameLimit, "1 to 1022") : Result.void
}

/** Two blocks, one of which has the metadata of a folder, or of a part of it, at any time. */
type Pair = readonly [number, number]

/** A part of a folder: entries that go into one pair. */
interface Part {
  readonly pair: Pair
  readonly tags: ReadonlyArray<Tag>
  /** The folder has begun in the part before. */
  readonly continues: boolean
}

const inlineMaximum = 0x3fe
const fileMaximum = 0x7fffffff

class Writer {
  readonly image: Uint8Array
  readonly #options: LittleFsOptions
  #next = 0

  constructor(options: LittleFsOptions) {
    this.#options = options
    this.image = filled(options.size, 0xff)
  }

  /** Writes all folders. Every pair names the next one, so that a driver can go through all of them. */
  folders(root: Folder): Result.Result<void, FileSystemProblem> {
    return Result.map(this.#folder(root, "/", [this.#superblock()]), (parts) => {
      for (const [index, { pair, tags }] of parts.entries()) {
        const next = parts[index + 1]
        const type = next?.continues === true ? tagTypes.hardTail : tagTypes.softTail
        const tail = next === undefined ? [] : [{ type, id: noEntry, data: words(...next.pair) }]
        this.image.set(commit([...tags, ...tail], this.#options.pageSize), pair[0] * this.#options.blockSize)
      }
    })
  }

  /** The parts of a folder, in order, then those of the folders in it. */
  #folder(
    { entries }: Folder,
    name: string,
    first: ReadonlyArray<ReadonlyArray<Omit<Tag, "id">>>
  ): Result.Result<ReadonlyArray<Part>, FileSystemProblem> {
    return Result.gen(this, function*() {
      const { blockSize, nameLimit, pageSize } = this.#options
      const pair = yield* this.#pair(name)
      const items = [...first]
      const inside: Array<Part> = []
      for (const [entry, content] of entries) {
        const label = nameBytes(entry)
        if (label.length > nameLimit) {
          return yield* fail({ _tag: "NameTooLong", name: entry, size: label.length, limit: nameLimit })
        }
        if (content instanceof Uint8Array) {
          items.push([{ type: tagTypes.file, data: label }, yield* this.#content(entry, content)])
        } else {
          const parts = yield* this.#folder(content, entry, [])
          inside.push(...parts)
          const place = words(...parts[0]!.pair)
          items.push([{ type: tagTypes.folder, data: label }, { type: tagTypes.folderPair, data: place }])
        }
      }
      const parts: Array<Part> = []
      for (const tags of this.#split(items)) {
        const size = tags.reduce((sum, tag) => sum + tagSize(tag), overhead + pageSize - 1)
        if (size > blockSize) return yield* this.#full(name)
        const continues = parts.length > 0
        parts.push({ tags, continues, pair: continues ? yield* this.#pair(name) : pair })
      }
      return [...parts, ...inside]
    })
  }

  /** Tags for pairs that are at most half full, as the driver leaves them, so that there is room for changes. */
  #split(items: ReadonlyArray<ReadonlyArray<Omit<Tag, "id">>>): ReadonlyArray<ReadonlyArray<Tag>> {
    const parts: Array<Array<Tag>> = [[]]
    let size = overhead
    let id = 0
    for (const item of items) {
      const more = item.reduce((sum, { data }) => sum + 4 + data.length, 0)
      if (id > 0 && size + more > this.#options.blockSize / 2) {
        parts.push([])
        size = overhead
        id = 0
      }
      parts.at(-1)!.push(...item.map((tag) => ({ ...tag, id })))
      size += more
      id++
    }
    return parts
  }

  /** Where the content of a file is: in the folder if it is small, else in blocks of its own. */
  #content(name: string, bytes: Uint8Array): Result.Result<Omit<Tag, "id">, FileSystemProblem> {
    const { blockSize, cacheSize } = this.#options
    if (bytes.length <= Math.min(inlineMaximum, cacheSize, blockSize / 8)) {
      return Result.succeed({ type: tagTypes.inline, data: bytes })
    }
    const blocks: Array<number> = []
    for (let at = 0; at < bytes.length;) {
      // Block n points to n - 1, n - 2, n - 4, …: as many as n can be halved, and one more.
      const number = blocks.length
      const pointers = number === 0 ? 0 : 32 - Math.clz32(number & -number)
      const header = words(...Array.from({ length: pointers }, (_, index) => blocks[number - 2 ** index]!))
      const block = this.#next++
      if ((block + 1) * blockSize > this.image.length) return this.#full(name)
      const data = bytes.subarray(at, at + blockSize - header.length)
      this.image.set(concatenate([header, data]), block * blockSize)
      blocks.push(block)
      at += data.length
    }
    return Result.succeed({ type: tagTypes.skipList, data: words(blocks.at(-1)!, bytes.length) })
  }

  #pair(name: string): Result.Result<Pair, FileSystemProblem> {
    const first = this.#next
    this.#next += 2
    return this.#next * this.#options.blockSize > this.image.length
      ? this.#full(name)
      : Result.succeed([first, first + 1])
  }

  #full(name: string): Result.Result<never, FileSystemProblem> {
    return fail({ _tag: "Full", name, size: this.image.length })
  }

  #superblock(): ReadonlyArray<Omit<Tag, "id">> {
    const { blockSize, nameLimit, size } = this.#options
    return [
      { type: tagTypes.superblock, data: nameBytes("littlefs") },
      {
        type: tagTypes.inline,
        data: words(diskVersion, blockSize, size / blockSize, nameLimit, fileMaximum, inlineMaximum)
      }
    ]
  }
}

const fail = (problem: FileSystemProblem): Result.Result<never, FileSystemProblem> => Result.fail(problem)

const diskVersion = 0x00020000

/** Revision, tag and two words of the next pair, tag and CRC. */
const overhead = 4 + 12 + 8
