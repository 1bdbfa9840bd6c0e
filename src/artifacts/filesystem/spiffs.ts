import * as Result from "effect/Result"
import { filled, largestFlash } from "../bytes.ts"
import { badGeometry, FileSystemError, type FileSystemProblem } from "./FileSystemError.ts"
import { fileTree, type ImageFile, nameBytes } from "./fileTree.ts"

export interface SpiffsOptions {
  /** Of the image, bytes: a multiple of `blockSize`. */
  readonly size: number
  /** What is erased at once: a multiple of `pageSize`. */
  readonly blockSize: number
  readonly pageSize: number
  /** `SPIFFS_OBJ_NAME_LEN` of the driver: bytes of a name with its leading `/` and its NUL. */
  readonly nameLimit: number
  /** `SPIFFS_OBJ_META_LEN` of the driver: bytes for times and the like that every file has. */
  readonly metaSize: number
  /** `SPIFFS_USE_MAGIC_LENGTH` of the driver: whether marks of blocks tell how many blocks come after. */
  readonly marks: "WithLength" | "Plain"
  /** `SPIFFS_ALIGNED_OBJECT_INDEX_TABLES` of the driver: tables of pages begin at multiples of so many bytes, 1 or 2. */
  readonly tableAlignment: number
}

/**
 * A SPIFFS image of files whose names begin with `/`; folders are part of the names. Every block begins with a table of what
 * its pages belong to. A file has index pages (the first with name and size), each with a table of its data pages.
 *
 * Fails for names that are not allowed or too long, and where the files do not fit.
 *
 * Source: github.com/pellepl/spiffs, docs/TECH_SPEC and `spiffs_nucleus.h`; compared with ESP-IDF's `spiffsgen.py`.
 */
export const spiffs = (
  files: ReadonlyArray<ImageFile>,
  options: SpiffsOptions
): Result.Result<Uint8Array, FileSystemError> =>
  Result.mapError(
    Result.gen(function*() {
      yield* checkGeometry(options)
      // Names are checked as those of a tree, though there is none.
      yield* fileTree(files)
      const writer = new Writer(options)
      for (const file of files.toSorted((a, b) => Buffer.compare(nameBytes(a.name), nameBytes(b.name)))) {
        yield* writer.file(file)
      }
      return writer.image
    }),
    (problem) => new FileSystemError({ kind: "SPIFFS", problem })
  )

const checkGeometry = (options: SpiffsOptions): Result.Result<void, FileSystemProblem> => {
  const { blockSize, metaSize, nameLimit, pageSize, size } = options
  if (pageSize < 64 || pageSize > 0x8000) {
    return badGeometry("the page size", pageSize, "64 to 32768")
  }
  if (!(blockSize >= 4 * pageSize) || blockSize % pageSize !== 0) {
    return badGeometry("the block size", blockSize, `a multiple of ${pageSize}, four or more times that`)
  }
  if (!(size >= 2 * blockSize) || size % blockSize !== 0) {
    return badGeometry("the size", size, `two or more blocks of ${blockSize}`)
  }
  const largest = Math.min(largestFlash, 0x10000 * pageSize)
  if (size > largest) return badGeometry("the size", size, `at most ${largest}`)
  const room = pageSize - indexHeader - fileHeader - 2
  return nameLimit < 2 || metaSize < 0 || !(nameLimit + metaSize <= room)
    ? badGeometry("the limit of names", nameLimit, `2 to ${room}, with the ${metaSize} bytes for times`)
    : Result.void
}

/** Object, span, flags, and zeros in front of an index page's own fields. */
const dataHeader = 5
const indexHeader = 8
/** Size and type, in the first index page of a file. */
const fileHeader = 5
const isIndex = 0x8000
// Bits of flags are cleared, as flash allows: used, finished, index, not deleted.
const dataFlags = 0xfc
const indexFlags = 0xf8
const magic = 0x20140529

class Writer {
  readonly image: Uint8Array
  readonly #view: DataView
  readonly #options: SpiffsOptions
  readonly #tablePages: number
  #page = 0
  #object = 0

  constructor(options: SpiffsOptions) {
    const { blockSize, marks, pageSize, size } = options
    this.#options = options
    this.image = filled(size, 0xff)
    this.#view = new DataView(this.image.buffer)
    this.#tablePages = Math.ceil((blockSize / pageSize) * 2 / pageSize)
    const blocks = size / blockSize
    for (let block = 0; block < blocks; block++) {
      const mark = magic ^ pageSize ^ (marks === "WithLength" ? blocks - block : 0)
      this.#view.setUint16(block * blockSize + this.#tablePages * pageSize - 4, mark & 0xffff, true)
    }
  }

  file({ bytes, name }: ImageFile): Result.Result<void, FileSystemProblem> {
    const { metaSize, nameLimit, pageSize, tableAlignment } = this.#options
    const label = nameBytes(`/${name}`)
    if (label.length + 1 > nameLimit) {
      return Result.fail({ _tag: "NameTooLong", name, size: label.length + 1, limit: nameLimit })
    }
    const object = ++this.#object
    let table = 0
    let tableEnd = 0
    let spans = 0

    const index = (): boolean => {
      const page = this.#take(object | isIndex)
      if (page === undefined) return false
      this.#header(page, object | isIndex, spans, indexFlags)
      table = page + indexHeader
      if (spans++ === 0) {
        this.#view.setUint32(table, bytes.length, true)
        this.image[table + 4] = 1
        const end = indexHeader + fileHeader + nameLimit + metaSize
        this.image.fill(0, table + fileHeader, page + end)
        this.image.set(label, table + fileHeader)
        const aligned = Math.ceil(end / tableAlignment) * tableAlignment
        this.image.fill(0, page + end, page + aligned)
        table = page + aligned
      }
      tableEnd = page + pageSize
      return true
    }

    const content = pageSize - dataHeader
    let isPlaced = index()
    for (let at = 0; isPlaced && at < bytes.length; at += content) {
      if (table + 2 > tableEnd && !index()) isPlaced = false
      const page = isPlaced ? this.#take(object) : undefined
      if (page === undefined) isPlaced = false
      else {
        this.#view.setUint16(table, page / pageSize, true)
        table += 2
        this.#header(page, object, at / content, dataFlags)
        this.image.set(bytes.subarray(at, at + content), page + dataHeader)
      }
    }
    return isPlaced ? Result.void : Result.fail({ _tag: "Full", name, size: this.image.length })
  }

  /** The next page for an object, as its offset; `undefined` where none is left. */
  #take(object: number): number | undefined {
    const { blockSize, pageSize } = this.#options
    const pagesPerBlock = blockSize / pageSize
    if (this.#page % pagesPerBlock === 0) this.#page += this.#tablePages
    const offset = this.#page * pageSize
    if (offset >= this.image.length || object >= 0xffff) return undefined
    const block = Math.floor(this.#page / pagesPerBlock)
    this.#view.setUint16(block * blockSize + 2 * (this.#page % pagesPerBlock - this.#tablePages), object, true)
    this.#page++
    return offset
  }

  #header(page: number, object: number, span: number, flags: number): void {
    this.#view.setUint16(page, object, true)
    this.#view.setUint16(page + 2, span, true)
    this.image[page + 4] = flags
  }
}
