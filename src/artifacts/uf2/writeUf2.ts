import * as Result from "effect/Result"
import { concatenate, words } from "../bytes.ts"
import { ElfError } from "../elf/ElfError.ts"
import { parseElf } from "../elf/parseElf.ts"
import { Uf2Error, type Uf2Problem } from "./Uf2Error.ts"

/** Bytes for consecutive addresses. */
export interface Region {
  readonly address: number
  readonly data: Uint8Array
}

export interface Uf2Options {
  /** For which family of chips: the boot loader ignores other blocks. */
  readonly familyId: number
  /** Bytes of a block; blocks begin at multiples of it. 256 for all boot loaders that write pages of flash. */
  readonly pageSize: number
  /** What is between the first and the last page in such sectors gets blocks of zeros; a multiple of `pageSize`. */
  readonly sectorSize?: number
  /** First address that may be written to, and the one after the last. */
  readonly memory?: { readonly start: number; readonly end: number }
  /** An address for which a block goes first, of family `absoluteFamily`, for RP2350-E10. */
  readonly absoluteBlock?: number
}

/**
 * The regions in the USB flashing format: blocks of 512 bytes that carry `pageSize` bytes each, for addresses that are
 * multiples of it, in their order, numbered. Bytes of a page that no region has are 0, so every block is whole.
 *
 * The RP2040's boot ROM erases a sector when it has seen as many blocks as it has pages, hence `sectorSize`. The RP2350's
 * leaves the boot mode only when the block for `absoluteBlock` (filled with 0xef, which boot ROMs that know better are told
 * to ignore) goes before blocks for the flash.
 *
 * Source: github.com/microsoft/uf2, "File Format"; RP2350 datasheet, "Errata", RP2350-E10; what picotool 2.1 writes.
 */
export const writeUf2 = (
  path: string,
  regions: ReadonlyArray<Region>,
  { absoluteBlock, familyId, memory, pageSize, sectorSize }: Uf2Options
): Result.Result<Uint8Array, Uf2Error> => {
  const fail = (problem: Uf2Problem) => Result.fail(new Uf2Error({ path, problem }))
  if (pageSize < 1 || pageSize > maximumPayload) {
    return fail({ _tag: "BadPageSize", pageSize })
  }
  const { end: last, start: lowest } = memory ?? { start: 0, end: 0x100000000 }
  const sorted = regions.filter(({ data }) => data.length > 0).toSorted((a, b) => a.address - b.address)
  const pages = new Map<number, Uint8Array>()
  let first = 0
  let end = 0
  for (const { address, data } of sorted) {
    if (address < lowest || address + data.length > last) {
      return fail({ _tag: "OutOfRange", address, end: address + data.length, lowest, last })
    }
    if (address < end) return fail({ _tag: "Overlap", first, end, second: address })
    first = address
    end = address + data.length
    for (let at = address; at < end;) {
      const start = at - at % pageSize
      const page = pages.get(start) ?? new Uint8Array(pageSize)
      pages.set(start, page)
      const next = Math.min(end, start + pageSize)
      page.set(data.subarray(at - address, next - address), at - start)
      at = next
    }
  }
  if (pages.size === 0) return fail({ _tag: "NoContent" })

  const addresses = sectorSize === undefined ? [...pages.keys()] : sectorPages([...pages.keys()], pageSize, sectorSize)
  const blank = new Uint8Array(pageSize)
  const blocks = addresses.map((address, number) =>
    block({ address, payload: pages.get(address) ?? blank, number, total: addresses.length, familyId })
  )
  return Result.succeed(concatenate([...absoluteBlock === undefined ? [] : [absolute(absoluteBlock)], ...blocks]))
}

/** All pages of the sectors that have one, up to the last page. */
const sectorPages = (pages: ReadonlyArray<number>, pageSize: number, sectorSize: number): ReadonlyArray<number> => {
  const end = pages.at(-1)! + pageSize
  return [...new Set(pages.map((address) => address - address % sectorSize))].flatMap((sector) =>
    Array.from(
      { length: Math.ceil(Math.min(sectorSize, end - sector) / pageSize) },
      (_, index) => sector + index * pageSize
    )
  )
}

/**
 * What an ELF file's loadable segments put into memory: at their physical addresses, where start-up code expects it. Fails
 * where they have more bytes than the file. Source: System V ABI, "Program Loading".
 */
export const elfRegions = (path: string, bytes: Uint8Array): Result.Result<ReadonlyArray<Region>, ElfError> =>
  Result.flatMap(parseElf(path, bytes), ({ segments }) => {
    const regions = segments.flatMap(({ data, physicalAddress, type }) =>
      type === loadable && data.length > 0 ? [{ address: physicalAddress, data }] : []
    )
    const value = regions.reduce((sum, { data }) => sum + data.length, 0)
    return value > bytes.length
      ? Result.fail(new ElfError({ path, problem: { _tag: "BadField", what: "the size of all segments", value } }))
      : Result.succeed(regions)
  })

/** Bytes of a block, of what comes before its payload, and of the longest payload. */
const [blockSize, headerSize, maximumPayload] = [512, 32, 476]

/** The first two words of a block, and its last. */
const marks = { first: 0x0a324655, second: 0x9e5d5157, last: 0x0ab16f30 }

/** Bits of the third word. */
const flags = { familyPresent: 0x2000, extensionsPresent: 0x8000 }

/** `ABSOLUTE` of the RP2350's boot ROM. */
const absoluteFamily = 0xe48bff57

const loadable = 1
/** Extension of 4 bytes, type 0x9957e3: the block counts, and nothing is written. */
const ignoreBlock = 0x9957e304

interface BlockPlan {
  readonly address: number
  readonly payload: Uint8Array
  readonly number: number
  readonly total: number
  readonly familyId: number
  /** A word behind the payload. */
  readonly extension?: number
}

const block = ({ address, extension, familyId, number, payload, total }: BlockPlan): Uint8Array => {
  const bits = flags.familyPresent | (extension === undefined ? 0 : flags.extensionsPresent)
  const extensions = extension === undefined ? new Uint8Array() : words(extension)
  return concatenate([
    words(marks.first, marks.second, bits, address, payload.length, number, total, familyId),
    payload,
    extensions,
    new Uint8Array(blockSize - headerSize - 4 - payload.length - extensions.length),
    words(marks.last)
  ])
}

/** The first of two blocks, of which the second never comes. */
const absolute = (address: number): Uint8Array =>
  block({
    address,
    payload: new Uint8Array(256).fill(0xef),
    number: 0,
    total: 2,
    familyId: absoluteFamily,
    extension: ignoreBlock
  })
