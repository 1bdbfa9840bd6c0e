import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { type Decoded, makeDecoded } from "../cache/BuildMemory.ts"
import { makeMemory, type Memory } from "../domain/memory.ts"
import { Span } from "../telemetry/names.ts"
import type { PlannedEnvironment } from "./planEnvironment.ts"
import { planPrepared, planProject, type PreparedProject, prepareProject, type ProjectRequest } from "./planProject.ts"
import { recall, type Remembered } from "./recall.ts"
import { requestKey } from "./requestKey.ts"
import type { Standing } from "./standing.ts"

/** Plans that were made in this process, for one that serves many requests. */
export interface PlanMemory {
  readonly plans: Memory<Remembered<ReadonlyArray<PlannedEnvironment>>>
  /** What a plan needs besides sources: it stands when a source has been edited. */
  readonly prepared: Memory<Remembered<PreparedProject>>
  /** Answers that were kept, by their files. */
  readonly standings: Memory<Decoded<Standing | undefined>>
  /** The signatures of the compilation databases that were written for plans. */
  readonly databases: WeakMap<ReadonlyArray<PlannedEnvironment>, string>
}

/** Nothing is remembered by default: a process that ends with its request has no use for it. */
export const PlanMemory = Context.Reference<PlanMemory | undefined>("fbuild/orchestrator/PlanMemory", {
  defaultValue: () => undefined
})

/** Remembers the plans of this many requests. */
export const makePlanMemory = (size: number): PlanMemory => ({
  plans: makeMemory(size),
  prepared: makeMemory(size),
  standings: makeDecoded(),
  databases: new WeakMap()
})

/** The plan of a request, or as much of it as this process has made before and still stands. */
export const recallPlan = Effect.fn(Span.recallPlan)(function*(request: ProjectRequest) {
  const memory = yield* PlanMemory
  if (memory === undefined) return yield* planProject(request)
  const key = requestKey(request)
  return yield* recall(memory.plans, key, request.variables, (variables) =>
    Effect.gen(function*() {
      const prepared = yield* recall(
        memory.prepared,
        key,
        variables,
        (variables) => prepareProject({ ...request, variables })
      )
      return yield* planPrepared(prepared, { ...request, variables })
    }))
})
