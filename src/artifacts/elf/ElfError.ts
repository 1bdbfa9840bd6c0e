import * as Schema from "effect/Schema"

/** What is wrong with an ELF file. Offsets and sizes are in bytes. */
export const ElfProblem = Schema.TaggedUnion({
  /** It does not begin with `7F 45 4C 46`. */
  NotElf: {},
  /** 64 bits, or big-endian. */
  WrongClass: { bits: Schema.Int, endian: Schema.Literals(["little", "big"]) },
  /** Something that the file says it has lies beyond its end. */
  Truncated: { what: Schema.String, offset: Schema.Int, size: Schema.Int, fileSize: Schema.Int },
  /** A number in a header that cannot be. */
  BadField: { what: Schema.String, value: Schema.Int }
})
export type ElfProblem = typeof ElfProblem.Type

/** A file is not an ELF file that can be read. */
export class ElfError extends Schema.TaggedError<ElfError>()("ElfError", {
  path: Schema.String,
  problem: ElfProblem
}) {
  /** The message without the path. */
  get reason() {
    return describe(this.problem)
  }
  override get message() {
    return `${this.path}: ${this.reason}`
  }
}

const describe = (problem: ElfProblem): string => {
  switch (problem._tag) {
    case "NotElf":
      return "not an ELF file"
    case "WrongClass":
      return `${problem.bits}-bit ${problem.endian}-endian ELF, where 32-bit little-endian is needed`
    case "Truncated":
      return `truncated: ${problem.what} at ${problem.offset} (${problem.size} bytes) is beyond the end of the file, ` +
        `which has ${problem.fileSize} bytes`
    case "BadField":
      return `corrupt: ${problem.what} is ${problem.value}`
  }
}
