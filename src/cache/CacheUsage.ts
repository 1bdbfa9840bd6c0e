import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Disk } from "../disk/Disk.ts"
import { cacheDir, makingFolder } from "./layout.ts"

/** How often the cache did what. */
export const Usage = Schema.Struct({
  /** Actions whose outputs came from the cache. */
  hits: Schema.Int,
  /** Actions that could have, but had to run. */
  misses: Schema.Int,
  /** Actions whose outputs went into the cache. */
  stored: Schema.Int,
  /** Files of the cache that were found wrong, and removed. */
  damaged: Schema.Int,
  /** Actions whose outputs could not be kept: disk full, read-only … */
  storeErrors: Schema.Int,
  /** Actions that are never cached, by reason. */
  uncacheable: Schema.Record(Schema.String, Schema.Int)
})
export type Usage = typeof Usage.Type

export type Counter = Exclude<keyof Usage, "storeErrors" | "uncacheable">

/** Counts for one build. */
export class CacheUsage extends Context.Service<CacheUsage, {
  readonly count: (counter: Counter) => Effect.Effect<void>
  /** Counts an output that could not be kept; whether it is the first one of this build. */
  readonly countRefused: Effect.Effect<boolean>
  readonly countUncacheable: (reason: string) => Effect.Effect<void>
  /** Adds what was counted to that of earlier builds, starts anew, and returns it. A disk that refuses costs the counts only. */
  readonly flush: Effect.Effect<Usage>
}>()("fbuild/cache/CacheUsage") {
  static readonly layer = ({ home }: { readonly home: string }): Layer.Layer<CacheUsage, never, Disk> =>
    Layer.effect(
      CacheUsage,
      Effect.gen(function*() {
        const disk = yield* Disk
        let usage: Usage = nothing
        let refused = false

        const flush = Effect.gen(function*() {
          const counted = usage
          usage = nothing
          const path = usagePath(home)
          if (counted !== nothing) yield* Effect.ignore(makingFolder(disk, path, disk.append(path, line(counted))))
          return counted
        })

        return CacheUsage.of({
          count: (counter) => Effect.sync(() => void (usage = { ...usage, [counter]: usage[counter] + 1 })),
          countRefused: Effect.sync(() => {
            const isFirst = !refused
            refused = true
            usage = { ...usage, storeErrors: usage.storeErrors + 1 }
            return isFirst
          }),
          countUncacheable: (reason) => Effect.sync(() => void (usage = add(usage, { uncacheable: { [reason]: 1 } }))),
          flush
        })
      })
    )
}

/** The sum over all builds. Lines that a crash left in pieces do not count. */
export const readUsage = Effect.fnUntraced(function*(home: string) {
  return sum(yield* readLines(home))
})

/** Replaces the counts of many builds by their sum. What another build adds just now may be lost; they are counts only. */
export const compactUsage = Effect.fnUntraced(function*(home: string) {
  const disk = yield* Disk
  const lines = yield* readLines(home)
  if (lines.length > 1) yield* Effect.ignore(disk.write(usagePath(home), line(sum(lines))))
})

const usagePath = (home: string) => `${cacheDir(home)}/usage`

const Line = Schema.fromJsonString(Usage)

const decode = Schema.decodeOption(Line)

const line = (usage: Usage): string => `${Schema.encodeSync(Line)(usage)}\n`

const readLines = Effect.fnUntraced(function*(home: string) {
  const disk = yield* Disk
  const text = (yield* disk.readText(usagePath(home)).pipe(Effect.orElseSucceed(() => undefined))) ?? ""
  return text.split("\n").flatMap((one) => Option.toArray(decode(one)))
})

const nothing: Usage = { hits: 0, misses: 0, stored: 0, damaged: 0, storeErrors: 0, uncacheable: {} }

const sum = (usages: ReadonlyArray<Usage>): Usage => usages.reduce(add, nothing)

const add = (one: Usage, other: Partial<Usage>): Usage => ({
  hits: one.hits + (other.hits ?? 0),
  misses: one.misses + (other.misses ?? 0),
  stored: one.stored + (other.stored ?? 0),
  damaged: one.damaged + (other.damaged ?? 0),
  storeErrors: one.storeErrors + (other.storeErrors ?? 0),
  uncacheable: Object.entries(other.uncacheable ?? {}).reduce(
    (counts, [reason, count]) => ({ ...counts, [reason]: (counts[reason] ?? 0) + count }),
    one.uncacheable
  )
})
