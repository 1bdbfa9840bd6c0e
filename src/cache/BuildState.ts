import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Disk, DiskError } from "../disk/Disk.ts"
import { jsonLine, readSealedLines, writeSealedLines } from "../disk/sealedLines.ts"
import { inTurns } from "../domain/inTurns.ts"
import { pause } from "../domain/steps.ts"
import { digestTuple, EncodedDigest, knownDigest } from "./FileDigests.ts"

/**
 * Bump to make every record of older fbuilds void. 1: first. 2: what stands beside the files that were read. 3, 4: words of
 * commands, marks. 5: what objects carry. 6: all
 * places where a header could be found, marks of directives in capitals. 7: marks of words on several lines, of thin archives. 8: of
 * headers that are read once. 9: no traces where nobody tells what was read. 10: times of
 * files, for `__TIMESTAMP__`. 11: in lines.
 */
const format = "fbuild state 11"

/** One line: a slice of the state, short enough to be decoded in a turn. */
const Slice = Schema.Struct({
  /** (path, digest) pairs and words of commands that are new in this line; actions refer to all so far by index. */
  contents: Schema.optionalKey(Schema.Array(Schema.Tuple([Schema.String, Schema.String]))),
  words: Schema.optionalKey(Schema.Array(Schema.String)),
  stats: Schema.optionalKey(Schema.Array(EncodedDigest)),
  /** Parts of actions: those of one follow each other, the first has its command. */
  actions: Schema.optionalKey(Schema.Array(Schema.Struct({
    id: Schema.String,
    command: Schema.optionalKey(Schema.String),
    toolchain: Schema.optionalKey(Schema.String),
    words: Schema.optionalKey(Schema.Array(Schema.Int)),
    inputs: Schema.optionalKey(Schema.Array(Schema.Int)),
    outputs: Schema.optionalKey(Schema.Array(Schema.Int)),
    present: Schema.optionalKey(Schema.Array(Schema.String)),
    absent: Schema.optionalKey(Schema.Array(Schema.String)),
    carried: Schema.optionalKey(Schema.Array(Schema.String))
  })))
})
type Slice = typeof Slice.Type
type ActionPart = NonNullable<Slice["actions"]>[number]

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Slice))

/** How many strings and numbers a line has, about: to decode them takes half a ms. */
const lineSize = 1000

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

export interface BuildState {
  readonly actions: ReadonlyMap<string, ActionRecord>
  readonly stats: ReadonlyMap<string, KnownDigest>
}

/** Reads the state of a build folder. A file that is missing, damaged or of another version is an empty state. */
export const readBuildState = Effect.fnUntraced(function*(path: string): Effect.fn.Return<BuildState, never, Disk> {
  const lines = yield* readSealedLines(path, format)
  if (lines === undefined) return empty
  return yield* inTurns(function*() {
    const reader = makeReader()
    for (const line of lines) {
      const slice = decode(line)
      if (slice._tag === "None" || !reader.take(slice.value)) return empty
      yield* pause
    }
    return reader.state
  })
})

/** Puts slices together. `take` says whether one can be understood. */
const makeReader = () => {
  const contents: Array<readonly [string, string]> = []
  const words: Array<string> = []
  const stats = new Map<string, KnownDigest>()
  const actions = new Map<string, ReturnType<typeof newRecord>>()

  const takePart = (part: ActionPart): boolean => {
    const known = actions.get(part.id)
    if (known === undefined ? part.command === undefined : part.command !== undefined) return false
    const record = known ?? newRecord(part.command!, part.toolchain)
    if (known === undefined) actions.set(part.id, record)
    const pairs = (indices: ReadonlyArray<number> = [], into: Map<string, string>) =>
      indices.every((index) => {
        const content = contents[index]
        if (content !== undefined) into.set(...content)
        return content !== undefined
      })
    const isWhole = (part.words ?? []).every((index) => words[index] !== undefined) &&
      pairs(part.inputs, record.inputs) && pairs(part.outputs, record.outputs)
    for (const index of part.words ?? []) record.words.push(words[index]!)
    for (const name of ["present", "absent", "carried"] as const) record[name].push(...part[name] ?? [])
    return isWhole
  }

  return {
    state: { actions, stats } satisfies BuildState,
    take: (slice: Slice): boolean => {
      contents.push(...slice.contents ?? [])
      words.push(...slice.words ?? [])
      for (const tuple of slice.stats ?? []) stats.set(...knownDigest(tuple))
      return (slice.actions ?? []).every(takePart)
    }
  }
}

