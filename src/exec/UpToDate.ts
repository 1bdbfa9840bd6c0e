import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Content, Trace } from "../cache/BuildState.ts"
import { standsFor } from "../cache/standsFor.ts"
import { Disk, type DiskError } from "../disk/Disk.ts"
import { pathFrom } from "../domain/paths.ts"
import { type Action, isCompile } from "../plan/Action.ts"
import type { ActionGraph } from "../plan/ActionGraph.ts"
import type { Reason } from "./BuildEvent.ts"
import { commandChange, commandDigest, commandOf } from "./commandDigest.ts"
import type { CacheHit } from "./CompileCache.ts"
import { openKeptState } from "./keptState.ts"
import { makeKnownFiles } from "./KnownFiles.ts"
import { makeLookingBack } from "./lookingBack.ts"
import { type Finished, makeTracer, readBy, type Told } from "./makeTracer.ts"
import { surelyRun } from "./surelyRun.ts"
import { makeSurroundings } from "./Surroundings.ts"

/** Whether an action has to run, and why. `undefined`: its outputs stand. */
export type Decision = Reason | undefined

/** An action that has run, and what can be said of it. */
export interface Traced extends Pick<Told, "record" | "timed"> {
  readonly action: Action
}

/** The one place that decides whether an action runs. */
export class UpToDate extends Context.Service<UpToDate, {
  /** A time of the file system, ns, before which a file that will be touched from now on cannot seem to be touched. */
  readonly now: Effect.Effect<bigint>
  /**
   * To be waited for before a command starts: 10 ms at most where a file was changed just before, and no time else. What
   * is changed within a tick of a command's start could have changed after it, and the command would leave no trace.
   */
  readonly settled: Effect.Effect<void>
  /** The actions of a plan that will run, as far as what was edited alone tells; to be asked once, and first. */
  readonly surelyRun: (graph: ActionGraph) => Effect.Effect<ReadonlySet<Action>>
  /**
   * To be asked next: the actions of that plan that have to be decided, because not all looks as it did at the end of the last
   * build, when the others stood. `undefined`: all of them.
   */
  readonly undecided: Effect.Effect<ReadonlySet<Action> | undefined>
  /** Compares the action's last trace, and its outputs, with what is on the disk now. */
  readonly decide: (action: Action) => Effect.Effect<Decision, DiskError>
  /** What stands against a trace of this action, wherever it was made: the first thing that is not as it was then. */
  readonly mismatch: (action: Action, trace: Trace) => Effect.Effect<Decision, DiskError>
  /** The digest of a file as it is now; `undefined`: it is not there. */
  readonly digest: (path: string) => Effect.Effect<string | undefined, DiskError>
  /** What counts of its content; likewise. */
  readonly known: (path: string) => Effect.Effect<Content | undefined, DiskError>
  /** Notes that outputs have come from a cache and are in place, with what vouches for them. */
  readonly restored: (action: Action, hit: CacheHit) => Effect.Effect<void>
  /** Notes that an action has run and its outputs are in place; the trace is kept by `keepTraces`. */
  readonly finished: (finished: Finished) => Effect.Effect<void, DiskError>
  /** Traces what has finished since. Worth doing while a long command runs and this process has nothing else to do. */
  readonly keepTraces: Effect.Effect<ReadonlyArray<Traced>, DiskError>
  /** Makes what is known permanent: the traces of these actions and no others. */
  readonly commit: (actions: ReadonlyArray<Action>) => Effect.Effect<void, DiskError>
}>()("fbuild/exec/UpToDate") {
  /**
   * Keeps its state in `<buildDir>/state.json`; paths of actions are relative to `cwd`. Digests of absolute paths are
   * shared with other builds by the file `digests` (absolute), where there is one.
   */
  static readonly layer = (options: { readonly cwd: string; readonly buildDir: string; readonly digests?: string }) =>
    Layer.effect(
      UpToDate,
      Effect.gen(function*() {
        const disk = yield* Disk
        const kept = yield* openKeptState(options)
        const absolute = (path: string): string => pathFrom(options.cwd, path)
        const looking = yield* makeLookingBack({ statePath: kept.path, cwd: options.cwd })
        const files = yield* makeKnownFiles(options, kept.digests, looking.isAsBefore)
        const { digest, isFile, seen } = files
        const records = new Map(kept.saved().actions)
        const pending: Array<Finished> = []
        let changed = false

        const lookAround = Effect.provideService(makeSurroundings(absolute), Disk, looking.disk)
        const began = yield* files.now
        let around = yield* lookAround

        const decide = Effect.fnUntraced(function*(action: Action) {
          const reason = yield* decided(action)
          if (reason === undefined) looking.bring(action)
          return reason
        })

        const decided = Effect.fnUntraced(function*(action: Action): Effect.fn.Return<Decision, DiskError> {
          if (action.always !== undefined) return { _tag: "AlwaysRuns", why: action.always }
          const record = records.get(action.id)
          if (record === undefined) return { _tag: "NeverBuilt" }
          if (record.command !== commandDigest(action)) return commandChange(record, action)
          // What this build has made is another as a rule. Nobody needs to read then what was made from it before.
          for (const [path, before] of record.inputs) {
            const after = files.placed(path) && (yield* files.known(path))
            if (after !== undefined && !standsFor(before, after)) {
              return { _tag: "InputChanged", path, before, after: after.digest }
            }
          }
          for (const [path, before] of record.outputs) {
            const after = seen.get(path)?.digest ?? (yield* digest(path))
            if (after === undefined) return { _tag: "OutputMissing", path }
            if (after !== before) return { _tag: "OutputChanged", path, before, after }
          }
          return yield* mismatch(action, record)
        })

        const mismatch = Effect.fnUntraced(function*(
          action: Action,
          trace: Trace
        ): Effect.fn.Return<Decision, DiskError> {
          for (const [path, before] of trace.inputs) {
            const after = seen.get(path) ?? (yield* files.known(path))
            if (after === undefined) return { _tag: "InputMissing", path }
            if (!standsFor(before, after)) {
              return { _tag: "InputChanged", path, before, after: after.digest }
            }
          }
          const shadow = (yield* around.shadows(action, readBy(action, trace.inputs))).find((path) =>
            !trace.present.includes(path)
          )
          if (shadow !== undefined) return { _tag: "InputShadowed", path: shadow }
          for (const path of trace.absent) if (yield* isFile(path)) return { _tag: "InputShadowed", path }
          for (const path of trace.present) if (!(yield* isFile(path))) return { _tag: "InputMissing", path }
          return undefined
        })

        const restored = Effect.fnUntraced(function*(action: Action, { carried, outputs, trace }: CacheHit) {
          looking.bring(action)
          for (const [index, path] of action.outputs.entries()) {
            made.add(path)
            yield* files.learn(path, outputs[index]!)
          }
          records.set(action.id, {
            ...trace,
            ...commandOf(action),
            outputs: new Map(action.outputs.map((path, index) => [path, outputs[index]!.digest])),
            carried
          })
          changed = true
          if (mayBeFound(action)) around = yield* lookAround
        })

        const made = new Set([...kept.saved().actions.values()].flatMap(({ outputs }) => [...outputs.keys()]))

        // Timers may be early: they count from the time that the event loop knew.
        const settled: Effect.Effect<void> = Effect.flatMap(
          files.untilSettled,
          (nanos) =>
            nanos <= 0n
              ? Effect.void
              : Effect.andThen(Effect.sleep(Duration.millis(Math.ceil(Number(nanos) / 1e6))), settled)
        )

        const finished = Effect.fnUntraced(function*(done: Finished) {
          const { action } = done
          looking.bring(action)
          for (const output of action.outputs) {
            yield* files.place(output)
            made.add(output)
          }
          pending.push(done)
          // What it has written, there is no telling, but for what it names.
          if (action.always !== undefined) yield* files.forgetAll
          for (const path of action.mentions ?? []) yield* files.place(path)
          if (mayBeFound(action)) around = yield* lookAround
        })

        const keepTraces = Effect.provideService(Disk, disk)(Effect.gen(function*() {
          if (pending.length === 0) return []
          const isSetBack = yield* files.isSetBack
          const trace = yield* makeTracer({ files, around: yield* lookAround, made, records, isSetBack })
          const traced: Array<Traced> = []
          for (const done of pending.splice(0)) {
            // A signal that comes meanwhile must not wait for all of them.
            yield* Effect.yieldNow
            const { action } = done
            const { kept, record, timed } = yield* trace(done)
            if (kept === undefined) records.delete(action.id)
            else records.set(action.id, kept)
            changed = true
            traced.push({ action, record, timed })
          }
          return traced
        }))

        const commit = Effect.fnUntraced(function*(actions: ReadonlyArray<Action>) {
          yield* files.settle
          const ids = new Set<string>(actions.map(({ id }) => id))
          for (const id of records.keys()) {
            if (ids.has(id)) continue
            records.delete(id)
            changed = true
          }
          const [trusted, news] = [files.trusted, files.news()]
          if (changed || news.length > 0) yield* kept.save(new Map(records), trusted, news)
          changed = false
          yield* looking.keep({ actions, state: kept.saved(), trusted, settledNanos: began })
        }, Effect.provideService(Disk, disk))

        return UpToDate.of({
          now: files.now,
          settled,
          surelyRun: (graph) =>
            Effect.flatMap(
              looking.edits(graph, kept.saved()),
              (edits) => surelyRun(graph, edits, records, files.known)
            ),
          undecided: looking.undecided,
          decide,
          mismatch,
          digest,
          known: files.known,
          restored,
          finished,
          keepTraces,
          commit
        })
      })
    )
}

/** Whether it makes what a compiler may find, where it finds something else now. */
const mayBeFound = (action: Action): boolean =>
  !isCompile(action) && action.mnemonic !== "Archive" && action.mnemonic !== "Link"
