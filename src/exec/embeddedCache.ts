import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { ActionCache, type CachedAction } from "../cache/ActionCache.ts"
import type { Trace } from "../cache/BuildState.ts"
import { CacheUsage } from "../cache/CacheUsage.ts"
import { ContentStore } from "../cache/ContentStore.ts"
import { fingerprint, renderFingerprint, type Uncacheable } from "../cache/Fingerprint.ts"
import { Disk, type DiskError } from "../disk/Disk.ts"
import { sha256 } from "../disk/sha256.ts"
import { Digest } from "../domain/Digest.ts"
import { pathFrom } from "../domain/paths.ts"
import { type Action, isCompile } from "../plan/Action.ts"
import type { CacheAnswer, Reason } from "./BuildEvent.ts"
import { CompileCache, type Fetched, type Ran, type Storing } from "./CompileCache.ts"
import { readResponses } from "./responses.ts"
import type { Stage } from "./Stage.ts"
import { UpToDate } from "./UpToDate.ts"

/**
 * The cache inside fbuild: no process on a hit, no lock. Looks up in two steps. What is known before an action runs (its
 * fingerprint) leads to entries; each entry's trace of what else was read then is compared with the disk as it is now.
 * `directory` is the project folder, where outputs hold it; else `undefined`. Paths are relative to `cwd` or absolute.
 */
export const embedded = (options: { readonly cwd: string; readonly directory: string | undefined }) =>
  Layer.effect(
    CompileCache,
    Effect.gen(function*() {
      const actions = yield* ActionCache
      const content = yield* ContentStore
      const disk = yield* Disk
      const upToDate = yield* UpToDate
      const usage = yield* CacheUsage
      const absolute = (path: string) => pathFrom(options.cwd, path)
      /** Of the actions of this build: their keys, and the declared inputs that these stand for. */
      const keys = new Map<string, Key>()

      /** What the fingerprint is made of; `undefined` when an input is not there, which running the action will tell. */
      const keyOf = Effect.fnUntraced(function*(action: Action) {
        const inputs = new Map<string, string>()
        for (const path of new Set([...action.argv.slice(0, 1), ...action.inputs])) {
          const digest = yield* upToDate.digest(path)
          if (digest === undefined) return undefined
          inputs.set(path, digest)
        }
        const responses = yield* readResponses(action.argv, absolute).pipe(Effect.provideService(Disk, disk))
        return { inputs, key: fingerprint(action, { inputs, directory: options.directory, responses }) }
      })

      const restore = Effect.fnUntraced(function*(action: Action, stage: Stage, cached: CachedAction) {
        for (const [index, output] of action.outputs.entries()) {
          const found = cached.outputs[index]
          if (found === undefined) return undefined
          const staged = absolute(stage.files.get(output) ?? output)
          const isWritten = found.content === undefined
            ? content.fetch(found.digest, staged)
            : Effect.isSuccess(disk.writeNew(staged, Buffer.from(found.content, "base64")))
          if (!(yield* isWritten)) return undefined
        }
        return cached.printed === undefined ? "" : yield* content.readText(cached.printed)
      })

      const fetch = Effect.fnUntraced(function*(action: Action, stage: Stage): Effect.fn.Return<Fetched, DiskError> {
        const known = yield* keyOf(action)
        if (known === undefined) return miss({ _tag: "NoEntry" })
        if (Result.isFailure(known.key)) {
          const reason = known.key.failure
          yield* usage.countUncacheable(reason._tag)
          return miss({ _tag: "Uncacheable", reason })
        }
        const key = { ...renderFingerprint(known.key.success), inputs: known.inputs }
        keys.set(action.id, key)
        let difference: Reason | undefined
        let damaged = false
        for (const cached of yield* actions.find(key.digest)) {
          const trace: Trace = {
            inputs: new Map([...known.inputs, ...cached.inputs]),
            present: cached.present,
            absent: cached.absent
          }
          const mismatch = yield* upToDate.mismatch(action, trace)
          if (mismatch !== undefined) {
            difference ??= mismatch
            continue
          }
          const printed = yield* restore(action, stage, cached)
          if (printed === undefined) {
            damaged = true
            continue
          }
          yield* usage.count("hits")
          const { carried = [], outputs } = cached
          return { _tag: "Hit", hit: { trace, carried, outputs, printed, durationMs: cached.durationMs } }
        }
        yield* usage.count("misses")
        const answer: CacheAnswer = damaged
          ? { _tag: "ContentMissing" }
          : difference === undefined
          ? { _tag: "NoEntry" }
          : { _tag: "EntryDiffers", difference }
        return { _tag: "Miss", answer, key: key.digest }
      })

      const store = Effect.fnUntraced(function*(ran: Ran): Effect.fn.Return<Storing> {
        const { action, printed, record: traced, timed } = ran
        const key = keys.get(action.id)
        if (key === undefined) return Result.succeed(Effect.void)
        const refuse = (reason: Uncacheable) =>
          Effect.as(usage.countUncacheable(reason._tag), Result.fail<CacheAnswer>({ _tag: "Uncacheable", reason }))
        if (timed !== undefined) return yield* refuse({ _tag: "TimeMacro", ...timed })
        if (Result.isFailure(traced)) return yield* refuse(traced.failure)
        const record = traced.success
        const touched = [...key.inputs].find(([path, digest]) => record.inputs.get(path) !== digest)
        if (touched !== undefined) return yield* refuse({ _tag: "InputTouched", path: touched[0] })
        return Result.succeed(Effect.gen(function*() {
          const outputs: Array<CachedAction["outputs"][number]> = []
          for (const path of action.outputs) {
            const known = yield* upToDate.known(path)
            // Someone has written to it since.
            if (known === undefined || known.digest !== record.outputs.get(path)) return
            const digest = Digest.make(known.digest)
            const bytes = (yield* disk.signature(absolute(path)))?.bytes ?? 0
            const output = { digest, bytes, marks: known.marks }
            if (!isCompile(action) && bytes <= smallBytes) {
              const small = yield* disk.readBytes(absolute(path))
              if (small === undefined || sha256(small) !== digest) return
              outputs.push({ ...output, content: Buffer.from(small).toString("base64") })
            } else {
              if (!(yield* content.put(absolute(path), digest))) return
              outputs.push(output)
            }
          }
          yield* actions.add(key.digest, {
            inputs: [...record.inputs].filter(([path]) => !key.inputs.has(path)).map(([path, digest]) =>
              [path, Digest.make(digest)] as const
            ),
            present: record.present,
            absent: record.absent,
            ...(record.carried.length === 0 ? {} : { carried: record.carried }),
            outputs,
            ...(printed === "" ? {} : { printed: yield* content.putText(printed) }),
            durationMs: ran.durationMs,
            fingerprint: key.text
          })
          yield* usage.count("stored")
        }))
      })

      return CompileCache.of({
        fetch,
        store,
        countRefused: usage.countRefused,
        close: Effect.asVoid(usage.flush)
      })
    })
  )

interface Key {
  readonly digest: Digest
  readonly text: string
  readonly inputs: ReadonlyMap<string, string>
}

/**
 * Outputs up to this size, bytes, are kept in the entry itself: to make a file of their own takes longer than all else. Not those of
 * compilers, which have several runs in an entry: it is written anew with each.
 */
const smallBytes = 32 * 1024

const miss = (answer: CacheAnswer): Fetched => ({ _tag: "Miss", answer })
