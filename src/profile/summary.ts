import * as Schema from "effect/Schema"
import { Mnemonic } from "../plan/Action.ts"
import { type BuildRecord, type RecordedAction, waitOf, workOf } from "./BuildRecord.ts"
import { criticalPath } from "./criticalPath.ts"
import { parallelism } from "./parallelism.ts"

/** One action as `fbuild profile` shows it. Times in ms. */
const Item = Schema.Struct({
  environment: Schema.String,
  mnemonic: Mnemonic,
  path: Schema.String,
  id: Schema.String,
  outcome: Schema.String,
  /** What it took by itself, and its part of the time of the whole build, 0 to 1. */
  ms: Schema.Finite,
  share: Schema.Finite,
  /** How long it waited for a job. */
  waitMs: Schema.Finite,
  cpuMs: Schema.optionalKey(Schema.Finite),
  peakBytes: Schema.optionalKey(Schema.Int)
})
export type Item = typeof Item.Type

/** Where the time of a build went. */
export const Summary = Schema.Struct({
  traceId: Schema.String,
  args: Schema.Array(Schema.String),
  startedMillis: Schema.Int,
  durationMs: Schema.Finite,
  exitCode: Schema.Int,
  environments: Schema.Array(Schema.String),
  actions: Schema.Struct({
    total: Schema.Int,
    executed: Schema.Int,
    cacheHits: Schema.Int,
    upToDate: Schema.Int,
    failed: Schema.Int,
    cancelled: Schema.Int
  }),
  /** From the start of the request until the first action could start; the whole of it when there was none. */
  beforeActionsMs: Schema.Finite,
  /** Actions by what they took, the slowest first. */
  slowest: Schema.Array(Item),
  /** The chain of actions, each needing the one before, that takes longest. */
  criticalPath: Schema.Struct({ ms: Schema.Finite, share: Schema.Finite, actions: Schema.Array(Item) }),
  /** Commands at once, on the average of each of equal parts of the build. */
  parallelism: Schema.Struct({ average: Schema.Finite, most: Schema.Int, parts: Schema.Array(Schema.Finite) }),
  /** What the commands had taken whose outputs came from the cache, and what getting them took instead. */
  cache: Schema.Struct({ hits: Schema.Int, savedMs: Schema.Finite, spentMs: Schema.Finite }),
  /** Parts of the request besides actions, the longest first. */
  phases: Schema.Array(Schema.Struct({ name: Schema.String, ms: Schema.Finite }))
})
export type Summary = typeof Summary.Type

/** Parts of the time for which the parallelism is told. */
const parts = 60

export const summarise = (record: BuildRecord): Summary => {
  const { actions, duration, environments } = record
  const item = (action: RecordedAction): Item => {
    const { id, mnemonic, outcome, path, peakBytes, systemSeconds, userSeconds } = action
    const work = workOf(action)
    return {
      environment: environments[action.environment]?.name ?? "",
      mnemonic,
      path,
      id,
      outcome,
      ms: work / 1000,
      share: shareOf(work, duration),
      waitMs: waitOf(action) / 1000,
      ...(userSeconds === undefined ? {} : { cpuMs: rounded((userSeconds + (systemSeconds ?? 0)) * 1000) }),
      ...(peakBytes === undefined ? {} : { peakBytes })
    }
  }
  const count = (outcome: RecordedAction["outcome"]) => actions.filter((action) => action.outcome === outcome).length
  const sum = (numbers: ReadonlyArray<number>) => numbers.reduce((total, number) => total + number, 0)
  const path = criticalPath(actions.map((action) => ({ work: workOf(action), needs: action.needs })))
    .map((index) => actions[index]!)
  const onPath = sum(path.map(workOf))
  const running = actions.flatMap(({ finished, ran, started }) =>
    started === undefined ? [] : [{ start: started, end: ran ?? finished }]
  )
  const cached = actions.filter(({ outcome }) => outcome === "Cached")
  const total = sum(environments.map(({ total }) => total))
  const [executed, cacheHits, failed] = [count("Executed"), count("Cached"), count("Failed")]
  const upToDate = sum(environments.map(({ upToDate }) => upToDate))
  return {
    traceId: record.traceId,
    args: record.args,
    startedMillis: record.startedMillis,
    durationMs: duration / 1000,
    exitCode: record.exitCode,
    environments: environments.map(({ name }) => name),
    actions: {
      total,
      executed,
      cacheHits,
      upToDate,
      failed,
      cancelled: Math.max(0, total - executed - cacheHits - failed - upToDate)
    },
    beforeActionsMs: actions.reduce((least, { ready }) => Math.min(least, ready), duration) / 1000,
    slowest: actions.toSorted((a, b) => workOf(b) - workOf(a)).map(item),
    criticalPath: { ms: onPath / 1000, share: shareOf(onPath, duration), actions: path.map(item) },
    parallelism: {
      average: shareOf(sum(running.map(({ end, start }) => end - start)), duration),
      most: mostAtOnce(running),
      parts: parallelism(running, duration, parts).map((part) => rounded(part))
    },
    cache: {
      hits: cacheHits,
      savedMs: sum(cached.map(({ savedMillis = 0 }) => savedMillis)),
      spentMs: sum(cached.map(workOf)) / 1000
    },
    phases: record.phases.filter(({ parent }) => parent !== undefined)
      .map(({ end, name, start }) => ({ name, ms: (end - start) / 1000 }))
      .toSorted((a, b) => b.ms - a.ms)
  }
}

const shareOf = (part: number, whole: number): number => whole <= 0 ? 0 : rounded(part / whole)

const rounded = (number: number): number => Math.round(number * 1000) / 1000

const mostAtOnce = (intervals: ReadonlyArray<{ readonly start: number; readonly end: number }>): number => {
  const changes = intervals.flatMap(({ end, start }) => [{ at: start, by: 1 }, { at: end, by: -1 }])
    .toSorted((a, b) => a.at - b.at || a.by - b.by)
  let now = 0
  let most = 0
  for (const { by } of changes) most = Math.max(most, now += by)
  return most
}
