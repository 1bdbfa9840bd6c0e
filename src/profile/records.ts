import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Disk } from "../disk/Disk.ts"
import { BuildRecord } from "./BuildRecord.ts"

/** How many builds are kept, and how many bytes of them at most. */
const keptRecords = 50
const keptBytes = 64 * 1024 * 1024

const Document = Schema.fromJsonString(BuildRecord)

/** Where the records of a project are, whose builds go to folders of `buildRoot`: with them, wherever they are. Absolute paths. */
export const recordsFolder = (projectDir: string, buildRoot: string): string =>
  buildRoot === `${projectDir}/.fbuild/build` ? `${projectDir}/.fbuild/profile` : `${buildRoot}/.profile`

/** Keeps the record of a build in a folder (absolute), and lets the oldest ones go. */
export const keepRecord = Effect.fnUntraced(function*(folder: string, record: BuildRecord) {
  const disk = yield* Disk
  const text = yield* Schema.encodeEffect(Document)(record).pipe(Effect.orDie)
  const name = `${String(record.startedMillis).padStart(14, "0")}-${record.traceId.slice(0, 16)}.json`
  yield* disk.makeDirectory(folder)
  yield* disk.write(`${folder}/${name}`, text)
  const files = (yield* disk.ages(folder)).filter((file) => file.name.endsWith(".json")).toSorted((a, b) =>
    a.name < b.name ? 1 : -1
  )
  let bytes = 0
  for (const [index, file] of files.entries()) {
    bytes += file.bytes
    if (index > 0 && (index >= keptRecords || bytes > keptBytes)) yield* disk.remove(`${folder}/${file.name}`)
  }
})

/** Names of the records in a folder, the newest first. */
export const listRecords = Effect.fnUntraced(function*(folder: string) {
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
