import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Content, KnownDigest } from "../cache/BuildState.ts"
import { markedWords } from "../cache/marks.ts"
import { tickNanos } from "../disk/clocks.ts"
import { Disk } from "../disk/Disk.ts"

/**
 * The digests of files, each computed once in a build, and not at all where a stat signature vouches for one from an
 * earlier build. A signature is trusted only if the file had not changed for a tick of the file system's clock when it was
 * looked at: two writes within a tick cannot be told apart. Paths are relative to `cwd` or absolute.
 */
export const makeKnownFiles = Effect.fnUntraced(function*(
  options: { readonly cwd: string; readonly buildDir: string },
  saved: ReadonlyMap<string, KnownDigest>
) {
  const disk = yield* Disk
  const absolute = (path: string): string => path.startsWith("/") ? path : `${options.cwd}/${path}`
  const seen = new Map<string, KnownDigest | undefined>()
  const trusted = new Map(saved)
  /** When they changed, ns. */
  const doubtful = new Map<string, bigint>()
  const news = new Set<string>()

  yield* disk.makeDirectory(absolute(options.buildDir))
  const clock = absolute(`${options.buildDir}/.clock`)
  const clockTime = Effect.andThen(
    disk.write(clock, ""),
    Effect.map(disk.signature(clock), (signature) => signature?.changedNanos ?? 0n)
  )
  const startedNanos = yield* clockTime
  const { monotonicTimeNanos } = yield* Clock.Clock
  const startedMonotonic = yield* monotonicTimeNanos
  const now = Effect.map(monotonicTimeNanos, (nanos) => startedNanos + nanos - startedMonotonic - tickNanos)

  const look = Effect.fnUntraced(function*(path: string) {
    const file = absolute(path)
    const signature = yield* disk.signature(file)
    // Compilers pass by folders.
    if (signature === undefined || signature.isFolder) return undefined
    const known = trusted.get(path)
    if (known !== undefined && known.signature === signature.text) return known
    const settled = signature.changedNanos < (yield* now)
    const content = yield* disk.digestMarking(file, markedWords)
    if (content === undefined) return undefined
    const found: KnownDigest = { signature: signature.text, ...content }
    if (settled) trust(path, found)
    else doubtful.set(path, signature.changedNanos)
    return found
  })

  const trust = (path: string, found: KnownDigest) => {
    trusted.set(path, found)
    doubtful.delete(path)
    news.add(path)
  }

  /** How often something was forgotten: what is being looked at meanwhile may be what it was before. */
  let forgotten = 0

  const known = Effect.fnUntraced(function*(path: string) {
    while (!seen.has(path)) {
      const before = forgotten
      const found = yield* look(path)
      if (forgotten === before) seen.set(path, found)
    }
    return seen.get(path)
  })

  return {
    absolute,
    /** A time of the file system, ns, before which a file that will be touched from now on cannot seem to be touched. */
    now,
    /** Whether the clock of the file system has been set back since the beginning: what is changed then seems to be older. */
    isSetBack: Effect.zipWith(clockTime, now, (clock, time) => clock < time - slackNanos),
    /** What has been looked at, for loops that cannot afford to ask `known` again. What is in it now may have been forgotten later. */
    seen: seen as ReadonlyMap<string, KnownDigest | undefined>,
    known,
    /** The digest of a file; `undefined`: it is not there, or a folder. */
    digest: (path: string) => {
      const found = seen.get(path)
      return found === undefined ? Effect.map(known(path), (found) => found?.digest) : Effect.succeed(found.digest)
    },
    signature: (path: string) => disk.signature(absolute(path)),
    isFile: (path: string) => Effect.map(disk.signature(absolute(path)), (signature) => signature?.isFolder === false),
    /** The file has been written: what was known of it no longer holds. */
    forget: (path: string) => {
      forgotten++
      seen.delete(path)
    },
    /** Any file may have been written. */
    forgetAll: () => {
      forgotten++
      seen.clear()
    },
    /** The file has been put there with this content. The next build relies on it only if it still has it at the end. */
    learn: Effect.fnUntraced(function*(path: string, content: Content & { readonly bytes: number }) {
      const signature = yield* disk.signature(absolute(path))
      if (signature?.bytes !== content.bytes) return void seen.delete(path)
      seen.set(path, { signature: signature.text, digest: content.digest, marks: content.marks })
      doubtful.set(path, signature.changedNanos)
    }),
    /**
     * How long it takes, ns, until a tick has passed since any of the files that were looked at, but for `others`, had
     * changed. Not those with a time in the future: there is no waiting for them.
     */
    untilSettled: (others: ReadonlySet<string>) =>
      Effect.map(now, (time) => {
        const left = [...doubtful].filter(([path]) => !others.has(path)).map(([, changed]) => changed - time)
        return left.reduce((most, one) => one > most && one <= tickNanos ? one : most, -1n) + 1n
      }),
    /** Looks once more at files that had changed too shortly before, so that the next build need not. */
    settle: Effect.gen(function*() {
      for (const path of doubtful.keys()) {
        const before = seen.get(path)
        const signature = yield* disk.signature(absolute(path))
        if (before === undefined || signature?.text !== before.signature) continue
        if (signature.changedNanos >= (yield* now)) continue
        const digest = yield* disk.digest(absolute(path))
        if (digest === before.digest) trust(path, before)
        else yield* look(path)
      }
    }),
    /** Paths of what the next build may rely on since this one. */
    news: (): ReadonlyArray<string> => [...news],
    /** What the next build may rely on. */
    trusted: trusted as ReadonlyMap<string, KnownDigest>
  }
})

export type KnownFiles = Effect.Success<ReturnType<typeof makeKnownFiles>>

/** By how much a file server's clock may be slower than this machine's, ns. */
const slackNanos = 100_000_000n
