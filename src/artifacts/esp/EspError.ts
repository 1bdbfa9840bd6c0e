import * as Schema from "effect/Schema"
import { hex } from "../../domain/hex.ts"

/** What keeps an image for an ESP chip from being made. Addresses, offsets and sizes are in bytes. */
export const EspProblem = Schema.TaggedUnion({
  /** An ELF file for another processor. */
  WrongMachine: { machine: Schema.Int },
  NoContent: {},
  MissingSection: { name: Schema.String },
  UnknownSetting: { setting: Schema.String, value: Schema.String, known: Schema.Array(Schema.String) },
  TooManySegments: { count: Schema.Int, limit: Schema.Int },
  SegmentTooLong: { address: Schema.Int, size: Schema.Int, limit: Schema.Int },
  /** Flash is mapped in pages, and one page cannot show two places of the flash. */
  SamePage: { first: Schema.Int, second: Schema.Int, pageSize: Schema.Int },
  /** No place in the file would make the segment appear at its address. */
  Misaligned: { address: Schema.Int, pageSize: Schema.Int },
  /** The place for the digest of the ELF file is not 32 zero bytes within a segment. */
  BadDigestPlace: { offset: Schema.Int },
  SeveralFlashSegments: { addresses: Schema.Array(Schema.Int) },
  /** A part, or the whole, is longer than its place. */
  TooLarge: { what: Schema.String, size: Schema.Int, limit: Schema.Int },
  Overlap: { what: Schema.String, start: Schema.Int, end: Schema.Int, other: Schema.String, otherEnd: Schema.Int },
  NoPartition: { offset: Schema.Int, starts: Schema.Array(Schema.Int) },
  /** Of an image that is read. */
  NotAnImage: { magic: Schema.Int },
  WrongChip: { id: Schema.Int, expected: Schema.Int, chip: Schema.String },
  ImageTruncated: { size: Schema.Int, fileSize: Schema.Int },
  BadChecksum: { what: Schema.String }
})
export type EspProblem = typeof EspProblem.Type

/** An image for an ESP chip cannot be made of this file. */
export class EspError extends Schema.TaggedError<EspError>()("EspError", {
  path: Schema.String,
  problem: EspProblem
}) {
  /** The message without the path. */
  get reason() {
    return describe(this.problem)
  }
  override get message() {
    return `${this.path}: ${this.reason}`
  }

  get hint(): string | undefined {
    switch (this.problem._tag) {
      case "TooLarge":
        return "a partition table with a larger partition (board_build.partitions), or fewer features"
      case "TooManySegments":
      case "SamePage":
      case "Misaligned":
        return "the linker script places the sections"
      default:
        return undefined
    }
  }
}

const describe = (problem: EspProblem): string => {
  switch (problem._tag) {
    case "WrongMachine":
      return `an ELF file for machine ${hex(problem.machine)}, not for Xtensa or RISC-V`
    case "NoContent":
      return "no section has an address and content"
    case "MissingSection":
      return `has no section ${problem.name}`
    case "UnknownSetting":
      return `${problem.setting} ${problem.value} is not one of ${problem.known.join(", ")}`
    case "TooManySegments":
      return `${problem.count} segments, and the boot loader takes ${problem.limit}`
    case "SegmentTooLong":
      return `the segment at ${
        hex(problem.address)
      } has ${problem.size} bytes, which cannot be more than ${problem.limit}`
    case "SamePage":
      return `sections at ${hex(problem.first)} and ${
        hex(problem.second)
      } are in one flash page of ${problem.pageSize} bytes`
    case "Misaligned":
      return `the section at ${hex(problem.address)} fits no place in flash pages of ${problem.pageSize} bytes`
    case "BadDigestPlace":
      return `the digest of the ELF file goes to ${
        hex(problem.offset)
      }, where there are not 32 zero bytes of one segment`
    case "SeveralFlashSegments":
      return `several segments in flash: ${problem.addresses.map(hex).join(", ")}`
    case "TooLarge":
      return `${problem.what} has ${problem.size} bytes, ${
        problem.size - problem.limit
      } more than fit (${problem.limit})`
    case "Overlap":
      return `${problem.what} (${hex(problem.start)} to ${hex(problem.end)}) overlaps ${problem.other}, ` +
        `which ends at ${hex(problem.otherEnd)}`
    case "NoPartition":
      return `no partition begins at ${hex(problem.offset)}; they begin at ${problem.starts.map(hex).join(", ")}`
    case "NotAnImage":
      return `begins with ${hex(problem.magic)}, so it is no image`
    case "WrongChip":
      return `an image for chip ${problem.id}, not for the ${problem.chip} (${problem.expected})`
    case "ImageTruncated":
      return `truncated: the image has ${problem.size} bytes, and the file ${problem.fileSize}`
    case "BadChecksum":
      return `the ${problem.what} of the image does not match`
  }
}
