import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Digest } from "../domain/Digest.ts"

/** What `stat` says of a file, enough to know that its content has not been touched. */
export interface Signature {
  /** Size, mtime, ctime and inode in one text; equal texts mean an untouched file, unless it changed within one clock tick. */
  readonly text: string
  readonly bytes: number
  /** Time of the last change of content or metadata, ns since 1970; unlike mtime no program can set it back. */
  readonly changedNanos: bigint
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

/** The file operations of a build's hot path. Paths are absolute. A file that is not there is `undefined`, not an error. */
export class Disk extends Context.Service<Disk, {
  readonly signature: (path: string) => Effect.Effect<Signature | undefined>
  readonly digest: (path: string) => Effect.Effect<Digest | undefined, DiskError>
  /** The digest of a file, and whether its content contains `word` (Latin letters). */
  readonly digestAsking: (path: string, word: string) => Effect.Effect<
    { readonly digest: Digest; readonly asks: boolean } | undefined,
    DiskError
  >
  readonly readText: (path: string) => Effect.Effect<string | undefined, DiskError>
  readonly readBytes: (path: string) => Effect.Effect<Uint8Array | undefined, DiskError>
  /** Writes a file whole: to a temporary name beside it, then renamed. */
  readonly write: (path: string, content: string | Uint8Array) => Effect.Effect<void, DiskError>
  readonly rename: (from: string, to: string) => Effect.Effect<void, DiskError>
  /** Creates a folder and those above it. */
  readonly makeDirectory: (path: string) => Effect.Effect<void, DiskError>
  /** Removes a file or a folder with all in it; nothing there is fine. */
  readonly remove: (path: string) => Effect.Effect<void, DiskError>
  /** Names in a folder, in no particular order. */
  readonly list: (path: string) => Effect.Effect<ReadonlyArray<string>>
}>()("fbuild/disk/Disk") {}
