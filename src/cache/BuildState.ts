import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Disk, type DiskError } from "../disk/Disk.ts"
import { seal, unseal } from "../disk/sealed.ts"
import { digestMap, digestTuples, EncodedDigest } from "./FileDigests.ts"

/**
 * Bump to make every record of older fbuilds void. 1: first. 2: what stands beside the files that were read. 3, 4: words of
 * commands, marks. 5: what objects carry. 6: all
 * places where a header could be found, marks of directives in capitals. 7: marks of words on several lines, of thin archives. 8: of
 * headers that are read once. 9: no traces where nobody tells what was read. 10: times of
 * files, for `__TIMESTAMP__`.
 */
const version = 10

const Encoded = Schema.fromJsonString(Schema.Struct({
  version: Schema.Literal(version),
  /** Distinct (path, digest) pairs that the actions refer to by index. */
  contents: Schema.Array(Schema.Tuple([Schema.String, Schema.String])),
  /** Distinct words of commands, likewise. */
  words: Schema.Array(Schema.String),
  stats: Schema.Array(EncodedDigest),
  actions: Schema.Array(Schema.Struct({
    id: Schema.String,
    command: Schema.String,
    words: Schema.Array(Schema.Int),
    toolchain: Schema.optionalKey(Schema.String),
    inputs: Schema.Array(Schema.Int),
    outputs: Schema.Array(Schema.Int),
    present: Schema.optionalKey(Schema.Array(Schema.String)),
    absent: Schema.optionalKey(Schema.Array(Schema.String)),
    carried: Schema.optionalKey(Schema.Array(Schema.String))
  }))
}))

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
export const readBuildState = Effect.fnUntraced(function*(path: string) {
  const disk = yield* Disk
  const text = yield* disk.readText(path).pipe(Effect.orElseSucceed(() => undefined))
  const body = unseal(text)
  if (body === undefined) return empty
  const decoded = yield* Effect.option(Schema.decodeEffect(Encoded)(body))
  if (decoded._tag === "None") return empty
  const { actions, contents, stats, words } = decoded.value
  const isWrong = (indices: ReadonlyArray<number>, table: ReadonlyArray<unknown>) =>
    indices.some((index) => table[index] === undefined)
  if (
    actions.some((action) =>
      isWrong(action.inputs, contents) || isWrong(action.outputs, contents) || isWrong(action.words, words)
    )
  ) return empty
  const pairs = (indices: ReadonlyArray<number>) => new Map(indices.map((index) => contents[index]!))
  const state: BuildState = {
    actions: new Map(actions.map((action) => [
      action.id,
      {
        command: action.command,
        words: action.words.map((index) => words[index]!),
        toolchain: action.toolchain,
        inputs: pairs(action.inputs),
        outputs: pairs(action.outputs),
        present: action.present ?? [],
        absent: action.absent ?? [],
        carried: action.carried ?? []
      }
    ])),
    stats: digestMap(stats)
  }
  return state
})

/** Writes the state whole. */
export const writeBuildState: (path: string, state: BuildState) => Effect.Effect<void, DiskError, Disk> = Effect
  .fnUntraced(function*(path, state) {
    const disk = yield* Disk
    const contents = makeTable<readonly [string, string]>()
    const words = makeTable<string>()
    const content = (pair: readonly [string, string]) => contents.indexOf(`${pair[1]}${pair[0]}`, pair)
    const actions = [...state.actions].map(([id, record]) => ({
      id,
      command: record.command,
      words: record.words.map((word) => words.indexOf(word, word)),
      ...(record.toolchain === undefined ? {} : { toolchain: record.toolchain }),
      inputs: [...record.inputs].map(content),
      outputs: [...record.outputs].map(content),
      ...(record.present.length === 0 ? {} : { present: record.present }),
      ...(record.absent.length === 0 ? {} : { absent: record.absent }),
      ...(record.carried.length === 0 ? {} : { carried: record.carried })
    }))
    const text = Schema.encodeSync(Encoded)({
      version,
      contents: contents.values,
      words: words.values,
      stats: digestTuples(state.stats),
      actions
    })
    yield* disk.write(path, seal(text), { gap: true })
  })

/** Distinct values, each known by the index that it got first. */
const makeTable = <A>() => {
  const values: Array<A> = []
  const indices = new Map<string, number>()
  const indexOf = (key: string, value: A): number => {
    const known = indices.get(key)
    if (known !== undefined) return known
    indices.set(key, values.length)
    return values.push(value) - 1
  }
  return { values, indexOf }
}

const empty: BuildState = { actions: new Map(), stats: new Map() }
