import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type ActionRecord, type KnownDigest, readBuildState, writeBuildState } from "../cache/BuildState.ts"
import { Disk, type DiskError } from "../disk/Disk.ts"
import type { Action } from "../plan/Action.ts"
import type { Reason } from "./BuildEvent.ts"
import { commandDigest } from "./commandDigest.ts"
import { makeSurroundings, type Surroundings } from "./Surroundings.ts"

/** Whether an action has to run, and why. `undefined`: its outputs stand. */
export type Decision = Reason | undefined

/** What an action turned out to have read, and when it started. */
export interface Finished {
  readonly action: Action
  /** Paths found through the depfile, absolute or relative to the project. */
  readonly discovered: ReadonlyArray<string>
  /** Time of the file system when the action started, ns. */
  readonly startedNanos: bigint
}

/** The one place that decides whether an action runs. */
export class UpToDate extends Context.Service<UpToDate, {
  /** A time of the file system, ns, before which a file that will be touched from now on cannot seem to be touched. */
  readonly now: Effect.Effect<bigint>
  /** Compares the action's last trace with what is on the disk now. */
  readonly decide: (action: Action) => Effect.Effect<Decision, DiskError>
  /** Notes that an action has run and its outputs are in place; the trace is kept by `commit`. */
  readonly finished: (finished: Finished) => Effect.Effect<void, DiskError>
  /** Part of what `commit` does: worth doing while a long command runs and this process has nothing else to do. */
  readonly keepTraces: Effect.Effect<void, DiskError>
  /** Makes the traces permanent. An action whose inputs changed while it ran keeps none, so that it runs again. */
  readonly commit: Effect.Effect<void, DiskError>
}>()("fbuild/exec/UpToDate") {
  /**
   * Traces in `<buildDir>/state.json`; paths of actions are relative to `cwd`. A digest is taken from the last build when
   * the file's signature is the same; a signature is trusted only when it is older than the build that saw it, because two
   * writes within one tick of the file system's clock cannot be told apart.
   */
  static readonly layer = (options: { readonly cwd: string; readonly buildDir: string }) =>
    Layer.effect(
      UpToDate,
      Effect.gen(function*() {
        const disk = yield* Disk
        const stateFile = absolute(options.cwd, `${options.buildDir}/state.json`)
        const saved = yield* readBuildState(stateFile)
        const records = new Map(saved.actions)
        const stats = new Map(saved.stats)
        /** What this build has found; one look per file. */
        const seen = new Map<string, KnownDigest | undefined>()
        const pending: Array<Finished> = []
        let changed = false

        yield* disk.makeDirectory(absolute(options.cwd, options.buildDir))
        const clock = absolute(options.cwd, `${options.buildDir}/.clock`)
        yield* disk.write(clock, "")
        const startedNanos = (yield* disk.signature(clock))?.changedNanos ?? 0n
        const { monotonicTimeNanos } = yield* Clock.Clock
        const startedMonotonic = yield* monotonicTimeNanos
        const now = Effect.map(monotonicTimeNanos, (nanos) => startedNanos + nanos - startedMonotonic - tickNanos)

        const look = Effect.fnUntraced(function*(path: string) {
          const file = absolute(options.cwd, path)
          const signature = yield* disk.signature(file)
          if (signature === undefined) return undefined
          const known = seen.get(path) ?? stats.get(path)
          if (known !== undefined && known.signature === signature.text) return known
          const content = yield* disk.digestAsking(file, "__has_include")
          if (content === undefined) return undefined
          const found: KnownDigest = { signature: signature.text, ...content }
          if (signature.changedNanos < startedNanos) {
            stats.set(path, found)
            changed = true
          }
          return found
        })

        const current = Effect.fnUntraced(function*(path: string) {
          if (!seen.has(path)) seen.set(path, yield* look(path))
          return seen.get(path)?.digest
        })

        const lookAround = Effect.provideService(makeSurroundings((path) => absolute(options.cwd, path)), Disk, disk)
        const around = yield* lookAround

        const decide = Effect.fnUntraced(function*(action: Action): Effect.fn.Return<Decision, DiskError> {
          if (action.always) return { _tag: "AlwaysRuns" }
          const record = records.get(action.id)
          if (record === undefined) return { _tag: "NeverBuilt" }
          if (record.command !== commandDigest(action)) return { _tag: "CommandChanged" }
          for (const [path, digest] of record.outputs) {
            const now = yield* current(path)
            if (now === undefined) return { _tag: "OutputMissing", path }
            if (now !== digest) return { _tag: "OutputChanged", path }
          }
          for (const [path, digest] of record.inputs) {
            const now = yield* current(path)
            if (now === undefined) return { _tag: "InputMissing", path }
            if (now !== digest) return { _tag: "InputChanged", path }
          }
          const { shadows } = around
          const shadow = (yield* shadows(action, [...record.inputs.keys()])).find((path) =>
            !record.present.includes(path)
          )
          if (shadow !== undefined) return { _tag: "InputShadowed", path: shadow }
          for (const path of record.absent) {
            if ((yield* disk.signature(absolute(options.cwd, path))) !== undefined) {
              return { _tag: "InputShadowed", path }
            }
          }
          for (const path of record.present) {
            if ((yield* disk.signature(absolute(options.cwd, path))) === undefined) {
              return { _tag: "InputMissing", path }
            }
          }
          return undefined
        })

        const finished = Effect.fnUntraced(function*(done: Finished) {
          for (const output of done.action.outputs) seen.set(output, yield* look(output))
          pending.push(done)
        })

        /** The trace of an action, unless something it read was touched after it had started. */
        const trace = Effect.fnUntraced(function*(
          done: Finished,
          made: ReadonlySet<string>,
          touched: Map<string, readonly [KnownDigest, bigint] | undefined>,
          around: Surroundings
        ) {
          const inputs = new Map<string, string>()
          for (const path of new Set([...done.action.argv.slice(0, 1), ...done.action.inputs, ...done.discovered])) {
            if (made.has(path)) {
              const digest = yield* current(path)
              if (digest === undefined) return undefined
              inputs.set(path, digest)
              continue
            }
            if (!touched.has(path)) {
              const signature = yield* disk.signature(absolute(options.cwd, path))
              const found = yield* look(path)
              touched.set(path, signature && found && [found, signature.changedNanos])
            }
            const entry = touched.get(path)
            if (entry === undefined || entry[1] >= done.startedNanos) return undefined
            inputs.set(path, entry[0].digest)
          }
          const read = [...inputs.keys()]
          // Compilers know the word as well, but it is what they read that counts.
          const asking = read.slice(1).filter((path) => touched.get(path)?.[0].asks === true)
          const texts = yield* Effect.forEach(asking, (path) => disk.readText(absolute(options.cwd, path)))
          const { absent, present } = yield* around.asked(done.action, read, texts.map((text) => text ?? ""))
          const beside = [...new Set([...present, ...yield* around.shadows(done.action, read)])]
          for (const path of beside) {
            const signature = yield* disk.signature(absolute(options.cwd, path))
            if (signature === undefined || signature.changedNanos >= done.startedNanos) return undefined
          }
          const outputs = new Map<string, string>()
          for (const path of done.action.outputs) {
            const digest = yield* current(path)
            if (digest === undefined) return undefined
            outputs.set(path, digest)
          }
          return {
            command: commandDigest(done.action),
            inputs,
            outputs,
            present: beside,
            absent
          } satisfies ActionRecord
        })

        const made = new Set([...saved.actions.values()].flatMap(({ outputs }) => [...outputs.keys()]))

        const keepTraces = Effect.gen(function*() {
          for (const { action } of pending) for (const output of action.outputs) made.add(output)
          const touched = new Map<string, readonly [KnownDigest, bigint] | undefined>()
          const around = yield* lookAround
          for (const done of pending.splice(0)) {
            const record = yield* trace(done, made, touched, around)
            if (record === undefined) records.delete(done.action.id)
            else records.set(done.action.id, record)
            changed = true
          }
        })

        const commit = Effect.gen(function*() {
          yield* keepTraces
          if (!changed) return
          yield* writeBuildState(stateFile, { actions: records, stats }).pipe(Effect.provideService(Disk, disk))
          changed = false
        })

        return UpToDate.of({ now, decide, finished, keepTraces, commit })
      })
    )
}

/** File systems stamp with a clock that stands still for one tick: 10 ms at 100 Hz, the slowest that kernels use. */
const tickNanos = 10_000_000n

const absolute = (cwd: string, path: string): string => path.startsWith("/") ? path : `${cwd}/${path}`
