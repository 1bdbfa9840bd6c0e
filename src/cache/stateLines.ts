import * as Schema from "effect/Schema"
import { jsonLine } from "../disk/sealedLines.ts"
import { pause, type Steps } from "../domain/steps.ts"
import type { ActionRecord, BuildState, KnownDigest } from "./BuildState.ts"
import { digestTuple, EncodedDigest, knownDigest } from "./FileDigests.ts"

/** One line: a slice of the state, short enough to be decoded in a turn. */
const Slice = Schema.Struct({
  /** (path, digest) pairs and words of commands that are new in this line; actions refer to all so far by index. */
  contents: Schema.optionalKey(Schema.Array(Schema.Tuple([Schema.String, Schema.String]))),
  words: Schema.optionalKey(Schema.Array(Schema.String)),
  stats: Schema.optionalKey(Schema.Array(EncodedDigest)),
  /** Actions of earlier lines that are no more. */
  gone: Schema.optionalKey(Schema.Array(Schema.String)),
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

/** How many strings and numbers a line has, about: to encode them takes a ms where V8 has seen none before, else a tenth. */
const lineSize = 256

/** A state that is being read. */
interface MutableState {
  readonly actions: Map<string, ActionRecord>
  readonly stats: Map<string, KnownDigest>
}

/** Adds lines to a state, in place of what it has of the same actions and files; whether they could be understood. */
export function* readLines(lines: ReadonlyArray<string>, state: MutableState): Steps<boolean> {
  const reader = makeReader(state)
  for (const line of lines) {
    const slice = decode(line)
    if (slice._tag === "None" || !reader.take(slice.value)) return false
    yield* pause
  }
  return true
}

/** Puts slices together in a state. `take` says whether one can be understood. */
const makeReader = ({ actions, stats }: MutableState) => {
  const contents: Array<readonly [string, string]> = []
  const words: Array<string> = []
  /** What these lines have begun. */
  const begun = new Map<string, ReturnType<typeof newRecord>>()

  const takePart = (part: ActionPart): boolean => {
    const known = begun.get(part.id)
    if (known === undefined ? part.command === undefined : part.command !== undefined) return false
    const record = known ?? newRecord(part.command!, part.toolchain)
    begun.set(part.id, record)
    actions.set(part.id, record)
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
    take: (slice: Slice): boolean => {
      contents.push(...slice.contents ?? [])
      words.push(...slice.words ?? [])
      for (const id of slice.gone ?? []) actions.delete(id)
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

/** The lines of a state; they make those actions void of which earlier lines tell. */
export function* linesOf(state: BuildState, gone: ReadonlyArray<string>): Generator<string> {
  const contents = makeTable<string, readonly [string, string]>(([, digest], [, other]) => digest === other)
  const words = makeTable<string, string>(() => true)
  let [actions, stats]: [Array<MutablePart>, Array<typeof EncodedDigest.Type>] = [[], []]
  let size = 0
  const line = (): string => {
    const slice: Slice = { contents: contents.news(), words: words.news(), stats, actions }
    ;[actions, stats, size] = [[], [], 0]
    return jsonLine(slice)
  }
  for (let at = 0; at < gone.length; at += lineSize) yield jsonLine({ gone: gone.slice(at, at + lineSize) })
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
