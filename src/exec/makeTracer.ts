import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { ActionRecord, KnownDigest } from "../cache/BuildState.ts"
import type { Uncacheable } from "../cache/Fingerprint.ts"
import { leadsToFiles, mayBeThin, mayTellModified, modifiedMacro, timeMacro } from "../cache/marks.ts"
import { digestAtTime } from "../cache/standsFor.ts"
import { linksBelowRoot, specsFiles, specsLeadFurther, untoldFlag } from "../cache/untoldFlag.ts"
import { Disk, type DiskError } from "../disk/Disk.ts"
import { type Action, isCompile, subjectOf } from "../plan/Action.ts"
import { commandOf } from "./commandDigest.ts"
import { asksByMacro } from "./hasInclude.ts"
import type { KnownFiles } from "./KnownFiles.ts"
import { makeStamps } from "./stamps.ts"
import type { Surroundings } from "./Surroundings.ts"
import { makeTwins } from "./twins.ts"

/** What an action turned out to have read, and when it started. */
export interface Finished {
  readonly action: Action
  /** Paths found through the depfile, absolute or relative to the project. `undefined`: it has left none. */
  readonly discovered: ReadonlyArray<string> | undefined
  /** Time of the file system when the action started, ns. */
  readonly startedNanos: bigint
}

/** What can be said of an action that has run. */
export interface Told {
  /** What it read, or why nobody knows: it will run again. */
  readonly record: Result.Result<ActionRecord, Uncacheable>
  /** The first of the files that a compilation read with a word in it that stands for a time: it is up to date here, but would not be elsewhere. */
  readonly timed: { readonly path: string; readonly macro: string } | undefined
  /** The record with times of files where what the action made may depend on them. */
  readonly kept: ActionRecord | undefined
}

/** What is known when actions are traced. */
export interface Tracing {
  readonly files: KnownFiles
  readonly around: Surroundings
  /** Outputs of this build and of earlier ones. */
  readonly made: ReadonlySet<string>
  /** Records by the id of their action; those of what an action needs are there before its own. */
  readonly records: ReadonlyMap<string, ActionRecord>
  /** Whether times of files cannot be compared with those of actions. */
  readonly isSetBack: boolean
}

