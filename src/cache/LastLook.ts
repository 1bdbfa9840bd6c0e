import * as Effect from "effect/Effect"
import { Disk, sightLine } from "../disk/Disk.ts"
import type { Sight } from "../disk/recording.ts"
import { inTurns } from "../domain/inTurns.ts"
import { pause, type Steps } from "../domain/steps.ts"
import type { Action } from "../plan/Action.ts"
import type { KnownDigest, SavedState } from "./BuildState.ts"
import { standsFor } from "./standsFor.ts"

/**
 * How all looked by which the actions of a plan were up to date at the end of a build, for a process that builds the plan
 * again: what looks the same is, and only actions that have read or made what does not are to be decided.
 */
export interface LastLook {
  /** The very actions: another plan may have others. */
  readonly actions: ReadonlyArray<Action>
  /** The very state that was kept then: another process may have built since. */
  readonly state: SavedState
  /** Files that actions read or made, by their paths, and which do. */
  readonly files: Map<string, LookedAt>
  /** All else that was looked at, which may count for any action, by kind and path: see `sightLine`. */
  readonly around: Map<string, string>
  /** Those that were not up to date, or of which it is not known for sure. */
  readonly unsure: Set<Action>
}

interface LookedAt {
  /** See `sightLine`. */
  readonly line: string
  /** See `Signature`. */
  readonly signature: string
  readonly readers: Set<Action>
}

/** Whether a file has this signature, and looks as it did then, `changed` being those that do not. */
export const isAsBefore = (
  { files }: LastLook,
  changed: ReadonlySet<string>,
  path: string,
  signature: string
): boolean => !changed.has(path) && files.get(path)?.signature === signature

/** How many lines of `sightLine` it takes to look again. */
export const linesOf = ({ around, files }: LastLook): number => around.size + files.size

/** Paths of the files that no longer look as they did. */
export const findChanged = Effect.fnUntraced(function*({ files }: LastLook) {
  const disk = yield* Disk
  const unlike = new Set(yield* disk.unlike(Array.from(files.values(), ({ line }) => line)))
  const changed = new Set<string>()
  if (unlike.size > 0) { for (const [path, { line }] of files) if (unlike.has(line)) changed.add(path) }
  return changed as ReadonlySet<string>
})

/** The actions that do not stand as they did, where these files have changed; `undefined`: no telling, all are to be decided. */
export const findUndecided = Effect.fnUntraced(function*(last: LastLook, changed: ReadonlySet<string>) {
  const disk = yield* Disk
  if ((yield* disk.unlike([...last.around.values()], 1)).length > 0) return undefined
  return yield* inTurns(() => undecidedAfter(last, changed))
})

function* undecidedAfter(
  { files, unsure }: LastLook,
  changed: ReadonlySet<string>
): Steps<ReadonlySet<Action>> {
  const found = new Set(unsure)
  const addReadersOf = (path: string) => {
    for (const reader of files.get(path)?.readers ?? []) found.add(reader)
  }
  for (const path of changed) addReadersOf(path)
  // And whoever read what they make. A set also comes to what is added on the way.
  for (const action of found) {
    for (const path of action.outputs) addReadersOf(path)
    yield* pause
  }
  return found
}

/** What is known at the end of a build. */
export interface BuildEnd extends Pick<LastLook, "actions" | "state"> {
  /** The look that this build began with, not to be used by anybody else any more, and what was decided since. */
  readonly since:
    | { readonly last: LastLook; readonly changed: ReadonlySet<string>; readonly undecided: ReadonlySet<Action> }
    | undefined
  /** Actions that this build has found or made to be up to date. */
  readonly brought: ReadonlySet<Action>
  /** Digests of files that can be relied on. */
  readonly trusted: ReadonlyMap<string, KnownDigest>
  /** What decisions depended on besides the files that traces have. */
  readonly sights: ReadonlyArray<Sight>
  /** ns: what has changed since may change once more without a trace. */
  readonly settledNanos: bigint
  readonly absolute: (path: string) => string
}

/** Looks back; `undefined` where it is no good to rely on it. */
export const lookBack = (end: BuildEnd): Effect.Effect<LastLook | undefined> => inTurns(() => lookedBack(end))

function* lookedBack(
  { absolute, actions, brought, settledNanos, sights, since, state, trusted }: BuildEnd
): Steps<LastLook | undefined> {
  const { around, files, unsure } = since?.last ?? { around: new Map(), files: new Map(), unsure: new Set<Action>() }
  const decided = since?.undecided ?? new Set(actions)
  // Others that have read it have been decided anew, too. What they found is what they say now.
  for (const path of since?.changed ?? []) files.delete(path)
  for (const { outputs } of decided) for (const path of outputs) files.delete(path)
  /** What others rely on stays as they found it, and is noticed if it has changed meanwhile. */
  const addAround = (line: string, path: string) => {
    const key = `${line[0]}${path}`
    if (!around.has(key)) around.set(key, line)
  }
  for (const action of decided) {
    yield* pause
    // There is no telling what it writes.
    if (action.always !== undefined) return undefined
    const record = brought.has(action) ? state.actions.get(action.id) : undefined
    let isSure = record !== undefined
    for (const [path, digest] of record === undefined ? [] : [...record.inputs, ...record.outputs]) {
      const known = trusted.get(path)
      if (known === undefined || !standsFor(digest, known)) {
        isSure = false
        break
      }
      const looked = files.get(path) ?? lookedAt(absolute(path), known.signature)
      looked.readers.add(action)
      files.set(path, looked)
    }
    if (isSure) unsure.delete(action)
    else unsure.add(action)
    for (const [paths, isFile] of [[record?.present, true], [record?.absent, false]] as const) {
      for (const path of (paths ?? []).map(absolute)) addAround(sightLine(path, { _tag: "Kind", isFile }), path)
    }
  }
  for (const { changedNanos, line, path } of sights) {
    yield* pause
    if (changedNanos !== undefined && changedNanos >= settledNanos) return undefined
    addAround(line, path)
  }
  return { actions, state, files, around, unsure }
}

const lookedAt = (path: string, signature: string): LookedAt => ({
  line: sightLine(path, { _tag: "File", signature: { text: signature } }),
  signature,
  readers: new Set()
})
