import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { clockSlackMillis } from "../disk/clocks.ts"
import { Disk } from "../disk/Disk.ts"
import { makeRecording } from "../disk/recording.ts"
import type { ReportedError } from "../exec/BuildEvent.ts"
import { BuildReporter } from "../exec/BuildReporter.ts"
import { recordVariables } from "./recordVariables.ts"

/** What was made, and all that it was decided from. */
export interface Remembered<A> {
  readonly value: A
  readonly warnings: ReadonlyArray<ReportedError>
  /** How it all looked: see `sightLine`. */
  readonly lines: ReadonlyArray<string>
  /** Name and value of each variable that was asked for. */
  readonly variables: ReadonlyArray<readonly [string, string | undefined]>
}

/** What was made in this process, for one that serves many requests. */
export interface Memory<A> {
  readonly get: (key: string) => Remembered<A> | undefined
  readonly set: (key: string, remembered: Remembered<A>) => void
}

/** Remembers so many, and forgets the one that was used least recently. */
export const makeMemory = <A>(size: number): Memory<A> => {
  const all = new Map<string, Remembered<A>>()
  return {
    get: (key) => {
      const found = all.get(key)
      if (found !== undefined) {
        all.delete(key)
        all.set(key, found)
      }
      return found
    },
    set: (key, remembered) => {
      all.delete(key)
      all.set(key, remembered)
      const [oldest] = all.keys()
      if (all.size > size && oldest !== undefined) all.delete(oldest)
    }
  }
}

/**
 * What `make` makes: that of last time, if all that it asked of the disk and of the variables then would be answered as it
 * was; else anew. What was looked at counts as looked at by whoever records around it, in both cases. `key` stands for all
 * else that `make` depends on.
 */
export const recall = Effect.fnUntraced(function*<A, E, R>(
  memory: Memory<A>,
  key: string,
  variables: Readonly<Record<string, string>>,
  make: (variables: Readonly<Record<string, string>>) => Effect.Effect<A, E, R>
) {
  const disk = yield* Disk
  const fileSystem = yield* FileSystem.FileSystem
  const reporter = yield* BuildReporter
  const known = memory.get(key)
  if (
    known !== undefined && known.variables.every(([name, value]) => variables[name] === value) &&
    (yield* disk.isAsSeen(known.lines))
  ) {
    yield* Effect.forEach(known.warnings, (error) => reporter.emit({ _tag: "Warning", error }), { discard: true })
    return known.value
  }
  const started = BigInt((yield* Clock.currentTimeMillis) - clockSlackMillis) * 1_000_000n
  const recording = makeRecording(disk, fileSystem)
  const recorded = recordVariables(variables)
  const warnings: Array<ReportedError> = []
  const value = yield* make(recorded.variables).pipe(
    Effect.provideService(Disk, recording.disk),
    Effect.provideService(FileSystem.FileSystem, recording.fileSystem),
    Effect.provideService(BuildReporter, {
      emit: (event) => {
        if (event._tag === "Warning") warnings.push(event.error)
        return reporter.emit(event)
      }
    })
  )
  const sights = recording.sights()
  const isReliable = recording.isComplete() && sights.every(({ changedNanos = 0n }) => changedNanos < started)
  if (isReliable) {
    memory.set(key, {
      value,
      warnings,
      lines: sights.map(({ line }) => line),
      variables: [...recorded.names].map((name) => [name, variables[name]])
    })
  }
  return value
})
