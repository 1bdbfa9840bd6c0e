import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Disk, type DiskError } from "../disk/Disk.ts"

/** Bump to make every record of older fbuilds void. 1: first. 2: what stands beside the files that were read. */
const version = 2

const Encoded = Schema.fromJsonString(Schema.Struct({
  version: Schema.Literal(version),
  /** Distinct (path, digest) pairs that the actions refer to by index. */
  contents: Schema.Array(Schema.Tuple([Schema.String, Schema.String])),
  /** Path, stat signature, digest of the content that had that signature, whether it has `__has_include`. */
  stats: Schema.Array(Schema.Tuple([Schema.String, Schema.String, Schema.String, Schema.Boolean])),
  actions: Schema.Array(Schema.Struct({
    id: Schema.String,
    command: Schema.String,
    inputs: Schema.Array(Schema.Int),
    outputs: Schema.Array(Schema.Int),
    present: Schema.optionalKey(Schema.Array(Schema.String)),
    absent: Schema.optionalKey(Schema.Array(Schema.String))
  }))
}))

/** What an action read and wrote when it last succeeded: path → digest. A verifying trace. */
export interface ActionRecord {
  readonly command: string
  readonly inputs: ReadonlyMap<string, string>
  readonly outputs: ReadonlyMap<string, string>
  /** Files that could have been found in the place of inputs, but were not, or whose existence was asked for. */
  readonly present: ReadonlyArray<string>
  /** Files whose existence was asked for and that were not there. */
  readonly absent: ReadonlyArray<string>
}

/** A digest, and the signature that the file had when it was computed. */
export interface KnownDigest {
  readonly signature: string
  readonly digest: string
  /** Whether the content has `__has_include`, so that other files matter to it. */
  readonly asks: boolean
}

export interface BuildState {
  readonly actions: ReadonlyMap<string, ActionRecord>
  readonly stats: ReadonlyMap<string, KnownDigest>
}

/** Reads the state of a build folder. A file that is missing, damaged or of another version is an empty state. */
export const readBuildState = Effect.fnUntraced(function*(path: string) {
  const disk = yield* Disk
  const text = yield* disk.readText(path).pipe(Effect.orElseSucceed(() => undefined))
  if (text === undefined) return empty
  const decoded = yield* Effect.option(Schema.decodeEffect(Encoded)(text))
  if (decoded._tag === "None") return empty
  const { actions, contents, stats } = decoded.value
  const leadsNowhere = (index: number) => contents[index] === undefined
  if (actions.some(({ inputs, outputs }) => inputs.some(leadsNowhere) || outputs.some(leadsNowhere))) return empty
  const pairs = (indices: ReadonlyArray<number>) => new Map(indices.map((index) => contents[index]!))
  const state: BuildState = {
    actions: new Map(actions.map(({ absent = [], command, id, inputs, outputs, present = [] }) => [
      id,
      { command, inputs: pairs(inputs), outputs: pairs(outputs), present, absent }
    ])),
    stats: new Map(stats.map(([file, signature, digest, asks]) => [file, { signature, digest, asks }]))
  }
  return state
})

/** Writes the state whole. */
export const writeBuildState: (path: string, state: BuildState) => Effect.Effect<void, DiskError, Disk> = Effect
  .fnUntraced(function*(path, state) {
    const disk = yield* Disk
    const contents: Array<readonly [string, string]> = []
    const indices = new Map<string, number>()
    const indexOf = ([file, digest]: readonly [string, string]) => {
      const key = `${digest}${file}`
      const known = indices.get(key)
      if (known !== undefined) return known
      indices.set(key, contents.length)
      return contents.push([file, digest]) - 1
    }
    const actions = [...state.actions].map(([id, { absent, command, inputs, outputs, present }]) => ({
      id,
      command,
      inputs: [...inputs].map(indexOf),
      outputs: [...outputs].map(indexOf),
      ...(present.length === 0 ? {} : { present }),
      ...(absent.length === 0 ? {} : { absent })
    }))
    const stats = [...state.stats].map(([file, { asks, digest, signature }]) =>
      [file, signature, digest, asks] as const
    )
    yield* disk.write(path, Schema.encodeSync(Encoded)({ version, contents, stats, actions }))
  })

const empty: BuildState = { actions: new Map(), stats: new Map() }
