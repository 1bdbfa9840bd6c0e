import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Disk, type DiskError } from "../disk/Disk.ts"
import type { Digest } from "../domain/Digest.ts"
import { Span } from "../telemetry/names.ts"
import { blobsOf, readEntry } from "./ActionCache.ts"
import { compactUsage } from "./CacheUsage.ts"
import { cacheDir, writeWhole } from "./layout.ts"
import { type CacheFile, listCache, totalBytes } from "./listCache.ts"
import { type IsAlive, oldestRunning } from "./running.ts"

/** What is younger stays, ms: the content of an action that ends just now is there before its entry. */
const youngMillis = 10 * 60 * 1000

/** How often a build looks after the cache, ms. */
const dueMillis = 24 * 60 * 60 * 1000

export interface GcOptions {
  readonly home: string
  /** What may remain, bytes. */
  readonly maxBytes: number
  readonly isAlive: IsAlive
}

export interface GcReport {
  readonly removedEntries: number
  readonly removedBlobs: number
  readonly freedBytes: number
  readonly remainingBytes: number
}

/**
 * Removes contents that no entry needs, then entries, the longest unused first, with the contents that only they need,
 * until the cache is small enough. What the builds that run have used stays, and what is younger than 10 minutes, even if
 * the cache stays too large then. A build that looks for something just then misses, nothing worse.
 */
export const collectGarbage: (options: GcOptions) => Effect.Effect<GcReport, DiskError, Disk> = Effect.fn(
  Span.collectGarbage
)(function*({ home, isAlive, maxBytes }) {
  const disk = yield* Disk
  const young = (yield* Clock.currentTimeMillis) - youngMillis
  const heldSince = Math.min(young, (yield* oldestRunning(home, isAlive)) ?? young)
  const files = yield* listCache(home)
  const blobs = new Map(files.blobs.map((blob) => [blob.digest, blob]))
  const needs = new Map<CacheFile, ReadonlySet<Digest>>()
  const needed = new Map<Digest, number>()
  for (const entry of files.entries) {
    const runs = yield* readEntry(disk, home, entry.digest)
    // An entry that this fbuild cannot read, damaged or of another version, keeps no contents, and goes when its turn comes.
    const digests = new Set(runs === "damaged" ? [] : runs.flatMap(blobsOf))
    needs.set(entry, digests)
    for (const digest of digests) needed.set(digest, (needed.get(digest) ?? 0) + 1)
  }

  let remainingBytes = totalBytes(files)
  const before = remainingBytes
  const remove = Effect.fnUntraced(function*(file: { readonly path: string; readonly bytes: number } & Aged) {
    if (file.usedMillis >= heldSince) return 0
    yield* disk.remove(file.path)
    remainingBytes -= file.bytes
    return 1
  })

  for (const temporary of files.temporaries) yield* remove(temporary)
  let [removedEntries, removedBlobs] = [0, 0]
  for (const blob of files.blobs) if (!needed.has(blob.digest)) removedBlobs += yield* remove(blob)
  for (const entry of files.entries.toSorted((one, other) => one.usedMillis - other.usedMillis)) {
    if (remainingBytes <= maxBytes || entry.usedMillis >= heldSince) break
    removedEntries += yield* remove(entry)
    for (const digest of needs.get(entry) ?? []) {
      const others = (needed.get(digest) ?? 0) - 1
      needed.set(digest, others)
      const blob = blobs.get(digest)
      if (others === 0 && blob !== undefined) removedBlobs += yield* remove(blob)
    }
  }
  yield* compactUsage(home)
  return { removedEntries, removedBlobs, freedBytes: before - remainingBytes, remainingBytes }
})

/**
 * At the end of a build: once a day, looks whether the cache has become too large, and makes it smaller. On other days it
 * costs a look into one folder. Never fails a build: what cannot be removed stays.
 */
export const gcIfDue: (options: GcOptions) => Effect.Effect<GcReport | undefined, never, Disk> = Effect.fn(
  Span.gcIfDue
)(
  function*(options) {
    const disk = yield* Disk
    const now = yield* Clock.currentTimeMillis
    const last = (yield* disk.ages(cacheDir(options.home))).find(({ name }) => name === stamp)?.modifiedMillis
    if (last !== undefined && now - last < dueMillis) return undefined
    // First, so that of two builds which end together one looks.
    yield* writeWhole(disk, `${cacheDir(options.home)}/${stamp}`, "")
    // A cache that nobody has looked after is new: what is in it is too young to go.
    if (last === undefined) return undefined
    if (totalBytes(yield* listCache(options.home)) <= options.maxBytes) return undefined
    return yield* collectGarbage(options)
  },
  Effect.orElseSucceed(() => undefined)
)

const stamp = "looked-after"

type Aged = Pick<CacheFile, "usedMillis">
