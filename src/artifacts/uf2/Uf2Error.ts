import * as Schema from "effect/Schema"
import { hex } from "../../domain/hex.ts"

/** What is wrong with a UF2 file, or keeps one from being made. Addresses and sizes are in bytes. */
export const Uf2Problem = Schema.TaggedUnion({
  NoContent: {},
  /** Payloads are at least 1 byte and at most 476. */
  BadPageSize: { pageSize: Schema.Int },
  /** Two pieces of content for the same address. */
  Overlap: { first: Schema.Int, end: Schema.Int, second: Schema.Int },
  /** Not wholly in the memory that may be written to. */
  OutOfRange: { address: Schema.Int, end: Schema.Int, lowest: Schema.Int, last: Schema.Int },
  /** Not a multiple of 512 bytes. */
  BadLength: { size: Schema.Int },
  BadMagic: { block: Schema.Int },
  BadPayload: { block: Schema.Int, size: Schema.Int },
  /** Block numbers count from 0 to one less than the total, for each family. */
  BadNumber: { block: Schema.Int, number: Schema.Int, expected: Schema.Int },
  BadTotal: { block: Schema.Int, total: Schema.Int, expected: Schema.Int },
  BootTooLarge: { size: Schema.Int, limit: Schema.Int }
})
export type Uf2Problem = typeof Uf2Problem.Type

/** A UF2 file cannot be made or read. */
export class Uf2Error extends Schema.TaggedError<Uf2Error>()("Uf2Error", {
  path: Schema.String,
  problem: Uf2Problem
}) {
  /** The message without the path. */
  get reason() {
    return describe(this.problem)
  }
  override get message() {
    return `${this.path}: ${this.reason}`
  }
}

const describe = (problem: Uf2Problem): string => {
  switch (problem._tag) {
    case "NoContent":
      return "has nothing to be loaded"
    case "BadPageSize":
      return `a block cannot have ${problem.pageSize} bytes`
    case "Overlap":
      return `what begins at ${hex(problem.second)} overlaps what goes from ${hex(problem.first)} to ${
        hex(problem.end)
      }`
    case "OutOfRange":
      return `what goes from ${hex(problem.address)} to ${hex(problem.end)} is not within ${hex(problem.lowest)} to ` +
        hex(problem.last)
    case "BadLength":
      return `has ${problem.size} bytes, which is no multiple of 512`
    case "BadMagic":
      return `block ${problem.block} has not the marks of a UF2 block`
    case "BadPayload":
      return `block ${problem.block} says that it has ${problem.size} bytes`
    case "BadNumber":
      return `block ${problem.block} has number ${problem.number}, not ${problem.expected}`
    case "BadTotal":
      return `block ${problem.block} says that there are ${problem.total} blocks, not ${problem.expected}`
    case "BootTooLarge":
      return `a second stage boot loader of ${problem.size} bytes; there is room for ${problem.limit}`
  }
}