/** Says what actions have read. Good for as long as nothing is expected to change: files are looked at once. */
export const makeTracer = Effect.fnUntraced(function*({ around, files, isSetBack, made, records }: Tracing) {
  const disk = yield* Disk
  const { absolute } = files
  const twinsOf = makeTwins(files, around)
  const stamps = yield* makeStamps(absolute)

  /** The trace of an action, unless something was touched while it ran, or there is no telling what it read. */
  const trace = Effect.fnUntraced(function*(
    { action, discovered, startedNanos }: Finished,
    found: Map<string, KnownDigest>
  ): Effect.fn.Return<Result.Result<ActionRecord, Uncacheable>, DiskError | Touched> {
    if (isSetBack) return untellable(action.id, "was made while the clock was set back")
    const words = yield* around.wordsOf(action)
    const untold = untoldFlag(words)
    if (untold !== undefined) return Result.fail(untold)
    for (const path of specsFiles(words)) {
      if (specsLeadFurther((yield* disk.readText(absolute(path))) ?? "")) {
        return untellable(path, "may lead to files that nobody names")
      }
    }
    if (action.mnemonic === "Link" && linksBelowRoot(words)) {
      return untellable(action.id, "may find libraries below a root that only the linker knows")
    }
    if (discovered === undefined) return untellable(subjectOf(action), "has left no depfile")
    const inputs = new Map<string, string>()
    const carried = new Set<string>()
    const present: Array<string> = []
    const absent: Array<string> = []
    /** Of a file that has been looked at: whether nothing touched it after the action had started; nor since it was seen, whatever its times say. */
    const untouched = (path: string, seen?: KnownDigest): boolean => {
      const stamp = stamps.of(path)
      const isOther = seen !== undefined && seen.signature !== stamp?.signature
      if (isOther) files.forget(path)
      if (isOther || stamp === undefined) return false
      const placed = files.placed(path)
      // What this build put in place before is as it was.
      return stamp.changedNanos < startedNanos ||
        (placed !== undefined && placed.signature === stamp.signature && placed.nanos <= startedNanos)
    }
    const add = Effect.fnUntraced(function*(paths: Iterable<string>): Effect.fn.Return<string | undefined, DiskError> {
      const unseen = [...paths].filter((path) => !files.seen.has(path))
      for (const path of unseen) yield* files.known(path)
      // Only now: what is written while it is read has other times afterwards.
      stamps.forget(unseen)
      yield* stamps.look(paths)
      for (const path of paths) {
        const now = files.seen.get(path)
        if (now === undefined || !untouched(path, now)) return path
        found.set(path, now)
        inputs.set(path, now.digest)
      }
      return undefined
    })
    const marksOf = (path: string) => found.get(path)?.marks ?? 0

    const other = yield* add(new Set([...action.argv.slice(0, 1), ...action.inputs, ...discovered]))
    if (other !== undefined) return touched(other)
    if (isCompile(action)) {
      if (yield* around.searchesUnseen(action)) {
        return untellable(subjectOf(action), "may find headers below a prefix that only the compiler knows")
      }
      const read = readBy(action, inputs)
      let byMacro = false
      // What is taken in may lead further.
      for (const path of read) {
        if (!leadsToFiles(marksOf(path))) continue
        const text = yield* files.textAsSeen(path, found.get(path)!)
        byMacro ||= asksByMacro(text)
        const asked = yield* around.asked(action, read, text)
        present.push(...asked.present)
        absent.push(...asked.absent)
        const taken = yield* around.taken(action, read, text)
        if (taken === undefined) return untellable(path, "takes in a file whose name its text does not tell")
        for (const { isText, places, read: there } of taken) {
          // The link looks in all of them again.
          if (isAssembledLater(action)) { for (const place of places) carried.add(place) }
          absent.push(...places.filter((place) => !there.includes(place)))
          for (const one of there) {
            if (inputs.has(one)) continue
            if ((yield* add([one])) !== undefined) return touched(one)
            if (isText) read.push(one)
          }
        }
      }
      if (byMacro) {
        const texts = yield* Effect.forEach(read, (path) => files.textAsSeen(path, found.get(path)!))
        const asked = yield* around.askedByMacro(action, read, texts)
        if (asked === undefined) {
          return untellable(subjectOf(action), "asks __has_include for a name that its macros put together")
        }
        present.push(...asked.present)
        absent.push(...asked.absent)
      }
      const { aliases, apart } = yield* twinsOf(action, read, found)
      if (apart !== undefined) return untellable(apart[1], `is taken for ${apart[0]}, or not, by the times of both`)
      const alias = yield* add(aliases)
      if (alias !== undefined) return touched(alias)
      if (yield* around.precompiled(action, read)) {
        return untellable(subjectOf(action), "may read a precompiled header in place of what its depfile tells")
      }
    } else {
      for (const input of action.inputs) {
        const record = records.get(input)
        // An object that is assembled by the link may take in what nobody knows.
        if (record === undefined && made.has(input) && action.mnemonic === "Link") {
          return untellable(input, "may take in what nobody knows")
        }
        for (const path of record?.carried ?? []) carried.add(path)
      }
    }
    if (action.mnemonic === "Link") {
      for (const path of carried) {
        if (inputs.has(path)) continue
        if (!(yield* files.isFile(path))) absent.push(path)
        else if ((yield* add([path])) !== undefined) return touched(path)
      }
      const read = readBy(action, inputs)
      const thin = read.find((path) => !made.has(path) && mayBeThin(marksOf(path)))
      if (thin !== undefined) return untellable(thin, "is an archive that only names its members")
      absent.push(...yield* around.librariesBefore(action, read))
    }
    const beside = [...new Set([...present, ...yield* around.shadows(action, readBy(action, inputs))])]
    yield* stamps.look(beside)
    for (const path of beside) if (path.endsWith(".gch") || !untouched(path)) return touched(path)
    const outputs = new Map<string, string>()
    for (const path of action.outputs) {
      const now = yield* files.known(path)
      if (now === undefined && action.tentative?.some((one) => one === path)) continue
      // Somebody has written over it.
      if (now === undefined || now.signature !== files.placed(path)?.signature) return touched(path)
      outputs.set(path, now.digest)
    }
    const record: ActionRecord = {
      ...commandOf(action),
      inputs,
      outputs,
      present: beside,
      absent: [...new Set(absent)],
      carried: [...carried]
    }
    return Result.succeed(record)
  })

  return Effect.fnUntraced(function*(done: Finished): Effect.fn.Return<Told, DiskError> {
    const { action } = done
    const found = new Map<string, KnownDigest>()
    const record = yield* Effect.catchTag(
      trace(done, found),
      "InputTouched",
      ({ path }) => Effect.succeed(touched(path))
    )
    if (Result.isFailure(record)) return { record, timed: undefined, kept: undefined }
    const read = isCompile(action) ? readBy(action, found) : []
    const marked = read.map((path) => ({ path, known: found.get(path)!, marks: found.get(path)!.marks }))
    const timed = marked.flatMap(({ marks, path }) => {
      const macro = timeMacro(marks)
      return macro === undefined ? [] : [{ path, macro }]
    })
    // The time of a file is used by whichever file has the macro of another.
    const tells = action.argv.some((word) => word.includes(modifiedMacro)) ||
      marked.some(({ marks }) => mayTellModified(marks))
    const times = marked.map(({ known, path }) => [path, digestAtTime(known)] as const)
    const inputs = tells ? new Map([...record.success.inputs, ...times]) : record.success.inputs
    return { record, timed: timed[0], kept: { ...record.success, inputs } }
  })
})

type Touched = Extract<Uncacheable, { readonly _tag: "InputTouched" }>

const touched = (path: string): Result.Result<never, Uncacheable> => Result.fail({ _tag: "InputTouched", path })

const untellable = (path: string, why: string): Result.Result<never, Uncacheable> =>
  Result.fail({ _tag: "Untellable", path, why })

/** What an action reads besides its program, which looks nowhere for headers. */
export const readBy = (action: Action, inputs: ReadonlyMap<string, unknown>): Array<string> =>
  [...inputs.keys()].filter((path) => path !== action.argv[0])

/**
 * Whether the link may be what assembles the words that a source hands to the assembler: where there is LTO, or no telling.
 * Source: GCC manual, `-flto`.
 */
const isAssembledLater = ({ argv, mnemonic }: Action): boolean =>
  mnemonic !== "Assemble" &&
  (argv.some((word) => /^(?:@|-specs|--specs)/.test(word)) ||
    argv.findLast((word) => /^-f(?:no-)?lto(?:=|$)/.test(word))?.startsWith("-flto") === true)
