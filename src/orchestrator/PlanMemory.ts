import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { clockSlackMillis } from "../disk/clocks.ts"
import { Disk } from "../disk/Disk.ts"
import { makeRecording } from "../disk/recording.ts"
import type { ReportedError } from "../exec/BuildEvent.ts"
import { BuildReporter } from "../exec/BuildReporter.ts"
import { Span } from "../telemetry/names.ts"
import type { PlannedEnvironment } from "./planEnvironment.ts"
import { planProject, type ProjectRequest } from "./planProject.ts"
import { recordVariables } from "./recordVariables.ts"
import { requestKey } from "./requestKey.ts"

/** A plan, and all that it was decided from. */
interface Remembered {
  readonly planned: ReadonlyArray<PlannedEnvironment>
  readonly warnings: ReadonlyArray<ReportedError>
  /** How it all looked: see `sightLine`. */
  readonly lines: ReadonlyArray<string>
  /** Name and value of each variable that was asked for. */
  readonly variables: ReadonlyArray<readonly [string, string | undefined]>
}

/** Plans that were made in this process, for one that serves many requests. */
export interface PlanMemory {
  readonly get: (key: string) => Remembered | undefined
  readonly set: (key: string, plan: Remembered) => void
}

/** Nothing is remembered by default: a process that ends with its request has no use for it. */
export const PlanMemory = Context.Reference<PlanMemory>("fbuild/orchestrator/PlanMemory", {
  defaultValue: () => ({ get: () => undefined, set: () => {} })
})

/** Remembers the plans of this many requests, the least recently used one is dropped. */
export const makePlanMemory = (size: number): PlanMemory => {
  const plans = new Map<string, Remembered>()
  return {
    get: (key) => {
      const plan = plans.get(key)
      if (plan !== undefined) {
        plans.delete(key)
        plans.set(key, plan)
      }
      return plan
    },
    set: (key, plan) => {
      plans.delete(key)
      plans.set(key, plan)
      const [oldest] = plans.keys()
      if (plans.size > size && oldest !== undefined) plans.delete(oldest)
    }
  }
}

/**
 * The plan of a request: the one that this process has made before, if all that planning asked of the disk and of the
 * variables would be answered as it was then; else a new one.
 */
export const recallPlan = Effect.fn(Span.recallPlan)(function*(request: ProjectRequest) {
  const memory = yield* PlanMemory
  const disk = yield* Disk
  const fileSystem = yield* FileSystem.FileSystem
  const reporter = yield* BuildReporter
  const { variables } = request
  const key = requestKey(request)
  const known = memory.get(key)
  if (
    known !== undefined && known.variables.every(([name, value]) => variables[name] === value) &&
    (yield* disk.isAsSeen(known.lines))
  ) {
    yield* Effect.forEach(known.warnings, (error) => reporter.emit({ _tag: "Warning", error }), { discard: true })
    return known.planned
  }
  const started = BigInt((yield* Clock.currentTimeMillis) - clockSlackMillis) * 1_000_000n
  const recording = makeRecording(disk, fileSystem)
  const recorded = recordVariables(variables)
  const warnings: Array<ReportedError> = []
  const planned = yield* planProject({ ...request, variables: recorded.variables }).pipe(
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
    const known = [...recorded.names].map((name) => [name, variables[name]] as const)
    memory.set(key, { planned, warnings, lines: sights.map(({ line }) => line), variables: known })
  }
  return planned
})
