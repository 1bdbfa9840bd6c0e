import * as Schema from "effect/Schema"
import type { DiskError } from "../disk/Disk.ts"

/** The disk does not take what was to be kept in the cache. The build does not fail by it. */
export class StoreRefused extends Schema.TaggedError<StoreRefused>()("StoreRefused", {
  path: Schema.String,
  /** `ENOSPC`, `EROFS`, `EACCES` … */
  code: Schema.String,
  detail: Schema.String
}) {
  static readonly of = ({ code, message, path }: DiskError) => new StoreRefused({ path, code, detail: message })

  override get message() {
    return `what is built now is not all kept in the cache: ${this.detail}`
  }
  get hint() {
    return this.code === "ENOSPC" || this.code === "EDQUOT"
      ? "make room, for example with `fbuild cache gc`, or let FBUILD_HOME name a folder on another disk"
      : "make the folder writable, let FBUILD_HOME name another one, or build with --no-cache"
  }
}
