import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Disk } from "../disk/Disk.ts"
import { readSealedLines, writeSealedLines } from "../disk/sealedLines.ts"
import { inTurns } from "../domain/inTurns.ts"
import { dirName } from "../domain/paths.ts"
import { manySmall, pause } from "../domain/steps.ts"
import type { KnownDigest } from "./BuildState.ts"

/** Path, stat signature, digest of the content that had that signature, marks. */
export const EncodedDigest = Schema.Tuple([Schema.String, Schema.String, Schema.String, Schema.Int])

/** Bump when older entries mean something else. 1: first. 2 to 4: more marks. 5: in lines. */
const format = "fbuild digests 5"

const Line = Schema.fromJsonString(Schema.Array(EncodedDigest))
const decode = Schema.decodeUnknownOption(Line)
const encode = Schema.encodeSync(Line)

/** Files that no build has asked for lately are remembered as long as there are no more than this. */
const remembered = 4000

/**
 * Digests of files outside of projects, by absolute path: headers of toolchains, cores and libraries are the same for
 * all build folders, and cleaning one must not cost to read them again. A file that is missing or damaged has none.
 */
export const readFileDigests = Effect.fnUntraced(function*(path: string) {
  const lines = yield* readSealedLines(path, format)
  return yield* inTurns(function*() {
    const digests = new Map<string, KnownDigest>()
    for (const line of lines ?? []) {
      for (const tuple of Option.getOrElse(decode(line), () => [])) digests.set(...knownDigest(tuple))
      yield* pause
    }
    return digests as ReadonlyMap<string, KnownDigest>
  })
})

/** Adds to what is remembered there. Of two builds that write at once the last one wins. A disk that refuses costs time only. */
export const addFileDigests = Effect.fnUntraced(
  function*(path: string, digests: ReadonlyMap<string, KnownDigest>) {
    const disk = yield* Disk
    const known = yield* readFileDigests(path)
    yield* disk.makeDirectory(dirName(path))
    yield* writeSealedLines(path, format, encoded(digests, known), { gap: true })
  },
  (add) => Effect.ignore(add)
)

/** Lines of all that is new, and of as much else as is remembered. */
function* encoded(
  digests: ReadonlyMap<string, KnownDigest>,
  others: ReadonlyMap<string, KnownDigest>
): Generator<string> {
  let tuples: Array<typeof EncodedDigest.Type> = []
  let count = 0
  const line = (): string => {
    const text = encode(tuples)
    tuples = []
    return text
  }
  const add = function*(path: string, known: KnownDigest) {
    count++
    if (tuples.push(digestTuple(path, known)) === manySmall) yield line()
  }
  for (const [path, known] of digests) yield* add(path, known)
  for (const [path, known] of others) if (!digests.has(path) && count < remembered) yield* add(path, known)
  yield line()
}

export const digestTuple = (path: string, { digest, marks, signature }: KnownDigest): typeof EncodedDigest.Type => [
  path,
  signature,
  digest,
  marks
]

/** What `digestTuple` was made of. */
export const knownDigest = (
  [path, signature, digest, marks]: typeof EncodedDigest.Type
): readonly [string, KnownDigest] => [path, { signature, digest, marks }]
