import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Disk } from "../disk/Disk.ts"
import { BuildRecord } from "./BuildRecord.ts"

/** How many builds are kept, and how many bytes of them at most. */
const keptRecords = 50
const keptBytes = 64 * 1024 * 1024

const Document = Schema.fromJsonString(BuildRecord)

const folderOf = (projectDir: string): string => `${projectDir}/.fbuild/profile`

/** Keeps the record of a build, and lets the oldest ones go. `projectDir` is absolute. */
export const keepRecord = Effect.fnUntraced(function*(projectDir: string, record: BuildRecord) {
  const disk = yield* Disk
  const folder = folderOf(projectDir)
  const text = yield* Schema.encodeEffect(Document)(record).pipe(Effect.orDie)
  const name = `${String(record.startedMillis).padStart(14, "0")}-${record.traceId.slice(0, 16)}.json`
  yield* disk.makeDirectory(folder)
  const ignore = `${projectDir}/.fbuild/.gitignore`
  if ((yield* disk.signature(ignore)) === undefined) yield* disk.write(ignore, "*\n")
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

/** Names of the records of a project, the newest first. */
export const listRecords = Effect.fnUntraced(function*(projectDir: string) {
  const disk = yield* Disk
  const names = yield* disk.list(folderOf(projectDir))
  return names.filter((name) => name.endsWith(".json")).toSorted().reverse()
})

/**
 * The record that `which` means: a number counts back from the newest, which is 1; else the beginning of a trace id.
 * `undefined` when there is none, or it cannot be read.
 */
export const readRecord = Effect.fnUntraced(function*(projectDir: string, which: string) {
  const disk = yield* Disk
  const names = yield* listRecords(projectDir)
  const name = /^\d{1,3}$/.test(which)
    ? names[Number(which) - 1]
    : names.find((name) => name.slice(name.indexOf("-") + 1).startsWith(which.slice(0, 16)))
  if (name === undefined) return undefined
  const text = yield* disk.readText(`${folderOf(projectDir)}/${name}`)
  const decoded = yield* Effect.option(Schema.decodeEffect(Document)(text ?? ""))
  return decoded._tag === "None" ? undefined : decoded.value
})
