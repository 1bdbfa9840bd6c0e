import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Digest } from "../domain/Digest.ts"

/** What `stat` says of a file, enough to know that its content has not been touched. */
export interface Signature {
  /**
   * Size, mtime, ctime and inode in one text; equal texts mean an untouched file, unless it changed within one clock tick.
   * Of a folder the inode only: what is in it is asked for by `listing`.
   */
  readonly text: string
  readonly isFolder: boolean
  readonly bytes: number
  /** Time of the last change of content or metadata, ns since 1970; unlike mtime no program can set it back. */
  readonly changedNanos: bigint
}

/** The mtime in the text of a file's signature. */
export const modifiedOf = (text: string): string => text.split(" ")[1] ?? ""

/** A file of a folder, as caches need to know it. */
export interface FileAge {
  readonly name: string
  readonly bytes: number
  /** mtime, ms since 1970. */
  readonly modifiedMillis: number
}

/** The disk refused: full, read-only, no permission. */
export class DiskError extends Schema.TaggedError<DiskError>()("DiskError", {
  operation: Schema.Literals(["read", "write", "rename", "create", "remove"]),
  path: Schema.String,
  /** `ENOSPC`, `EROFS`, `EACCES` … */
  code: Schema.String
}) {
  override get message() {
    const why: Record<string, string> = {
      ENOSPC: "no space left on the disk",
      EDQUOT: "the disk quota is used up",
      EROFS: "the file system is read-only",
      EACCES: "permission denied",
      EPERM: "operation not permitted"
    }
    return `cannot ${this.operation} ${this.path}: ${why[this.code] ?? this.code}`
  }
  get hint(): string | undefined {
    return this.code === "EROFS" || this.code === "EACCES"
      ? "build_dir in platformio.ini, or FBUILD_BUILD_DIR, moves the build folder"
      : undefined
  }
}

/** A name, and what it stands for. */
export interface Stamp {
  readonly signature: Signature | undefined
  /**
   * When the name came to stand for that, as far as files do not tell by their own times, ns since 1970: when a link was
   * made, or a folder was moved there. `0n` of all else.
   */
  readonly namedNanos: bigint
}

/** How a path looked. Paths have no newline. */
export const sightLine = (
  path: string,
  sight:
    | { readonly _tag: "File"; readonly signature: Pick<Signature, "text"> | undefined }
    | { readonly _tag: "Folder"; readonly listing: Digest | undefined }
    | { readonly _tag: "Kind"; readonly isFile: boolean }
): string => {
  switch (sight._tag) {
    case "File":
      return `f${sight.signature?.text ?? ""}\t${path}`
    case "Folder":
      return `d${sight.listing ?? ""}\t${path}`
    case "Kind":
      return `k${sight.isFile ? "file" : ""}\t${path}`
  }
}

/** How pieces become a file: see `Disk.writePieces`. */
export interface PiecesOptions {
  readonly gap?: true
  readonly there?: true
}

/** The file operations of a build's hot path. Paths are absolute. A file that is not there is `undefined`, not an error. */
export class Disk extends Context.Service<Disk, {
  readonly signature: (path: string) => Effect.Effect<Signature | undefined>
  /** Whether there is something other than a folder, whatever its content: no link that leads nowhere. */
  readonly isFile: (path: string) => Effect.Effect<boolean>
  /** How each of these names looks, others having their turn in between. */
  readonly stamps: (paths: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<Stamp>>
  /** A digest over the names in a folder and the kinds of what they stand for; `undefined`: no such folder. */
  readonly listing: (path: string) => Effect.Effect<Digest | undefined>
  /** What no longer looks as `sightLine` says it did; no more of it than `most`. */
  readonly unlike: (lines: ReadonlyArray<string>, most?: number) => Effect.Effect<ReadonlyArray<string>>
  readonly digest: (path: string) => Effect.Effect<Digest | undefined, DiskError>
  /** The digest of a file, and which of these words (Latin letters) its content has: bit 0 for the first. */
  readonly digestMarking: (path: string, words: ReadonlyArray<string>) => Effect.Effect<
    { readonly digest: Digest; readonly marks: number } | undefined,
    DiskError
  >
  readonly readText: (path: string) => Effect.Effect<string | undefined, DiskError>
  readonly readBytes: (path: string) => Effect.Effect<Uint8Array | undefined, DiskError>
  /** Gives the text of a file in pieces, others having their turn in between; `false`: it is not there. */
  readonly readPieces: (path: string, take: (piece: string) => void) => Effect.Effect<boolean, DiskError>
  /**
   * Writes a file whole: to a temporary name beside it, then renamed. The name is `<path>.<pid>-<n>~`. `mode` is the
   * file's, before the umask; without it 0666. The folder has to be there unless it is to be made. With `gap` whoever looks
   * meanwhile may find no file, for it takes less: ext4 writes out what is renamed over another file. Source: ext4(5),
   * `auto_da_alloc`.
   */
  readonly write: (
    path: string,
    content: string | Uint8Array,
    options?: { readonly mode?: number; readonly folder?: "made"; readonly gap?: true }
  ) => Effect.Effect<void, DiskError>
  /**
   * As `write`, but into the file that is there: for one that nobody reads meanwhile, or whose readers see whether it is whole.
   * To make a file takes ten times as long. One that is linked, or has another name too, is replaced.
   */
  readonly overwrite: (path: string, content: string | Uint8Array) => Effect.Effect<void, DiskError>
  /**
   * As `write`, or with `there` as `overwrite`, of a text whose pieces are made one by one, others having their turn in
   * between.
   */
  readonly writePieces: (
    path: string,
    pieces: Iterable<string>,
    options?: PiecesOptions
  ) => Effect.Effect<void, DiskError>
  /** Writes a file that others do not look at yet, in place of any that is there. Fails without leaving a part of it. */
  readonly writeNew: (path: string, content: Uint8Array) => Effect.Effect<void, DiskError>
  /**
   * As `writeNew` with the content of another file, blocks shared where the file system can; `false` when there is no
   * such file. `mode` is as for `write`, whatever the other file has.
   */
  readonly copy: (from: string, to: string, mode?: number) => Effect.Effect<boolean, DiskError>
  /** Adds to the end of a file in one write, so that lines of several processes stay whole. */
  readonly append: (path: string, text: string) => Effect.Effect<void, DiskError>
  /** Sets the mtime to now if it is before `beforeMillis` (ms since 1970) and may be set. Bytes of the file. */
  readonly touch: (path: string, beforeMillis: number) => Effect.Effect<number | undefined>
  /** In place of any other file. With `gap` as for `write`. */
  readonly rename: (from: string, to: string, options?: { readonly gap?: true }) => Effect.Effect<void, DiskError>
  /** Creates a folder and those above it. */
  readonly makeDirectory: (path: string) => Effect.Effect<void, DiskError>
  /** Removes a file or a folder with all in it; nothing there is fine. */
  readonly remove: (path: string) => Effect.Effect<void, DiskError>
  /** Names in a folder, in no particular order. */
  readonly list: (path: string) => Effect.Effect<ReadonlyArray<string>>
  /** Regular files in a folder, in no particular order. */
  readonly ages: (path: string) => Effect.Effect<ReadonlyArray<FileAge>>
}>()("fbuild/disk/Disk") {}
