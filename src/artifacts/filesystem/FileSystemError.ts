import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** What keeps an image of a file system from being made. Sizes are in bytes. */
export const FileSystemProblem = Schema.TaggedUnion({
  /** A size or limit that the format does not allow. */
  BadGeometry: { what: Schema.String, value: Schema.Int, expected: Schema.String },
  /** Empty, or with an empty, `.` or `..` part, or with a NUL. */
  BadName: { name: Schema.String },
  NameTooLong: { name: Schema.String, size: Schema.Int, limit: Schema.Int },
  /** More folders in folders than any driver has room for in a path. */
  TooDeep: { name: Schema.String, limit: Schema.Int },
  /** Two files with one name, or a file where another's folder is. */
  Clash: { name: Schema.String },
  /** More than the image has room for. */
  Full: { name: Schema.String, size: Schema.Int }
})
export type FileSystemProblem = typeof FileSystemProblem.Type

/** A size or limit that the format does not allow. */
export const badGeometry = (what: string, value: number, expected: string): Result.Result<never, FileSystemProblem> =>
  Result.fail({ _tag: "BadGeometry", what, value, expected })

/** An image of a file system cannot be made of these files. */
export class FileSystemError extends Schema.TaggedError<FileSystemError>()("FileSystemError", {
  kind: Schema.Literals(["LittleFS", "SPIFFS"]),
  problem: FileSystemProblem
}) {
  /** The message without what it is about. */
  get reason() {
    return describe(this.problem)
  }
  override get message() {
    return `${this.kind} image: ${this.reason}`
  }

  get hint(): string | undefined {
    return this.problem._tag === "Full"
      ? "a larger partition for files (board_build.partitions), or fewer files"
      : undefined
  }
}

const describe = (problem: FileSystemProblem): string => {
  switch (problem._tag) {
    case "BadGeometry":
      return `${problem.what} is ${problem.value}, not ${problem.expected}`
    case "BadName":
      return `${JSON.stringify(problem.name)} cannot be the name of a file`
    case "NameTooLong":
      return `${problem.name} takes ${problem.size} bytes, and names have at most ${problem.limit}`
    case "TooDeep":
      return `${problem.name} is in more than ${problem.limit} folders`
    case "Clash":
      return `${problem.name} is there twice`
    case "Full":
      return `no room for ${problem.name} in ${problem.size} bytes`
  }
}