const newRecord = (command: string, toolchain: string | undefined) => ({
  command,
  words: [] as Array<string>,
  toolchain,
  inputs: new Map<string, string>(),
  outputs: new Map<string, string>(),
  present: [] as Array<string>,
  absent: [] as Array<string>,
  carried: [] as Array<string>
})

/** Writes the state whole. */
export const writeBuildState = (path: string, state: BuildState): Effect.Effect<void, DiskError, Disk> =>
  writeSealedLines(path, format, encoded(state), { gap: true })

/** The lines of a state. */
function* encoded(state: BuildState): Generator<string> {
  const contents = makeTable<string, readonly [string, string]>(([, digest], [, other]) => digest === other)
  const words = makeTable<string, string>(() => true)
  let [actions, stats]: [Array<MutablePart>, Array<typeof EncodedDigest.Type>] = [[], []]
  let size = 0
  const line = (): string => {
    const slice: Slice = { contents: contents.news(), words: words.news(), stats, actions }
    ;[actions, stats, size] = [[], [], 0]
    return jsonLine(slice)
  }
  for (const [path, known] of state.stats) {
    stats.push(digestTuple(path, known))
    if ((size += 4) >= lineSize) yield line()
  }
  for (const [id, { command, toolchain, ...record }] of state.actions) {
    actions.push({ id, command, ...(toolchain === undefined ? {} : { toolchain }) })
    /** What goes on in another line is another part. */
    const part = (): MutablePart => {
      if (actions.length === 0) actions.push({ id })
      return actions.at(-1)!
    }
    const add = function*<A, B>(
      values: Iterable<A>,
      listOf: (part: MutablePart) => Array<B>,
      encodeOne: (value: A) => B
    ) {
      for (const value of values) {
        listOf(part()).push(encodeOne(value))
        if (++size >= lineSize) yield line()
      }
    }
    const content = (pair: readonly [string, string]) => contents.indexOf(pair[0], pair)
    const path = (path: string) => path
    yield* add(record.words, (part) => part.words ??= [], (word) => words.indexOf(word, word))
    yield* add(record.inputs, (part) => part.inputs ??= [], content)
    yield* add(record.outputs, (part) => part.outputs ??= [], content)
    yield* add(record.present, (part) => part.present ??= [], path)
    yield* add(record.absent, (part) => part.absent ??= [], path)
    yield* add(record.carried, (part) => part.carried ??= [], path)
  }
  yield line()
}

/** An `ActionPart` that is being made. */
interface MutablePart extends ActionPart {
  words?: Array<number>
  inputs?: Array<number>
  outputs?: Array<number>
  present?: Array<string>
  absent?: Array<string>
  carried?: Array<string>
}

/** Values, each known by the index that it got first; `isSame` compares two of one key. */
const makeTable = <K, A>(isSame: (one: A, other: A) => boolean) => {
  const known = new Map<K, { readonly index: number; readonly value: A }>()
  let count = 0
  let news: Array<A> = []
  return {
    indexOf: (key: K, value: A): number => {
      const found = known.get(key)
      if (found !== undefined && isSame(found.value, value)) return found.index
      known.set(key, { index: count, value })
      news.push(value)
      return count++
    },
    /** Those that have come since the last time, in the order of their indices. */
    news: (): ReadonlyArray<A> => {
      const found = news
      news = []
      return found
    }
  }
}

const empty: BuildState = { actions: new Map(), stats: new Map() }
