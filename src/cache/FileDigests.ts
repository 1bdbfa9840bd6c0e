import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Disk } from "../disk/Disk.ts"
import { seal, unseal } from "../disk/sealed.ts"
import { dirName } from "../domain/paths.ts"
import type { KnownDigest } from "./BuildState.ts"

/** Path, stat signature, digest of the content that had that signature, marks. */
export const EncodedDigest = Schema.Tuple([Schema.String, Schema.String, Schema.String, Schema.Int])

/** Bump when older entries mean something else. 1: first. 2 to 4: more marks. */
const version = 4

const Encoded = Schema.fromJsonString(Schema.Struct({
  version: Schema.Literal(version),
  files: Schema.Array(EncodedDigest)
}))
const decode = Schema.decodeOption(Encoded)
const encode = Schema.encodeSync(Encoded)

/** Files that no build has asked for lately are remembered as long as there are no more than this. */
const remembered = 4000

/**
 * Digests of files outside of projects, by absolute path: headers of toolchains, cores and libraries are the same for
 * all build folders, and cleaning one must not cost to read them again. A file that is missing or damaged has none.
 */
export const readFileDigests = Effect.fnUntraced(function*(path: string) {
  const disk = yield* Disk
  const text = yield* disk.readText(path).pipe(Effect.orElseSucceed(() => undefined))
  const decoded = Option.flatMap(Option.fromNullishOr(unseal(text)), decode)
  return digestMap(Option.isSome(decoded) ? decoded.value.files : [])
})

/** Adds to what is remembered there. Of two builds that write at once the last one wins. A disk that refuses costs time only. */
export const addFileDigests = Effect.fnUntraced(
  function*(path: string, digests: ReadonlyMap<string, KnownDigest>) {
    const disk = yield* Disk
    const others = [...yield* readFileDigests(path)].filter(([file]) => !digests.has(file))
    const kept = new Map([...digests, ...others.slice(0, Math.max(0, remembered - digests.size))])
    yield* disk.makeDirectory(dirName(path))
    yield* disk.write(path, seal(encode({ version, files: digestTuples(kept) })), { gap: true })
  },
  (add) => Effect.ignore(add)
)

export const digestMap = (files: ReadonlyArray<typeof EncodedDigest.Type>): ReadonlyMap<string, KnownDigest> =>
  new Map(files.map(([file, signature, digest, marks]) => [file, { signature, digest, marks }]))

export const digestTuples = (digests: ReadonlyMap<string, KnownDigest>): Array<typeof EncodedDigest.Type> =>
  [...digests].map(([file, { digest, marks, signature }]) => [file, signature, digest, marks])
