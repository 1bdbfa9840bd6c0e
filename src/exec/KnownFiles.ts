import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Content, KnownDigest } from "../cache/BuildState.ts"
import { markedWords } from "../cache/marks.ts"
import { tickNanos } from "../disk/clocks.ts"
import { Disk } from "../disk/Disk.ts"
import { pathFrom } from "../domain/paths.ts"

/**
 * The digests of files, each computed once in a build, and not at all where a stat signature vouches for one from an
 * earlier build. A signature is trusted only if the file had not changed for a tick of the file system's clock when it was
 * looked at: two writes within a tick cannot be told apart. Paths are relative to `cwd` or absolute.
 */
export const makeKnownFiles = Effect.fnUntraced(function*(
  options: { readonly cwd: string; readonly buildDir: string },
  saved: ReadonlyMap<string, KnownDigest>,
  /** Whether somebody has looked at a file in this build, before anything ran, and found that it still has this signature. */
  isAsBefore: (path: string, signature: string) => boolean = () => false
) {
  const disk = yield* Disk
  const absolute = (path: string): string => pathFrom(options.cwd, path)
  const seen = new Map<string, KnownDigest | undefined>()
  const trusted = new Map(saved)
  /** When they changed, ns. */
  const doubtful = new Map<string, bigint>()
  const news = new Set<string>()

  yield* disk.makeDirectory(absolute(options.buildDir))
  const clock = absolute(`${options.buildDir}/.clock`)
  // Something, for to write nothing changes nothing.
  const clockTime = Effect.andThen(
    disk.overwrite(clock, "\n"),
    Effect.map(disk.signature(clock), (signature) => signature?.changedNanos ?? 0n)
  )
  const startedNanos = yield* clockTime
  const { monotonicTimeNanos } = yield* Clock.Clock
  const startedMonotonic = yield* monotonicTimeNanos
  const now = Effect.map(monotonicTimeNanos, (nanos) => startedNanos + nanos - startedMonotonic - tickNanos)

  const look = Effect.fnUntraced(function*(path: string) {
    const before = trusted.get(path)
    const mayDiffer = forgotten.has(path) || rewritten !== undefined
    if (before !== undefined && !mayDiffer && isAsBefore(path, before.signature)) return before
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

  /** Who is looking at a file: they agree on a token, and what they find counts as long as it is the file's. */
  const looking = new Map<string, symbol>()
  /** What may have changed since the build began. */
  const forgotten = new Set<string>()
  /** When any file may have changed, ns. */
  let rewritten: bigint | undefined
  /** What this build has put in place, as it was then. */
  const placed = new Map<string, Placed>()

  const known = Effect.fnUntraced(function*(path: string) {
    while (!seen.has(path)) {
      const token = looking.get(path) ?? Symbol(path)
      looking.set(path, token)
      const found = yield* look(path)
      if (looking.get(path) !== token) continue
      looking.delete(path)
      seen.set(path, found)
    }
    return seen.get(path)
  })

  /** What was known of a file no longer holds, nor what somebody is about to find out who looked before. */
  const forget = (path: string) => {
    forgotten.add(path)
    looking.delete(path)
    seen.delete(path)
    doubtful.delete(path)
  }

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
    /** The text of a file, as long as that is what was seen. */
    textAsSeen: Effect.fnUntraced(function*(path: string, { signature }: KnownDigest) {
      const text = yield* disk.readText(absolute(path))
      const isSame = (yield* disk.signature(absolute(path)))?.text === signature
      return text !== undefined && isSame ? text : yield* Effect.fail({ _tag: "InputTouched", path } as const)
    }),
    signature: (path: string) => disk.signature(absolute(path)),
    isFile: (path: string) => disk.isFile(absolute(path)),
    /** The file has been put in place just now. */
    place: Effect.fnUntraced(function*(path: string) {
      forget(path)
      const signature = yield* disk.signature(absolute(path))
      if (signature === undefined) placed.delete(path)
      else placed.set(path, { signature: signature.text, nanos: yield* now })
    }),
    /** What this build has put in place, as it was then: nobody else has touched it as long as that is its signature. */
    placed: (path: string): Placed | undefined => placed.get(path),
    /** Forgets what is known of a file. */
    forget,
    /** Any file may have been written until now. */
    forgetAll: Effect.map(clockTime, (time) => {
      looking.clear()
      seen.clear()
      rewritten = time
    }),
    /** The file has been put there with this content. The next build relies on it only if it still has it at the end. */
    learn: Effect.fnUntraced(function*(path: string, content: Content & { readonly bytes: number }) {
      forget(path)
      const token = Symbol(path)
      looking.set(path, token)
      const signature = yield* disk.signature(absolute(path))
      if (looking.get(path) !== token || signature?.bytes !== content.bytes) return
      looking.delete(path)
      placed.set(path, { signature: signature.text, nanos: yield* now })
      seen.set(path, { signature: signature.text, digest: content.digest, marks: content.marks })
      doubtful.set(path, signature.changedNanos)
    }),
    /**
     * How long it takes, ns, until a tick has passed since any of the files that were looked at had changed, or all may have. Not
     * those that this build has put in place, nor those with a time in the future: there is no waiting for them.
     */
    untilSettled: Effect.map(now, (time) => {
      const isPlaced = (path: string) => {
        const one = placed.get(path)
        return one !== undefined && (seen.get(path) ?? one).signature === one.signature
      }
      const times = [...doubtful].filter(([path]) => !isPlaced(path)).map(([, changed]) => changed)
      // Their clock stood still when we asked it for the time, too.
      const left = [rewritten ?? 0n, ...times].map((changed) => changed - time)
      return left.reduce((most, one) => one > most && one <= 2n * tickNanos ? one : most, -1n) + 1n
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

interface Placed {
  readonly signature: string
  /** When, as `now` has it. */
  readonly nanos: bigint
}

export type KnownFiles = Effect.Success<ReturnType<typeof makeKnownFiles>>

/** By how much a file server's clock may be slower than this machine's, ns. */
const slackNanos = 100_000_000n
