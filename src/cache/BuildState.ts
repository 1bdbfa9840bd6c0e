import * as Effect from "effect/Effect"
import type { Disk } from "../disk/Disk.ts"
import { appendSealedLines, readSealedBlocks, type SealedEnd, writeSealedLines } from "../disk/sealedLines.ts"
import { inTurns } from "../domain/inTurns.ts"
import { manySmall, pause } from "../domain/steps.ts"
import { linesOf, readLines } from "./stateLines.ts"

/**
 * Bump to make every record of older fbuilds void. 1: first. 2: what stands beside the files that were read. 3, 4: words of
 * commands, marks. 5: what objects carry. 6: all
 * places where a header could be found, marks of directives in capitals. 7: marks of words on several lines, of thin archives. 8: of
 * headers that are read once. 9: no traces where nobody tells what was read. 10: times of
 * files, for `__TIMESTAMP__`. 11: in lines. 12: what has changed is added.
 */
const format = "fbuild state 12"

/** What an action read, beside which files, when it succeeded. A verifying trace: it vouches for what was made then. */
export interface Trace {
  /** Path → digest; with the time of the file where that counts. */
  readonly inputs: ReadonlyMap<string, string>
  /** Files that could have been found in the place of inputs, but were not, or whose existence was asked for. */
  readonly present: ReadonlyArray<string>
  /** Files whose existence was asked for and that were not there. */
  readonly absent: ReadonlyArray<string>
}

/** The last success of an action. */
export interface ActionRecord extends Trace {
  /** Digest of all that decides what it does. */
  readonly command: string
  /** Its arguments and its variables (`NAME=value`), to tell what changed. */
  readonly words: ReadonlyArray<string>
  readonly toolchain?: string | undefined
  /** Path → digest. */
  readonly outputs: ReadonlyMap<string, string>
  /**
   * Files that its output only names: with link-time optimisation `asm(".incbin …")` is assembled by the link, which is
   * told of it by nothing else.
   */
  readonly carried: ReadonlyArray<string>
}

/** What counts of the content of a file. */
export interface Content {
  readonly digest: string
  /** Words in it that lead elsewhere: see `markedWords`. */
  readonly marks: number
}

/** A content, and the signature that the file had when it was looked at. */
export interface KnownDigest extends Content {
  readonly signature: string
}

/** What is known at the end of a build. A value is the one of an earlier state if it has not changed since. */
export interface BuildState {
  readonly actions: ReadonlyMap<string, ActionRecord>
  readonly stats: ReadonlyMap<string, KnownDigest>
}

/** A state as it is kept. */
export interface SavedState extends BuildState {
  /** Where its file ends; `undefined`: it has to be written anew. */
  readonly end: SealedEnd | undefined
}

/** Reads the state of a build folder. A file that is missing, damaged or of another version is an empty state. */
export const readBuildState = Effect.fnUntraced(function*(path: string): Effect.fn.Return<SavedState, never, Disk> {
  const read = yield* readSealedBlocks(path, format)
  if (read === undefined) return empty
  return yield* inTurns(function*() {
    const state = { actions: new Map<string, ActionRecord>(), stats: new Map<string, KnownDigest>() }
    for (const lines of read.blocks) if (!(yield* readLines(lines, state))) return empty
    return { ...state, end: read.end }
  })
})

/**
 * Keeps a state in place of the one that is in the file: adds what is another now, as long as that is little, for to write
 * ten thousand actions takes tenths of a second.
 */
export const saveBuildState = Effect.fnUntraced(function*(path: string, before: SavedState, now: BuildState) {
  const { end } = before
  const changes = end === undefined || end.size > 3 * end.first ? undefined : yield* changedSince(before, now)
  if (end === undefined || changes === undefined) {
    return { ...now, end: yield* writeSealedLines(path, format, linesOf(now, []), { gap: true }) }
  }
  const { gone, state } = changes
  return { ...now, end: yield* appendSealedLines(path, end, linesOf(state, gone)) }
})

/** What is to be added; `undefined`: more than is worth it. */
const changedSince = (before: BuildState, now: BuildState) =>
  inTurns(function*() {
    const actions = new Map<string, ActionRecord>()
    const stats = new Map<string, KnownDigest>()
    let count = 0
    for (const [id, record] of now.actions) {
      if (before.actions.get(id) !== record) actions.set(id, record)
      if (++count % manySmall === 0) yield* pause
    }
    if (actions.size * 8 > now.actions.size + 64) return undefined
    for (const [path, known] of now.stats) {
      if (before.stats.get(path) !== known) stats.set(path, known)
      if (++count % manySmall === 0) yield* pause
    }
    const gone = [...before.actions.keys()].filter((id) => !now.actions.has(id))
    return { state: { actions, stats }, gone }
  })

const empty: SavedState = { actions: new Map(), stats: new Map(), end: undefined }
