import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"
import { Disk } from "../disk/Disk.ts"
import { jsonLine, readSealedLines, writeSealedLines } from "../disk/sealedLines.ts"
import { inTurns } from "../domain/inTurns.ts"
import { manySmall, pause, type Steps } from "../domain/steps.ts"
import { BuildRecord, type RecordedAction } from "./BuildRecord.ts"

/** How many builds are remembered. */
const keptRecords = 50
/** Bytes of all: more only until the next large one, and less than twice as many. */
const keptBytes = 32 * 1024 * 1024

/** Bump when older records cannot be read any more. 1: first. 2: in lines. */
const format = "fbuild record 2"

/** The first line. */
const Head = Schema.fromJsonString(BuildRecord.mapFields(Struct.omit(["words", "actions"])))
/** All others, in order: slices, each short enough to be decoded in a turn. */
const Slice = Schema.fromJsonString(Schema.Struct({
  words: Schema.optionalKey(BuildRecord.fields.words),
  actions: Schema.optionalKey(BuildRecord.fields.actions)
}))
const decodeHead = Schema.decodeUnknownOption(Head)
const decodeSlice = Schema.decodeUnknownOption(Slice)

/** Where the records of a project are, whose builds go to folders of `buildRoot`: with them, wherever they are. Absolute paths. */
export const recordsFolder = (projectDir: string, buildRoot: string): string =>
  buildRoot === `${projectDir}/.fbuild/build` ? `${projectDir}/.fbuild/profile` : `${buildRoot}/.profile`

/** Keeps the record of a build in a folder (absolute), and lets the oldest ones go. */
export const keepRecord = Effect.fnUntraced(function*(folder: string, record: BuildRecord) {
  const disk = yield* Disk
  const name = `${String(record.startedMillis).padStart(14, "0")}-${record.traceId.slice(0, 16)}.json`
  let bytes = 0
  const counted = function*() {
    for (const line of encoded(record)) {
      bytes += line.length
      yield line
    }
  }
  yield* disk.makeDirectory(folder)
  const [reused, ...older] = (yield* allRecords(folder)).slice(keptRecords - 1)
  // To remove a file and to make one takes longer than all else. Another build may have taken it, too.
  if (reused !== undefined) yield* Effect.ignore(disk.rename(`${folder}/${reused}`, `${folder}/${name}`))
  yield* writeSealedLines(`${folder}/${name}`, format, counted(), { there: true })
  // As long as all are small they cannot be too many bytes, and nobody has to look.
  const large = bytes > keptBytes / keptRecords ? yield* beyond(folder, yield* allRecords(folder)) : []
  yield* Effect.forEach(new Set([...older, ...large]), (name) => disk.remove(`${folder}/${name}`), { discard: true })
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
  const names = yield* listRecords(folder)
  const name = /^\d{1,3}$/.test(which)
    ? names[Number(which) - 1]
    : names.find((name) => name.slice(name.indexOf("-") + 1).startsWith(which.slice(0, 16)))
  if (name === undefined) return undefined
  const lines = yield* readSealedLines(`${folder}/${name}`, format)
  return lines && (yield* inTurns(() => decoded(lines)))
})

function* encoded({ actions, words, ...head }: BuildRecord): Generator<string> {
  yield jsonLine(head)
  for (let at = 0; at < words.length; at += manySmall) yield jsonLine({ words: words.slice(at, at + manySmall) })
  for (let at = 0; at < actions.length; at += fewActions) {
    yield jsonLine({ actions: actions.slice(at, at + fewActions) })
  }
}

/** To decode so many takes half a ms. */
const fewActions = 32

function* decoded([first = "", ...lines]: ReadonlyArray<string>): Steps<BuildRecord | undefined> {
  const head = decodeHead(first)
  if (head._tag === "None") return undefined
  const [words, actions]: [Array<string>, Array<RecordedAction>] = [[], []]
  for (const line of lines) {
    const slice = decodeSlice(line)
    if (slice._tag === "None") return undefined
    words.push(...slice.value.words ?? [])
    actions.push(...slice.value.actions ?? [])
    yield* pause
  }
  return { ...head.value, words, actions }
}
