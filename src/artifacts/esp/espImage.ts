import * as Result from "effect/Result"
import type { EspChip, FlashSettings } from "../../plan/steps/ImageStep.ts"
import { concatenate, words } from "../bytes.ts"
import { sha256 } from "../checksums.ts"
import type { ElfError } from "../elf/ElfError.ts"
import { type Elf, parseElf, programTypes } from "../elf/parseElf.ts"
import { type ChipFacts, chips } from "./chips.ts"
import { EspError, type EspProblem } from "./EspError.ts"
import { type EspSegment, espSegments, maximumSegments } from "./espSegments.ts"
import { settingsBytes } from "./flashSettings.ts"
import { ImageBuilder } from "./ImageBuilder.ts"

export interface EspImageOptions {
  readonly chip: EspChip
  readonly flash: FlashSettings
  /** Where the SHA-256 of the ELF file goes in the image, bytes. Without it: 0xb0 if there is an application description. */
  readonly elfDigestOffset?: number
  /** Chip revisions that may run it, as major × 100 + minor. */
  readonly minimumRevision?: number
  readonly maximumRevision?: number
  /** MMU page size in bytes. Without it: what the application description says, else 64 KiB. */
  readonly pageSize?: number
}

/**
 * The image of an application or second stage boot loader for the ESP32 and the chips after it, the same bytes as
 * `esptool elf2image` makes. The flash is mapped in pages, so a segment that is executed or read there has to lie at the same
 * offset in a page as its address does: segments for RAM, and zeros where there is none, fill the gaps before them.
 *
 * Fails for ELF files that cannot be read or are for another processor, settings that the chip does not have, and sections
 * that no image can place.
 *
 * Source: ESP-IDF Programming Guide, "App Image Format"; compared with `esptool` 5.6.0.
 */
export const espImage = (
  path: string,
  bytes: Uint8Array,
  options: EspImageOptions
): Result.Result<Uint8Array, ElfError | EspError> =>
  Result.gen(function*() {
    const chip = chips[options.chip]
    const elf = yield* parseElf(path, bytes)
    const segments = yield* espSegments(elf, (first, second) => sameMemory(chip, first, second))
    const [mode, sizeAndFrequency] = yield* settingsBytes(path, options.flash, chip.frequencies)
    const description = elf.sections.find(({ address, data, name, type }) =>
      name.includes(descriptionName) && programTypes.has(type) && address !== 0 && data.length > 0
    )
    const isDescribed = description !== undefined && isFlash(chip, description.address)
    const page = yield* pageSize(elf, chip, options.pageSize, isDescribed ? description : undefined)

    const image = new ImageBuilder(path)
    image.append(
      Uint8Array.of(imageMagic, 0, mode, sizeAndFrequency),
      words(elf.entry),
      extendedHeader(chip, options)
    )
    const digestOffset = options.elfDigestOffset ?? (isDescribed ? 0xb0 : undefined)
    const add = (address: number, data: Uint8Array) =>
      data.length % 4 === 0
        ? Result.map(withDigest(image, data, digestOffset, elf), (patched) => image.segment(address, patched))
        : image.fail({ _tag: "Misaligned", address, pageSize: 4 })

    const sorted = segments.toSorted((a, b) => a.address - b.address)
    const flash = toFront(sorted.filter(({ address }) => isFlash(chip, address)), descriptionName)
    const ram = toFront(sorted.filter(({ address }) => !isFlash(chip, address)), ".dram0.bootdesc")
    for (const [index, { address }] of flash.entries()) {
      const before = flash[index - 1]?.address
      if (before !== undefined && Math.floor(before / page) === Math.floor(address / page)) {
        return yield* image.fail({ _tag: "SamePage", first: before, second: address, pageSize: page })
      }
    }

    for (const { address, data } of flash) {
      while (true) {
        const gap = gapBefore(image.size, address, page)
        if (gap === 0) break
        // One that leaves no room for the header of a filling segment.
        if (gap < 0) return yield* image.fail({ _tag: "Misaligned", address, pageSize: page })
        const filling = gap > headerSize ? ram[0] : undefined
        if (filling === undefined) yield* add(0, new Uint8Array(gap))
        else {
          yield* add(filling.address, filling.data.subarray(0, gap))
          const rest = filling.data.subarray(gap)
          ram.splice(0, 1, ...rest.length > 0 ? [{ ...filling, address: filling.address + gap, data: rest }] : [])
        }
      }
      yield* add(address, options.chip === "esp32" ? pastPageEnd(image.size, data, page) : data)
    }
    for (const { address, data } of ram) yield* add(address, data)
    if (image.segments > maximumSegments) {
      return yield* image.fail({ _tag: "TooManySegments", count: image.segments, limit: maximumSegments })
    }
    image.appendChecksum()

    const whole = image.build()
    whole[1] = image.segments
    return concatenate([whole, sha256(whole)])
  })

