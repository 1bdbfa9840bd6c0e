import * as Schema from "effect/Schema"
import { placeText } from "../domain/place.ts"

/** `platform =` names nothing that fbuild can build. */
export class UnknownPlatform extends Schema.TaggedError<UnknownPlatform>()("UnknownPlatform", {
  path: Schema.String,
  line: Schema.optionalKey(Schema.Int),
  platform: Schema.String,
  known: Schema.Array(Schema.String)
}) {
  override get message() {
    return `${placeText(this)}: platform "${this.platform}" is not supported`
  }
  get hint() {
    return `supported: ${this.known.join(", ")}`
  }
}

/** `board =` names nothing that the platform's core has. */
export class BoardNotFound extends Schema.TaggedError<BoardNotFound>()("BoardNotFound", {
  path: Schema.String,
  line: Schema.optionalKey(Schema.Int),
  board: Schema.String,
  /** The file whose boards were compared. */
  boardsTxt: Schema.String,
  nearest: Schema.Array(Schema.String)
}) {
  override get message() {
    return `${placeText(this)}: unknown board "${this.board}": ${this.boardsTxt} does not have it`
  }
  get hint() {
    return this.nearest.length === 0 ? undefined : `did you mean ${this.nearest.join(", ")}?`
  }
}

/** `build.core` or `build.variant` of a board is the name of no folder. */
export class BoardFolderMissing extends Schema.TaggedError<BoardFolderMissing>()("BoardFolderMissing", {
  /** Where the property is written. Line 0: no file has it. */
  path: Schema.String,
  line: Schema.Int,
  property: Schema.String,
  value: Schema.String,
  folder: Schema.String,
  nearest: Schema.Array(Schema.String)
}) {
  override get message() {
    const place = this.line > 0 ? `${this.path}:${this.line}` : this.path
    return `${place}: ${this.property}=${this.value}: there is no folder ${this.folder}`
  }
  get hint() {
    return this.nearest.length === 0 ? undefined : `did you mean ${this.nearest.join(", ")}?`
  }
}

/** The image does not fit into the board's memory. */
export class SizeOverflow extends Schema.TaggedError<SizeOverflow>()("SizeOverflow", {
  environment: Schema.String,
  memory: Schema.Literals(["flash", "ram", "eeprom"]),
  /** Bytes. */
  used: Schema.Int,
  /** Bytes. */
  max: Schema.Int
}) {
  override get message() {
    const over = this.used - this.max
    return `${this.environment}: ${this.memory} overflows by ${over} bytes: ${this.used} used of ${this.max}`
  }
}

/** A framework that the platform does not have, or none where it needs one. */
export class UnsupportedFramework extends Schema.TaggedError<UnsupportedFramework>()("UnsupportedFramework", {
  path: Schema.String,
  line: Schema.optionalKey(Schema.Int),
  /** Absent: `framework` is missing. */
  framework: Schema.optionalKey(Schema.String),
  platform: Schema.String,
  supported: Schema.Array(Schema.String),
  /** Whether the platform builds projects without a framework. */
  bare: Schema.Boolean
}) {
  override get message() {
    const place = placeText(this)
    return this.framework === undefined
      ? `${place}: ${this.platform} builds nothing without a framework`
      : `${place}: framework "${this.framework}" is not supported by ${this.platform}`
  }
  get hint() {
    const lines = this.supported.map((name) => `framework = ${name}`)
    return `supported: ${[...lines, ...(this.bare ? ["no framework line at all"] : [])].join(", ")}`
  }
}

/** A file that a step of the family needs is in none of its places. */
export class CoreFileMissing extends Schema.TaggedError<CoreFileMissing>()("CoreFileMissing", {
  /** What is made of it. */
  file: Schema.String,
  searched: Schema.Array(Schema.String),
  hint: Schema.optionalKey(Schema.String)
}) {
  override get message() {
    return `${this.file} cannot be made: there is no ${this.searched.join(", ")}`
  }
}

/** A table of partitions, or what is to go into one of them, is not as the project needs it. */
export class PartitionsInvalid extends Schema.TaggedError<PartitionsInvalid>()("PartitionsInvalid", {
  path: Schema.String,
  line: Schema.optionalKey(Schema.Int),
  reason: Schema.String,
  hint: Schema.optionalKey(Schema.String)
}) {
  override get message() {
    return `${placeText(this)}: ${this.reason}`
  }
}

/** A file that an option of the project names is not there. */
export class ProjectFileMissing extends Schema.TaggedError<ProjectFileMissing>()("ProjectFileMissing", {
  path: Schema.String,
  line: Schema.optionalKey(Schema.Int),
  option: Schema.String,
  file: Schema.String
}) {
  override get message() {
    return `${placeText(this)}: ${this.option} names ${this.file}, which is no file`
  }
  get hint() {
    return "paths are those from the project's folder, one a line"
  }
}

/** The flash of a board has no place for the file system that a project wants. */
export class NoFileSystem extends Schema.TaggedError<NoFileSystem>()("NoFileSystem", {
  path: Schema.String,
  line: Schema.optionalKey(Schema.Int),
  fileSystem: Schema.String
}) {
  override get message() {
    return `${
      placeText(this)
    }: board_build.filesystem = ${this.fileSystem}, and the flash has no place for a file system`
  }
  get hint() {
    return "board_build.partitions or board_build.ldscript chooses a layout that has one"
  }
}

/** A library that `lib_deps` names is neither in the project nor in the core. */
export class LibraryMissing extends Schema.TaggedError<LibraryMissing>()("LibraryMissing", {
  path: Schema.String,
  line: Schema.optionalKey(Schema.Int),
  library: Schema.String
}) {
  override get message() {
    return `${placeText(this)}: library "${this.library}" is not installed`
  }
  get hint() {
    return "put it into the project's lib/ folder, or name the folder that holds it in lib_extra_dirs"
  }
}
