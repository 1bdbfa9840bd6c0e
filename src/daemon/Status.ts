import * as Schema from "effect/Schema"

const Extremes = Schema.Struct({ p99: Schema.Finite, max: Schema.Finite })

/** What the daemon says of itself. */
export const Status = Schema.Struct({
  pid: Schema.Int,
  version: Schema.String,
  buildId: Schema.String,
  uptimeMs: Schema.Int,
  /** Resident, bytes. */
  memoryBytes: Schema.Int,
  /** Requests that have ended. */
  served: Schema.Int,
  /** Requests that have been answered and have something left to do, such as to fill the cache. */
  finishing: Schema.Int,
  /** Plans of builds that it remembers. */
  cachedPlans: Schema.Int,
  /** For how long its thread did one thing only while requests ran, by the clock, ms. */
  standstillMs: Extremes,
  /** The same in processor time of the thread: what others had of the processors is not in it. */
  standstillCpuMs: Extremes,
  /** How many of those took less than 1 ms of it, less than 2, and so on; the last: all that are longer. */
  standstillCpuTurns: Schema.Array(Schema.Int),
  /** Requests that run or wait. */
  requests: Schema.Array(Schema.Struct({
    id: Schema.Int,
    args: Schema.Array(Schema.String),
    cwd: Schema.String,
    runningMs: Schema.Int
  }))
})
export type Status = typeof Status.Type

export const StatusText = Schema.fromJsonString(Status)
