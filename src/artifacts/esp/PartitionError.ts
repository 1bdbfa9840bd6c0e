import * as Schema from "effect/Schema"
import { hex } from "../../domain/hex.ts"
import { placeText } from "../../domain/place.ts"

/** What is wrong with a partition table. Offsets and sizes are in bytes. */
export const PartitionProblem = Schema.TaggedUnion({
  MissingField: { field: Schema.String },
  BadNumber: { field: Schema.String, value: Schema.String },
  UnknownWord: { field: Schema.String, value: Schema.String, known: Schema.Array(Schema.String) },
  /** UTF-8, with the NUL that ends it. */
  NameTooLong: { name: Schema.String, size: Schema.Int, limit: Schema.Int },
  DuplicateName: { name: Schema.String, firstLine: Schema.Int },
  OutOfRange: { field: Schema.String, value: Schema.Int },
  Unaligned: { field: Schema.String, value: Schema.Int, unit: Schema.Int },
  /** It begins before the end of the one before it, or of the table. */
  Overlap: { start: Schema.Int, other: Schema.String, end: Schema.Int },
  /** Only one with this subtype may be there. */
  Second: { subtype: Schema.String, firstLine: Schema.Int },
  BadSize: { subtype: Schema.String, size: Schema.Int, expected: Schema.Int },
  MustBeWritable: { subtype: Schema.String },
  /** Too small to be written to. */
  MustBeReadOnly: { subtype: Schema.String, size: Schema.Int, smallest: Schema.Int },
  NoBootLoaderOffset: {},
  BeyondFlash: { end: Schema.Int, flashSize: Schema.Int },
  TooMany: { count: Schema.Int, limit: Schema.Int },
  /** Of a binary table. */
  BadEntry: { index: Schema.Int },
  BadChecksum: {},
  NoEnd: {}
})
export type PartitionProblem = typeof PartitionProblem.Type

/** A partition table is not as it must be. */
export class PartitionError extends Schema.TaggedError<PartitionError>()("PartitionError", {
  path: Schema.String,
  /** Counts from 1; none for what is wrong with the table as a whole. */
  line: Schema.optionalKey(Schema.Int),
  problem: PartitionProblem
}) {
  /** The message without the place. */
  get reason() {
    return describe(this.problem)
  }
  override get message() {
    return `${placeText(this)}: ${this.reason}`
  }

  get hint(): string | undefined {
    switch (this.problem._tag) {
      case "Overlap":
      case "Unaligned":
        return "an empty offset field takes the next free place"
      case "MustBeReadOnly":
        return "the flag readonly, or a larger size"
      default:
        return undefined
    }
  }
}

const describe = (problem: PartitionProblem): string => {
  switch (problem._tag) {
    case "MissingField":
      return `the ${problem.field} is missing`
    case "BadNumber":
      return `${problem.field} ${JSON.stringify(problem.value)} is not a number`
    case "UnknownWord":
      return `${problem.field} ${JSON.stringify(problem.value)} is neither a number nor one of ${
        problem.known.join(", ")
      }`
    case "NameTooLong":
      return `the name ${problem.name} takes ${problem.size} bytes, and there is room for ${problem.limit}`
    case "DuplicateName":
      return `the name ${problem.name} has been used in line ${problem.firstLine}`
    case "OutOfRange":
      return `${problem.field} ${hex(problem.value)} is out of range`
    case "Unaligned":
      return `${problem.field} ${hex(problem.value)} is not a multiple of ${hex(problem.unit)}`
    case "Overlap":
      return `the partition begins at ${hex(problem.start)}, before ${problem.other} ends (${hex(problem.end)})`
    case "Second":
      return `a second partition with subtype ${problem.subtype}; the first is in line ${problem.firstLine}`
    case "BadSize":
      return `a partition with subtype ${problem.subtype} has ${hex(problem.expected)} bytes, not ${hex(problem.size)}`
    case "MustBeWritable":
      return `a partition with subtype ${problem.subtype} cannot be readonly`
    case "MustBeReadOnly":
      return `a partition with subtype ${problem.subtype} and ${hex(problem.size)} bytes has to be readonly: ` +
        `one that is written has at least ${hex(problem.smallest)}`
    case "NoBootLoaderOffset":
      return "where the boot loader is is not known"
    case "BeyondFlash":
      return `the partitions end at ${hex(problem.end)}, and the flash has ${hex(problem.flashSize)} bytes`
    case "TooMany":
      return `${problem.count} partitions, and there is room for ${problem.limit}`
    case "BadEntry":
      return `entry ${problem.index} is no partition`
    case "BadChecksum":
      return "the MD5 does not match"
    case "NoEnd":
      return "the end mark is missing"
  }
}
