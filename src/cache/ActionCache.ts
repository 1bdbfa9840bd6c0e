import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { Disk, type DiskError } from "../disk/Disk.ts"
import { sha256 } from "../disk/sha256.ts"
import { Digest } from "../domain/Digest.ts"
import { CacheUsage } from "./CacheUsage.ts"
import { entryPath, writeWhole } from "./layout.ts"

/** One run of an action: the trace that must hold for its outputs to be the right ones, and the outputs. */
export const CachedAction = Schema.Struct({
  /** Path and digest of what it read besides the declared inputs, whose digests are in the key. */
  inputs: Schema.Array(Schema.Tuple([Schema.String, Digest])),
  /** Files that must exist, and such that must not. */
  present: Schema.Array(Schema.String),
  absent: Schema.Array(Schema.String),
  /** What only the link will read: see `ActionRecord`. */
  carried: Schema.optionalKey(Schema.Array(Schema.String)),
  /** In the order of the action's outputs. `marks` as `markedWords` has them; `content`, in Base64, if it is not in the store. */
  outputs: Schema.Array(
    Schema.Struct({
      digest: Digest,
      bytes: Schema.Int,
      marks: Schema.Int,
      content: Schema.optionalKey(Schema.String)
    })
  ),
  /** What it wrote to stdout and stderr, if anything. */
  printed: Schema.optionalKey(Digest),
  durationMs: Schema.Finite,
  /** The readable fingerprint, to say later what differs. */
  fingerprint: Schema.String
})
export type CachedAction = typeof CachedAction.Type

/** Digests of the contents that a hit needs from the store. */
export const blobsOf = ({ outputs, printed }: CachedAction): ReadonlyArray<Digest> =>
  [...outputs.map(({ content, digest }) => content === undefined ? digest : undefined), printed]
    .filter((digest) => digest !== undefined)

/** Runs of one action that are kept: as many sets of headers as it has met lately. */
const maximumRuns = 16

/**
 * What is known of actions by the digest of their fingerprint. Every read verifies: a damaged entry is removed, counted, and
 * as if it had never been there. Of two processes that add to one entry at once the last one wins.
 */
export class ActionCache extends Context.Service<ActionCache, {
  /** Runs of that action, the newest first. */
  readonly find: (key: Digest) => Effect.Effect<ReadonlyArray<CachedAction>>
  /** Adds a run, in place of one with the same trace. Its contents must be in the store before, if they are not in it. */
  readonly add: (key: Digest, cached: CachedAction) => Effect.Effect<void, DiskError>
}>()("fbuild/cache/ActionCache") {
  /** Made once for a build: its start is what "used" is measured against. */
  static readonly layer = ({ home }: { readonly home: string }): Layer.Layer<ActionCache, never, CacheUsage | Disk> =>
    Layer.effect(
      ActionCache,
      Effect.gen(function*() {
        const disk = yield* Disk
        const usage = yield* CacheUsage
        const started = yield* Clock.currentTimeMillis

        const find = Effect.fnUntraced(function*(key: Digest) {
          const path = entryPath(home, key)
          if ((yield* disk.touch(path, started)) === undefined) return []
          const entry = yield* readEntry(disk, home, key)
          if (entry !== "damaged") return entry
          yield* Effect.ignore(disk.remove(path))
          yield* usage.count("damaged")
          return []
        })

        const add = Effect.fnUntraced(function*(key: Digest, cached: CachedAction) {
          const others = yield* find(key)
          const trace = others.length === 0 ? "" : traceOf(cached)
          const runs = [cached, ...others.filter((other) => traceOf(other) !== trace)]
          yield* writeEntry(disk, home, key, runs.slice(0, maximumRuns))
        })

        return ActionCache.of({ find, add })
      })
    )
}

/** Reads an entry. One that is not there, or of another version of fbuild, has no runs. */
export const readEntry = Effect.fnUntraced(function*(disk: Disk["Service"], home: string, key: Digest) {
  const text = yield* disk.readText(entryPath(home, key)).pipe(Effect.orElseSucceed(() => ""))
  if (text === undefined) return []
  const body = text.slice(digestLength + 1)
  if (text.slice(0, digestLength + 1) !== `${seal(key, body)}\n`) return "damaged" as const
  const decoded = decode(body)
  return decoded._tag === "None" ? [] : decoded.value.runs.map(unpack)
})

export const writeEntry = (
  disk: Disk["Service"],
  home: string,
  key: Digest,
  runs: ReadonlyArray<CachedAction>
): Effect.Effect<void, DiskError> => {
  const body = encode({ version, runs: runs.map(pack) })
  return writeWhole(disk, entryPath(home, key), `${seal(key, body)}\n${body}`)
}

/** Bump when older fbuilds would misread an entry. 1: first. 2: what is carried, marks. 3: digests in one text. 4: contents. */
const version = 4

/** Of the digests of all inputs one text: to look at each would take most of the time of a hit, and the seal vouches for all. */
const { inputs: _, ...others } = CachedAction.fields
const Body = Schema.fromJsonString(Schema.Struct({
  version: Schema.Literal(version),
  runs: Schema.Array(Schema.Struct({ paths: Schema.Array(Schema.String), digests: Schema.String, ...others }))
}))
type Packed = typeof Body.Type["runs"][number]

const pack = ({ inputs, ...others }: CachedAction): Packed => ({
  paths: inputs.map(([path]) => path),
  digests: inputs.map(([, digest]) => digest).join(""),
  ...others
})

const unpack = ({ digests, paths, ...others }: Packed): CachedAction => ({
  inputs: paths.map((path, index) =>
    [path, digests.slice(index * digestLength, (index + 1) * digestLength) as Digest] as const
  ),
  ...others
})

const decode = Schema.decodeOption(Body)
const encode = Schema.encodeSync(Body)

const digestLength = 64

/** The first line of an entry. The key is in it, so that an entry under another's name is damage too. */
const seal = (key: Digest, body: string): Digest => sha256(`${key}\n${body}`)

const traceOf = ({ absent, inputs, present }: CachedAction): string => JSON.stringify([inputs, present, absent])
