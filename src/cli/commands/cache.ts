import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { cacheLimit, formatByteSize, parseByteSize } from "../../cache/byteSize.ts"
import { Usage } from "../../cache/CacheUsage.ts"
import { collectGarbage } from "../../cache/collectGarbage.ts"
import { cacheStats, clearCache, verifyCache } from "../../cache/maintenance.ts"
import { isAlive } from "../../process/isAlive.ts"
import { homeOf, projectOptions } from "../options.ts"
import { reporting } from "../reporting.ts"
import { Terminal } from "../Terminal.ts"
import { UsageError } from "../UsageError.ts"

const look = { json: projectOptions.json, color: projectOptions.color }

const Stats = Schema.fromJsonString(Schema.Struct({
  path: Schema.String,
  entries: Schema.Int,
  blobs: Schema.Int,
  bytes: Schema.Int,
  maxBytes: Schema.Int,
  usage: Usage
}))

const stats = Command.make("stats", look, (flags) =>
  reporting(
    flags,
    Effect.gen(function*() {
      const home = yield* ownHome
      const found = { path: `${home}/cache`, ...(yield* cacheStats(home)), maxBytes: yield* ownLimit }
      const { hits, misses, uncacheable, ...other } = found.usage
      const asked = hits + misses
      yield* print(flags, Schema.encodeSync(Stats)(found), [
        ["folder", found.path],
        ["size", `${formatByteSize(found.bytes)} of ${formatByteSize(found.maxBytes)}`],
        ["entries", `${found.entries}`],
        ["contents", `${found.blobs}`],
        ["hits", asked === 0 ? "0" : `${hits} of ${asked} (${(100 * hits / asked).toFixed(1)} %)`],
        ["stored", `${other.stored}`],
        ["could not be stored", `${other.storeErrors}`],
        ["damaged", `${other.damaged}`],
        ...Object.entries(uncacheable).sort().map(([reason, count]) =>
          [`not cacheable: ${reason}`, `${count}`] as const
        )
      ])
    })
  )).pipe(
    Command.withDescription("What is in the cache, and how often it helped"),
    Command.withExamples([{ command: "fbuild cache stats --json", description: "For programs" }])
  )

const Collected = Schema.fromJsonString(Schema.Struct({
  removedEntries: Schema.Int,
  removedBlobs: Schema.Int,
  freedBytes: Schema.Int,
  remainingBytes: Schema.Int
}))

const gc = Command.make("gc", {
  ...look,
  maxSize: Flag.String("max-size").pipe(
    Flag.filterMap(parseByteSize, (text) => `expected a size such as 500M or 5G, got ${text}`),
    Flag.withMetavar("SIZE"),
    Flag.optional,
    Flag.withDescription("What may remain (default: FBUILD_CACHE_MAX_SIZE, else 5G)")
  )
}, (flags) =>
  reporting(
    flags,
    Effect.gen(function*() {
      const maxBytes = Option.isSome(flags.maxSize) ? flags.maxSize.value : yield* ownLimit
      const report = yield* collectGarbage({ home: yield* ownHome, maxBytes, isAlive })
      yield* print(flags, Schema.encodeSync(Collected)(report), [
        ["removed", `${report.removedEntries} entries, ${report.removedBlobs} contents`],
        ["freed", formatByteSize(report.freedBytes)],
        ["remaining", `${formatByteSize(report.remainingBytes)} of ${formatByteSize(maxBytes)}`]
      ])
    })
  )).pipe(
    Command.withDescription("Remove what was not used for longest, until the cache is small enough"),
    Command.withExamples([{ command: "fbuild cache gc --max-size 1G", description: "Keep a gibibyte" }])
  )

const Verified = Schema.fromJsonString(Schema.Struct({
  entries: Schema.Int,
  blobs: Schema.Int,
  damagedEntries: Schema.Int,
  damagedBlobs: Schema.Int,
  incompleteEntries: Schema.Int
}))

const verify = Command.make("verify", look, (flags) =>
  reporting(
    flags,
    Effect.gen(function*() {
      const report = yield* verifyCache(yield* ownHome)
      yield* print(flags, Schema.encodeSync(Verified)(report), [
        ["looked at", `${report.entries} entries, ${report.blobs} contents`],
        ["damaged", `${report.damagedEntries} entries, ${report.damagedBlobs} contents (removed)`],
        ["incomplete", `${report.incompleteEntries} entries (removed)`]
      ])
    })
  )).pipe(
    Command.withDescription("Read the whole cache, and remove what is damaged"),
    Command.withExamples([{ command: "fbuild cache verify", description: "After a crash of the machine" }])
  )

const Cleared = Schema.fromJsonString(Schema.Struct({
  removedEntries: Schema.Int,
  removedBlobs: Schema.Int,
  freedBytes: Schema.Int
}))

const clear = Command.make("clear", look, (flags) =>
  reporting(
    flags,
    Effect.gen(function*() {
      const home = yield* ownHome
      const { blobs, bytes, entries } = yield* cacheStats(home)
      yield* clearCache(home)
      const report = { removedEntries: entries, removedBlobs: blobs, freedBytes: bytes }
      yield* print(flags, Schema.encodeSync(Cleared)(report), [
        ["removed", `${entries} entries, ${blobs} contents`],
        ["freed", formatByteSize(bytes)]
      ])
    })
  )).pipe(
    Command.withDescription("Empty the cache"),
    Command.withExamples([{ command: "fbuild cache clear", description: "Forget all that was built" }])
  )

export const cache = Command.make("cache").pipe(
  Command.withDescription("Look after the cache of built files"),
  Command.withSubcommands([stats, gc, verify, clear])
)

const ownHome = Effect.map(Terminal, ({ variables }) => homeOf(variables))

const ownLimit = Effect.gen(function*() {
  const { variables } = yield* Terminal
  const limit = cacheLimit(variables)
  if (Option.isSome(limit)) return limit.value
  return yield* new UsageError({
    reason: `FBUILD_CACHE_MAX_SIZE is ${variables["FBUILD_CACHE_MAX_SIZE"]}, which is no size`,
    hint: "a size is a number with K, M, G or T: FBUILD_CACHE_MAX_SIZE=5G"
  })
})

/** One JSON object, or a table. */
const print = Effect.fnUntraced(function*(
  flags: { readonly json: boolean },
  json: string,
  rows: ReadonlyArray<readonly [name: string, value: string]>
) {
  const { stdout } = yield* Terminal
  const width = Math.max(...rows.map(([name]) => name.length))
  yield* stdout.write(
    flags.json ? `${json}\n` : rows.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join("")
  )
})
