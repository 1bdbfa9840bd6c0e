import * as Result from "effect/Result"
import type { EspChip, FlashSettings } from "../../plan/steps/ImageStep.ts"
import { filled, largestFlash } from "../bytes.ts"
import { sha256 } from "../checksums.ts"
import { chips } from "./chips.ts"
import type { NamedBytes } from "./esp8266Image.ts"
import { EspError } from "./EspError.ts"
import { imageMagic } from "./espImage.ts"
import { settingsBytes } from "./flashSettings.ts"
import { parseEspImage } from "./parseEspImage.ts"
import { type Partition, tableSize } from "./partitionTypes.ts"

/** A file and where it goes in flash. */
export interface FlashPart extends NamedBytes {
  readonly offset: number
}

export interface MergeOptions {
  readonly chip: EspChip
  /** Put into the header of the part at the boot loader's place, whose digest is renewed; without them it stays. */
  readonly flash?: FlashSettings
  /** The table, and where it is: what comes behind it has to begin with a partition, and to fit into it. */
  readonly partitions?: { readonly offset: number; readonly rows: ReadonlyArray<Partition> }
  /** Without it: 128 MiB. */
  readonly flashSize?: number
  /** The image is filled up to so many bytes; a longer one stays as it is. */
  readonly size?: number
}

/**
 * One image of several, from offset 0, with 0xff where nothing is, the same bytes as `esptool merge-bin` makes. Fails where
 * parts overlap, are larger than their partition or than the flash, and where what is at the boot loader's place is no image, or none of the
 * chip though its settings are to be changed.
 */
export const mergeImages = (
  parts: ReadonlyArray<FlashPart>,
  options: MergeOptions
): Result.Result<Uint8Array, EspError> =>
  Result.gen(function*() {
    const sorted = parts.toSorted((a, b) => a.offset - b.offset)
    const end = sorted.reduce((last, { bytes, offset }) => Math.max(last, offset + bytes.length), options.size ?? 0)
    for (const [index, part] of sorted.entries()) {
      yield* checkPlace(part, sorted[index - 1], options)
    }
    const whole = filled(end, 0xff)
    for (const part of sorted) {
      const isBootLoader = part.offset === chips[options.chip].bootloader
      const bytes = isBootLoader && options.flash !== undefined
        ? yield* withSettings(part, options.chip, options.flash)
        : part.bytes
      whole.set(bytes, part.offset)
    }
    return whole
  })

const checkPlace = (
  { bytes, offset, path }: FlashPart,
  before: FlashPart | undefined,
  { chip, flashSize = largestFlash, partitions }: MergeOptions
): Result.Result<void, EspError> => {
  const fail = (problem: EspError["problem"]) => Result.fail(new EspError({ path, problem }))
  const end = offset + bytes.length
  const [magic = 0] = bytes
  if (offset === chips[chip].bootloader && magic !== imageMagic) return fail({ _tag: "NotAnImage", magic })
  const endBefore = before === undefined ? 0 : before.offset + before.bytes.length
  if (before !== undefined && endBefore > offset) {
    return fail({ _tag: "Overlap", what: "it", start: offset, end, other: before.path, otherEnd: endBefore })
  }
  if (end > flashSize) {
    return fail({ _tag: "TooLarge", what: "the flash up to its end", size: end, limit: flashSize })
  }
  if (partitions === undefined || offset < partitions.offset + tableSize) return Result.void
  const partition = partitions.rows.find((row) => row.offset === offset)
  if (partition === undefined) {
    return fail({ _tag: "NoPartition", offset, starts: partitions.rows.map((row) => row.offset) })
  }
  return bytes.length > partition.size
    ? fail({
      _tag: "TooLarge",
      what: `the image for partition ${partition.name}`,
      size: bytes.length,
      limit: partition.size
    })
    : Result.void
}

const withSettings = (
  { bytes, path }: FlashPart,
  chip: EspChip,
  flash: FlashSettings
): Result.Result<Uint8Array, EspError> =>
  Result.gen(function*() {
    const { isDigested, size } = yield* parseEspImage(path, bytes, chip)
    const changed = Uint8Array.from(bytes)
    changed.set(yield* settingsBytes(path, flash, chips[chip].frequencies), 2)
    if (isDigested) changed.set(sha256(changed.subarray(0, size)), size)
    return changed
  })
