import * as Effect from "effect/Effect"
import { Disk } from "../disk/Disk.ts"
import { Digest } from "../domain/Digest.ts"
import { actionsDir, contentDir } from "./layout.ts"

/** A file of the cache. */
export interface CacheFile {
  readonly digest: Digest
  readonly path: string
  readonly bytes: number
  /** When it was last used, ms since 1970, to the precision of a build. */
  readonly usedMillis: number
}

export interface CacheFiles {
  readonly entries: ReadonlyArray<CacheFile>
  readonly blobs: ReadonlyArray<CacheFile>
  /** Files that are being written, or were when their writer died. */
  readonly temporaries: ReadonlyArray<Omit<CacheFile, "digest">>
}

/** All files of the cache, by their names; none is opened. What is not of the cache's making is left out. */
export const listCache = Effect.fnUntraced(function*(home: string) {
  const disk = yield* Disk
  const temporaries: Array<Omit<CacheFile, "digest">> = []
  const below = Effect.fnUntraced(function*(top: string) {
    const files: Array<CacheFile> = []
    for (const shard of yield* disk.list(top)) {
      for (const { bytes, modifiedMillis, name } of yield* disk.ages(`${top}/${shard}`)) {
        const file = { path: `${top}/${shard}/${name}`, bytes, usedMillis: modifiedMillis }
        if (/^[0-9a-f]{64}$/.test(name) && name.startsWith(shard)) files.push({ ...file, digest: Digest.make(name) })
        else if (name.endsWith("~")) temporaries.push(file)
      }
    }
    return files
  })
  const files: CacheFiles = {
    entries: yield* below(actionsDir(home)),
    blobs: yield* below(contentDir(home)),
    temporaries
  }
  return files
})

export const totalBytes = ({ blobs, entries, temporaries }: CacheFiles): number =>
  [...blobs, ...entries, ...temporaries].reduce((sum, { bytes }) => sum + bytes, 0)
