import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Disk, type DiskError } from "../disk/Disk.ts"
import { Span } from "../telemetry/names.ts"
import { blobsOf, readEntry, writeEntry } from "./ActionCache.ts"
import { readUsage, type Usage } from "./CacheUsage.ts"
import { actionsDir, cacheDir, contentDir } from "./layout.ts"
import { listCache, totalBytes } from "./listCache.ts"

export interface CacheStats {
  readonly entries: number
  readonly blobs: number
  readonly bytes: number
  readonly usage: Usage
}

/** What is in the cache, and what it did. */
export const cacheStats: (home: string) => Effect.Effect<CacheStats, never, Disk> = Effect.fn(Span.cacheStats)(
  function*(home) {
    const files = yield* listCache(home)
    return {
      entries: files.entries.length,
      blobs: files.blobs.length,
      bytes: totalBytes(files),
      usage: yield* readUsage(home)
    }
  }
)

export interface VerifyReport {
  /** Files that were looked at. */
  readonly entries: number
  readonly blobs: number
  /** Files whose content is not what it should be, removed. */
  readonly damagedEntries: number
  readonly damagedBlobs: number
  /** Entries with runs whose outputs are not there any more; those runs are removed. */
  readonly incompleteEntries: number
}

/** Reads every file of the cache, and removes what is wrong. */
export const verifyCache: (home: string) => Effect.Effect<VerifyReport, DiskError, Disk> = Effect.fn(Span.verifyCache)(
  function*(home) {
    const disk = yield* Disk
    const { blobs, entries } = yield* listCache(home)
    let [damagedBlobs, damagedEntries, incompleteEntries] = [0, 0, 0]
    for (const { digest, path } of blobs) {
      if ((yield* unreadable(disk.digest(path))) === digest) continue
      yield* disk.remove(path)
      damagedBlobs++
    }
    // Anew: a build may have stored something meanwhile.
    const there = new Set((yield* listCache(home)).blobs.map(({ digest }) => digest))
    for (const { digest, path } of entries) {
      const runs = yield* readEntry(disk, home, digest)
      if (runs === "damaged") {
        yield* disk.remove(path)
        damagedEntries++
        continue
      }
      const complete = runs.filter((run) => blobsOf(run).every((blob) => there.has(blob)))
      if (complete.length === runs.length) continue
      yield* complete.length === 0 ? disk.remove(path) : writeEntry(disk, home, digest, complete)
      incompleteEntries++
    }
    return { entries: entries.length, blobs: blobs.length, damagedEntries, damagedBlobs, incompleteEntries }
  }
)

const unreadable = Effect.orElseSucceed(() => undefined)

/** Empties the cache and its counts. A build that runs meanwhile misses, nothing worse. */
export const clearCache: (home: string) => Effect.Effect<void, DiskError, Disk> = Effect.fn(Span.clearCache)(
  function*(home) {
    const disk = yield* Disk
    const now = yield* Clock.currentTimeMillis
    for (const dir of [actionsDir(home), contentDir(home)]) {
      if ((yield* disk.signature(dir)) === undefined) continue
      // Out of the way first, so that nobody adds to what is being removed.
      const away = `${dir}.${now}~`
      yield* disk.rename(dir, away)
      yield* disk.remove(away)
    }
    yield* disk.remove(`${cacheDir(home)}/usage`)
  }
)
