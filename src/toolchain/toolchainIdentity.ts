import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Schema from "effect/Schema"
import { Disk } from "../disk/Disk.ts"
import { sha256 } from "../disk/sha256.ts"
import { Digest } from "../domain/Digest.ts"
import { dirName } from "../domain/paths.ts"
import { Span } from "../telemetry/names.ts"
import { keepParts } from "./changedParts.ts"
import { openMemo, readMemo } from "./memo.ts"
import { programFolders, toolchainParts } from "./toolchainParts.ts"

/** Bump when `toolchainParts` asks for more. 2: specs and scripts that only a link tells. 4: folders without parts. */
const version = 4

const Memo = Schema.fromJsonString(Schema.Struct({
  version: Schema.Literal(version),
  /** Driver, flags and names that this is the answer to. */
  question: Schema.Array(Schema.String),
  parts: Schema.Array(Schema.Struct({ path: Schema.String, signature: Schema.String, digest: Schema.String })),
  /** The folders of the parts, and where else programs are looked for: what appears there may be a part from then on. */
  folders: Schema.Array(Schema.Struct({ path: Schema.String, listing: Schema.String }))
}))
type Memo = typeof Memo.Type
const encodeMemo = Schema.encodeSync(Memo)

/**
 * One digest over the content of a driver and all its parts. `flags` (`-mmcu=…`) and `specs` choose among them. What was
 * found is remembered in `home`, so that as long as nothing is touched files are looked at, not read, and nothing is run.
 */
export const toolchainIdentity = Effect.fn(Span.toolchainIdentity)(function*(options: {
  readonly compiler: string
  readonly flags: ReadonlyArray<string>
  /** More names for `-print-file-name`. */
  readonly specs: ReadonlyArray<string>
  readonly home: string
}) {
  const disk = yield* Disk
  const { compiler, flags, home, specs } = options
  const file = `${[compiler, ...flags].join("_").replaceAll(/[^\w.-]+/g, "_")}.parts.json`
  const memo = yield* Effect.option(
    Effect.flatMap(readMemo(home, file), (text) => Schema.decodeEffect(Memo)(text ?? ""))
  )
  const question = [compiler, ...flags, ...specs]
  const known = memo._tag === "Some" && Equal.equals(memo.value.question, question) ? memo.value : undefined
  if (known !== undefined && (yield* isUntouched(known))) return digestOf(known)

  const keep = yield* openMemo(home, file)
  const [paths, searched] = yield* Effect.all(
    [toolchainParts(compiler, flags, specs), programFolders(compiler, flags)],
    { concurrency: 2 }
  )
  const looks = yield* Effect.forEach(paths, (path) =>
    Effect.gen(function*() {
      const signature = yield* disk.signature(path)
      const same = known?.parts.find((part) => part.path === path && part.signature === signature?.text)
      const digest = same?.digest ?? (yield* disk.digest(path)) ?? ""
      return { part: { path, signature: signature?.text ?? "", digest }, signatures: signature ? [signature] : [] }
    }))
  const folders = yield* Effect.forEach(
    new Set([...foldersOf(paths.slice(1)), ...searched]),
    (path) => Effect.map(disk.listing(path), (listing) => ({ path, listing: listing ?? "" }))
  )
  const found: Memo = {
    version,
    question,
    parts: looks.map(({ part }) => part),
    folders
  }
  yield* keep(encodeMemo(found), looks.flatMap(({ signatures }) => signatures))
  const identity = digestOf(found)
  yield* keepParts(home, identity, Object.fromEntries(found.parts.map(({ digest, path }) => [path, digest])))
  return identity
})

const isUntouched = Effect.fnUntraced(function*({ folders, parts }: Memo) {
  const disk = yield* Disk
  for (const { path, signature } of parts) {
    if (((yield* disk.signature(path))?.text ?? "") !== signature) return false
  }
  for (const { listing, path } of folders) if (((yield* disk.listing(path)) ?? "") !== listing) return false
  return true
})

const foldersOf = (paths: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...new Set(paths.map(dirName))
]

const digestOf = ({ parts }: Memo): Digest => sha256(parts.map(({ digest, path }) => `${digest} ${path}`).join("\n"))
