import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import { clockSlackMillis } from "../disk/clocks.ts"
import { Disk, sightLine } from "../disk/Disk.ts"
import { type Extract, Extracts } from "../disk/Extracts.ts"
import { makeRecording } from "../disk/recording.ts"
import type { Memory } from "../domain/memory.ts"
import type { ReportedError } from "../exec/BuildEvent.ts"
import { BuildReporter } from "../exec/BuildReporter.ts"
import { recordVariables } from "./recordVariables.ts"

/** What was made, and all that it was decided from. */
export interface Remembered<A> {
  readonly value: A
  readonly warnings: ReadonlyArray<ReportedError>
  /** How it all looked, by `sightLine`; of files of which only parts count, those. */
  readonly sights: ReadonlyMap<string, ReadonlyArray<Extract>>
  /** Name and value of each variable that was asked for. */
  readonly variables: ReadonlyArray<readonly [string, string | undefined]>
}

/**
 * What `make` makes: that of last time, if all that it asked of the disk and of the variables then would be answered as it
 * was; else anew. What was looked at counts as looked at by whoever records around it, in both cases. `key` stands for all
 * else that `make` depends on.
 */
export const recall = Effect.fnUntraced(function*<A, E, R>(
  memory: Memory<Remembered<A>>,
  key: string,
  variables: Readonly<Record<string, string>>,
  make: (variables: Readonly<Record<string, string>>) => Effect.Effect<A, E, R>
) {
  const disk = yield* Disk
  const fileSystem = yield* FileSystem.FileSystem
  const reporter = yield* BuildReporter
  const started = BigInt((yield* Clock.currentTimeMillis) - clockSlackMillis) * 1_000_000n
  const known = memory.get(key)
  if (known?.variables.every(([name, value]) => variables[name] === value) === true) {
    const sights = yield* lookAgain(known.sights, started)
    if (sights !== undefined) {
      if (sights !== known.sights) memory.set(key, { ...known, sights })
      yield* Effect.forEach(known.warnings, (error) => reporter.emit({ _tag: "Warning", error }), { discard: true })
      return known.value
    }
  }
  const recording = makeRecording(disk, fileSystem)
  const recorded = recordVariables(variables)
  const extracts = new Map<string, ReadonlyArray<Extract>>()
  const read = makeRecording(disk, fileSystem)
  const warnings: Array<ReportedError> = []
  const value = yield* make(recorded.variables).pipe(
    Effect.provideService(Disk, recording.disk),
    Effect.provideService(FileSystem.FileSystem, recording.fileSystem),
    Effect.provideService(Extracts, {
      readText: read.fileSystem.readFileString,
      note: (extract) => void extracts.set(extract.path, [...extracts.get(extract.path) ?? [], extract])
    }),
    Effect.provideService(BuildReporter, {
      emit: (event) => {
        if (event._tag === "Warning") warnings.push(event.error)
        return reporter.emit(event)
      }
    })
  )
  const sights = [...recording.sights(), ...read.sights()]
  const isReliable = recording.isComplete() && sights.every(({ changedNanos = 0n }) => changedNanos < started)
  if (isReliable) {
    memory.set(key, {
      value,
      warnings,
      sights: new Map([
        ...read.sights().map(({ line, path }) => [line, extracts.get(path) ?? []] as const),
        ...recording.sights().map(({ line }) => [line, []] as const)
      ]),
      variables: [...recorded.names].map((name) => [name, variables[name]])
    })
  }
  return value
})

/**
 * How all looks that something was decided from, where the same would be decided: files of which only parts count may have
 * changed elsewhere. What changed too lately to be relied on is as before, and will be looked at again.
 */
const lookAgain = Effect.fnUntraced(function*(sights: Remembered<unknown>["sights"], started: bigint) {
  const disk = yield* Disk
  const fileSystem = yield* FileSystem.FileSystem
  const unlike = yield* disk.unlike([...sights.keys()])
  if (unlike.length === 0) return sights
  const now = new Map(sights)
  for (const before of unlike) {
    const extracts = sights.get(before) ?? []
    const path = extracts[0]?.path
    if (path === undefined) return undefined
    const signature = yield* disk.signature(path)
    const text = yield* Effect.option(fileSystem.readFileString(path))
    if (Option.isNone(text) || signature === undefined) return undefined
    if (extracts.some(({ found, take }) => take(text.value) !== found)) return undefined
    if (signature.changedNanos >= started) continue
    now.delete(before)
    now.set(sightLine(path, { _tag: "File", signature }), extracts)
  }
  return now
})