/** Byte 0 of every image. */
export const imageMagic = 0xe9

/** Address and length before the content of a segment. */
const headerSize = 8
const descriptionName = ".flash.appdesc"
const usualPage = 0x10000

const isWithin = (address: number) => ([start, end]: readonly [number, number]) => start <= address && address < end

const isFlash = (chip: ChipFacts, address: number): boolean => chip.flash.some(isWithin(address))

const sameMemory = (chip: ChipFacts, first: number, second: number): boolean =>
  chip.memory.every((range) => isWithin(first)(range) === isWithin(second)(range))

const toFront = (segments: ReadonlyArray<EspSegment>, name: string): Array<EspSegment> => {
  const first = segments.find((segment) => segment.name === name)
  return first === undefined ? [...segments] : [first, ...segments.filter((segment) => segment !== first)]
}

/** Write-protect pin and drive strengths as the ROM ignores them, the chip, its revisions; a SHA-256 is at the end. */
const extendedHeader = (chip: ChipFacts, { maximumRevision = 0xffff, minimumRevision = 0 }: EspImageOptions) => {
  const view = new DataView(new ArrayBuffer(16))
  view.setUint8(0, 0xee)
  view.setUint16(4, chip.id, true)
  view.setUint16(7, minimumRevision, true)
  view.setUint16(9, maximumRevision, true)
  view.setUint8(15, 1)
  return new Uint8Array(view.buffer)
}

/** Bytes of filling segment, header not counted, before the header of a segment for that address; negative: impossible. */
const gapBefore = (size: number, address: number, page: number): number => {
  const gap = page - size % page + address % page - headerSize
  if (gap === 0 || gap === page) return 0
  if (gap === headerSize) return -1
  return gap < headerSize ? gap - headerSize + page : gap - headerSize
}

/**
 * The ESP32's boot loader does not map the last page of a segment that reaches less than 0x24 bytes into it.
 * Source: `esptool`, which has worked around it since 2.1.
 */
const pastPageEnd = (size: number, data: Uint8Array, page: number): Uint8Array => {
  const over = (size + headerSize + data.length) % page
  return over < 0x24 ? concatenate([data, new Uint8Array(0x24 - over)]) : data
}

/** The segment with the digest of the ELF file in it, if that is where it goes. */
const withDigest = (
  image: ImageBuilder,
  data: Uint8Array,
  offset: number | undefined,
  elf: Elf
): Result.Result<Uint8Array, EspError> => {
  if (offset === undefined || offset < image.size || offset >= image.size + data.length) return Result.succeed(data)
  const at = offset - image.size - headerSize
  const place = at < 0 ? undefined : data.subarray(at, at + 32)
  if (place?.length !== 32 || place.some((byte) => byte !== 0)) return image.fail({ _tag: "BadDigestPlace", offset })
  const patched = Uint8Array.from(data)
  patched.set(sha256(elf.bytes), at)
  return Result.succeed(patched)
}

/**
 * `mmu_page_size` of the application description (ESP-IDF 5.4 and later), else the largest page that it begins at, behind
 * the headers. Source: ESP-IDF, `esp_app_desc.h`.
 */
const pageSize = (
  { path }: Elf,
  { pages }: ChipFacts,
  wanted: number | undefined,
  description: { readonly address: number; readonly data: Uint8Array } | undefined
): Result.Result<number, EspError> => {
  const known = pages.length === 0 ? [usualPage] : pages
  const chosen = wanted ??
    (pages.length > 0 && description !== undefined ? describedPage(pages, description) : usualPage)
  const problem: EspProblem = {
    _tag: "UnknownSetting",
    setting: "MMU page size",
    value: String(chosen),
    known: known.map(String)
  }
  return known.includes(chosen) ? Result.succeed(chosen) : Result.fail(new EspError({ path, problem }))
}

const describedPage = (
  pages: ReadonlyArray<number>,
  { address, data }: { readonly address: number; readonly data: Uint8Array }
): number => {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  if (data.length < 256 || view.getUint32(0, true) !== 0xabcd5432) return usualPage
  const exponent = view.getUint8(180)
  if (exponent !== 0) return 2 ** exponent
  return pages.toReversed().find((page) => (address - 32) % page === 0) ?? usualPage
}
