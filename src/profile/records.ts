import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Disk } from "../disk/Disk.ts"
import { BuildRecord } from "./BuildRecord.ts"

/** How many builds are remembered. What is older is removed ten at a time: a removal may take longer than writing a record. */
const keptRecords = 50
const mostRecords = 60
/** Bytes of all: more only until the next large one, and less than twice as many. */
const keptBytes = 32 * 1024 * 1024

const Document = Schema.fromJsonString(BuildRecord)
/** A record is what it is encoded as, and checking that would take longer than all else. */
const encode = Schema.encodeSync(Schema.fromJsonString(Schema.Unknown))

/** Where the records of a project are, whose builds go to folders of `buildRoot`: with them, wherever they are. Absolute paths. */
export const recordsFolder = (projectDir: string, buildRoot: string): string =>
  buildRoot === `${projectDir}/.fbuild/build` ? `${projectDir}/.fbuild/profile` : `${buildRoot}/.profile`

/** Keeps the record of a build in a folder (absolute), and lets the oldest ones go. */
export const keepRecord = Effect.fnUntraced(function*(folder: string, record: BuildRecord) {
  const disk = yield* Disk
  const text = encode(record)
  const name = `${String(record.startedMillis).padStart(14, "0")}-${record.traceId.slice(0, 16)}.json`
  yield* disk.write(`${folder}/${name}`, text, { folder: "made" })
  const names = yield* allRecords(folder)
  // As long as all are small they cannot be too many bytes, and nobody has to look.
  const isLarge = text.length > keptBytes / mostRecords
  if (names.length <= mostRecords && !isLarge) return
  const old = new Set([...names.slice(keptRecords), ...(isLarge ? yield* beyond(folder, names) : [])])
  yield* Effect.forEach(old, (name) => disk.remove(`${folder}/${name}`), { discard: true })
})

/** Those of some records, the newest first, that are more bytes together with all before them than are kept. */
const beyond = Effect.fnUntraced(function*(folder: string, names: ReadonlyArray<string>) {
  const disk = yield* Disk
  const sizes = new Map((yield* disk.ages(folder)).map(({ bytes, name }) => [name, bytes]))
  let bytes = 0
  return names.filter((name, index) => (bytes += sizes.get(name) ?? 0) > keptBytes && index > 0)
})

/** Names of the records in a folder that are remembered, the newest first. */
export const listRecords = (folder: string) => Effect.map(allRecords(folder), (names) => names.slice(0, keptRecords))

const allRecords = Effect.fnUntraced(function*(folder: string) {
  const disk = yield* Disk
  const names = yield* disk.list(folder)
  return names.filter((name) => name.endsWith(".json")).toSorted().reverse()
})

/**
 * The record that `which` means: a number counts back from the newest, which is 1; else the beginning of a trace id.
 * `undefined` when there is none, or it cannot be read.
 */
export const readRecord = Effect.fnUntraced(function*(folder: string, which: string) {
  const disk = yield* Disk
  const names = yield* listRecords(folder)
  const name = /^\d{1,3}$/.test(which)
    ? names[Number(which) - 1]
    : names.find((name) => name.slice(name.indexOf("-") + 1).startsWith(which.slice(0, 16)))
  if (name === undefined) return undefined
  const text = yield* disk.readText(`${folder}/${name}`)
  const decoded = yield* Effect.option(Schema.decodeEffect(Document)(text ?? ""))
  return decoded._tag === "None" ? undefined : decoded.value
})
