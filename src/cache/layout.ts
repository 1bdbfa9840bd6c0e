import * as Effect from "effect/Effect"
import type { Disk, DiskError } from "../disk/Disk.ts"
import type { Digest } from "../domain/Digest.ts"
import { dirName } from "../domain/paths.ts"

/** Where the cache of a home is. */
export const cacheDir = (home: string): string => `${home}/cache`

/** What actions made, by the digest of the content. */
export const contentDir = (home: string): string => `${cacheDir(home)}/content`
export const blobPath = (home: string, digest: Digest): string => sharded(contentDir(home), digest)

/** What is known of actions that ran, by the digest of their fingerprint. */
export const actionsDir = (home: string): string => `${cacheDir(home)}/actions`
export const entryPath = (home: string, key: Digest): string => sharded(actionsDir(home), key)

/** One empty file for each build that runs: `<pid>.<n>`. */
export const runningDir = (home: string): string => `${cacheDir(home)}/running`

/** Folders of some thousand files are slow to list and to search on some file systems. */
const sharded = (dir: string, digest: Digest): string => `${dir}/${digest.slice(0, 2)}/${digest}`

/** Publishes a file of the cache whole, making its folder if need be. */
export const writeWhole = (
  disk: Disk["Service"],
  path: string,
  content: string | Uint8Array,
  mode?: number
): Effect.Effect<void, DiskError> =>
  makingFolder(disk, path, disk.write(path, content, { folder: "made", ...(mode === undefined ? {} : { mode }) }))

/** Writes to a file; once more where its folder was missing, or after a folder that stood in its place has gone. */
export const makingFolder = (
  disk: Disk["Service"],
  path: string,
  write: Effect.Effect<void, DiskError>
): Effect.Effect<void, DiskError> =>
  Effect.catchTag(
    write,
    "DiskError",
    (error) => {
      switch (error.code) {
        case "ENOENT":
          return Effect.andThen(disk.makeDirectory(dirName(path)), write)
        case "EISDIR":
          return Effect.andThen(disk.remove(path), write)
        default:
          return Effect.fail(error)
      }
    }
  )
