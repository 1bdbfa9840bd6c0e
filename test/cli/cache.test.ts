import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ActionCache } from "../../src/cache/ActionCache.ts"
import { CacheUsage } from "../../src/cache/CacheUsage.ts"
import { ContentStore } from "../../src/cache/ContentStore.ts"
import { cache } from "../../src/cli/commands/cache.ts"
import { Terminal } from "../../src/cli/Terminal.ts"
import { sha256 } from "../../src/disk/sha256.ts"
import { inRoom, type Room, run } from "../cache/stores.ts"
import { memorySink } from "./terminal.ts"

/** Runs `fbuild cache ARGS` and returns its exit status and what it printed. */
const execute = Effect.fnUntraced(function*(
  { dir, home }: Room,
  args: string,
  variables: Readonly<Record<string, string>> = {}
) {
  const [stdout, stderr] = [memorySink(), memorySink()]
  const terminal = Terminal.of({
    cwd: dir,
    variables: { FBUILD_HOME: home, ...variables },
    stdout,
    stderr,
    interruptCode: () => 130,
    beforeLeaving: () => {}
  })
  const status = yield* Command.runWith(cache, { version: "0" })(args.split(" ")).pipe(
    Effect.as(0),
    Effect.catchTag("CommandExit", ({ code }) => Effect.succeed(code)),
    Effect.provide(Layer.merge(NodeServices.layer, Layer.succeed(Terminal, terminal)))
  )
  return { status, stdout: stdout.text().replaceAll(home, "HOME"), stderr: stderr.text() }
})

/** Two actions that were stored, a hit, a miss, and one that is never cached. */
const fill = Effect.gen(function*() {
  const [actions, store, usage] = [yield* ActionCache, yield* ContentStore, yield* CacheUsage]
  for (const name of ["one", "two"]) {
    yield* store.putText(name)
    yield* actions.add(sha256(name), run({}, name))
    yield* usage.count("stored")
  }
  yield* usage.count("hits")
  yield* usage.count("misses")
  yield* usage.countUncacheable("TimeMacro")
  yield* usage.flush
})

describe("fbuild cache", () => {
  it.live("stats", () =>
    inRoom((room) =>
      Effect.gen(function*() {
        yield* fill
        const { status, stdout } = yield* execute(room, "stats", { FBUILD_CACHE_MAX_SIZE: "1G" })
        assert.strictEqual(status, 0)
        const rows = Object.fromEntries(stdout.trimEnd().split("\n").map((line) => line.split(/ {2,}/)))
        assert.match(rows["size"], /^\d+ B of 1\.0 GiB$/)
        delete rows["size"]
        assert.deepStrictEqual(rows, {
          folder: "HOME/cache",
          entries: "2",
          contents: "2",
          hits: "1 of 2 (50.0 %)",
          stored: "2",
          "could not be stored": "0",
          damaged: "0",
          "not cacheable: TimeMacro": "1"
        })
        const json = JSON.parse((yield* execute(room, "stats --json")).stdout)
        assert.isAbove(json.bytes, 0)
        assert.deepStrictEqual(json, {
          path: "HOME/cache",
          entries: 2,
          blobs: 2,
          bytes: json.bytes,
          maxBytes: 5 * 1024 ** 3,
          usage: { hits: 1, misses: 1, stored: 2, damaged: 0, storeErrors: 0, uncacheable: { TimeMacro: 1 } }
        })
      })
    ))

  it.live("stats of nothing", () =>
    inRoom((room) =>
      Effect.gen(function*() {
        const { status, stdout } = yield* execute(room, "stats")
        assert.strictEqual(status, 0)
        assert.notMatch(stdout, /NaN|undefined/)
        assert.match(stdout, /^size +0 B of 5\.0 GiB$/m)
      })
    ))

  it.live("gc keeps what is young", () =>
    inRoom((room) =>
      Effect.gen(function*() {
        yield* fill
        const { stdout } = yield* execute(room, "gc --max-size 0")
        assert.match(stdout, /^removed +0 entries, 0 contents$/m)
        const json = JSON.parse((yield* execute(room, "gc --json", { FBUILD_CACHE_MAX_SIZE: "0" })).stdout)
        assert.deepStrictEqual([json.removedEntries, json.freedBytes], [0, 0])
        assert.isAbove(json.remainingBytes, 0)
      })
    ))

  it.live("verify", () =>
    inRoom((room) =>
      Effect.gen(function*() {
        yield* fill
        const json = JSON.parse((yield* execute(room, "verify --json")).stdout)
        assert.deepStrictEqual(json, {
          entries: 2,
          blobs: 2,
          damagedEntries: 0,
          damagedBlobs: 0,
          incompleteEntries: 0
        })
        assert.match((yield* execute(room, "verify")).stdout, /^looked at +2 entries, 2 contents$/m)
      })
    ))

  it.live("clear", () =>
    inRoom((room) =>
      Effect.gen(function*() {
        yield* fill
        assert.match((yield* execute(room, "clear")).stdout, /^removed +2 entries, 2 contents$/m)
        assert.strictEqual(JSON.parse((yield* execute(room, "clear --json")).stdout).removedEntries, 0)
        assert.strictEqual(JSON.parse((yield* execute(room, "stats --json")).stdout).usage.hits, 0)
      })
    ))

  it.live("a limit that is no size is an error of usage", () =>
    inRoom((room) =>
      Effect.gen(function*() {
        for (const command of ["stats", "gc"]) {
          const { status, stderr, stdout } = yield* execute(room, command, { FBUILD_CACHE_MAX_SIZE: "much" })
          assert.deepStrictEqual([status, stdout], [2, ""])
          assert.match(stderr, /FBUILD_CACHE_MAX_SIZE is much/)
          assert.match(stderr, /hint: .*5G/)
        }
      })
    ))
})
