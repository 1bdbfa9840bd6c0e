import * as Schema from "effect/Schema"
import { placeText } from "../domain/place.ts"

/** Nothing to compile: the folder is missing or empty, or the filter leaves nothing. */
export class NoSources extends Schema.TaggedError<NoSources>()("NoSources", {
  /** The folder that was searched. */
  folder: Schema.String,
  problem: Schema.Literals(["missing", "empty", "filtered"]),
  /** `build_src_filter`, when one was given. */
  filter: Schema.optionalKey(Schema.String)
}) {
  override get message() {
    switch (this.problem) {
      case "missing":
        return `no sources: ${this.folder} does not exist`
      case "empty":
        return `no sources in ${this.folder}`
      case "filtered":
        return `no source in ${this.folder} passes build_src_filter "${this.filter ?? ""}"`
    }
  }

  get hint(): string {
    return this.problem === "filtered"
      ? "a filter starts from nothing: begin it with +<*>"
      : "put main.cpp or a sketch (.ino) there, or set src_dir under [platformio]"
  }
}

/** A source that was listed cannot be read: it vanished, is a dangling link, or is not ours to read. */
export class SourceUnreadable extends Schema.TaggedError<SourceUnreadable>()("SourceUnreadable", {
  path: Schema.String,
  /** `NotFound`, `PermissionDenied` … (Effect's `SystemErrorTag`). */
  reason: Schema.String
}) {
  override get message() {
    return `cannot read ${this.path}: ${this.reason}`
  }

  get hint(): string | undefined {
    return this.reason === "NotFound"
      ? "it is listed but gone: a dangling link, or deleted during the build"
      : undefined
  }
}

/** A folder that is there cannot be listed, or one that must be there is not. */
export class FolderUnreadable extends Schema.TaggedError<FolderUnreadable>()("FolderUnreadable", {
  path: Schema.String,
  /** `NotFound`, `PermissionDenied` … (Effect's `SystemErrorTag`). */
  reason: Schema.String
}) {
  override get message() {
    return `cannot list ${this.path}: ${this.reason}`
  }
}

/** The text of a source filter has something that is not `+<pattern>` or `-<pattern>`. */
export class SrcFilterInvalid extends Schema.TaggedError<SrcFilterInvalid>()("SrcFilterInvalid", {
  filter: Schema.String,
  /** What stands where a rule should, from its first character to the next space. */
  found: Schema.String,
  /** Where it stands in `filter`, from 1. */
  column: Schema.Int
}) {
  override get message() {
    return `source filter "${this.filter}", column ${this.column}: expected +<pattern> or -<pattern>, found "${this.found}"`
  }

  get hint(): string {
    return "write for example: +<*> -<legacy/>"
  }
}

/** `library.json` or `library.properties` cannot be used. */
export class LibraryManifestInvalid extends Schema.TaggedError<LibraryManifestInvalid>()("LibraryManifestInvalid", {
  path: Schema.String,
  line: Schema.optionalKey(Schema.Int),
  detail: Schema.String
}) {
  override get message() {
    return `${placeText(this)}: ${this.detail}`
  }
}

export type SourcesError = NoSources | SourceUnreadable | FolderUnreadable | SrcFilterInvalid | LibraryManifestInvalid
