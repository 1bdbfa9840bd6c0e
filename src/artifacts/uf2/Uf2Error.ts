import * as Schema from "effect/Schema"
import { hex } from "../../domain/hex.ts"

/** What keeps a UF2 file from being made. Addresses and sizes are in bytes. */
export const Uf2Problem = Schema.TaggedUnion({
  NoContent: {},
  /** Payloads are at least 1 byte and at most 476. */
  BadPageSize: { pageSize: Schema.Int },
  /** Two pieces of content for the same address. */
  Overlap: { first: Schema.Int, end: Schema.Int, second: Schema.Int },
  /** Not wholly in the memory that may be written to. */
  OutOfRange: { address: Schema.Int, end: Schema.Int, lowest: Schema.Int, last: Schema.Int },
  BootTooLarge: { size: Schema.Int, limit: Schema.Int }
})
export type Uf2Problem = typeof Uf2Problem.Type

/** A UF2 file cannot be made. */
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
    case "BootTooLarge":
      return `a second stage boot loader of ${problem.size} bytes; there is room for ${problem.limit}`
  }
}
