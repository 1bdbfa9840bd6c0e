import * as Schema from "effect/Schema"
import { argvOf, type BuildRecord, type RecordedAction } from "./BuildRecord.ts"
import { lanesOf, startOf } from "./lanes.ts"

/** The Trace Event Format, as much of it as Perfetto and chrome://tracing need. Times in µs. */
const Event = Schema.Struct({
  name: Schema.String,
  cat: Schema.optionalKey(Schema.String),
  /** `X`: a complete event; `M`: metadata. */
  ph: Schema.Literals(["X", "M"]),
  pid: Schema.Int,
  tid: Schema.Int,
  ts: Schema.optionalKey(Schema.Int),
  dur: Schema.optionalKey(Schema.Int),
  args: Schema.Record(Schema.String, Schema.Unknown)
})

export const ChromeTrace = Schema.Struct({
  traceEvents: Schema.Array(Event),
  displayTimeUnit: Schema.Literal("ms"),
  otherData: Schema.Record(Schema.String, Schema.String)
})

/** A build as Perfetto and chrome://tracing open it: one process, a thread for each command at once, before them those of planning. */
export const chromeTrace = (record: BuildRecord): typeof ChromeTrace.Type => {
  const name = (tid: number, text: string) => ({
    name: "thread_name",
    ph: "M" as const,
    pid: 1,
    tid,
    args: { name: text }
  })
  const lanes = lanesOf(record)
  const parts = threadsOf(record.phases)
  const firstJob = 1 + parts.reduce((most, thread) => Math.max(most, thread), 0)
  return {
    traceEvents: [
      { name: "process_name", ph: "M", pid: 1, tid: 0, args: { name: `fbuild ${record.args.join(" ")}` } },
      ...numbersTo(firstJob).map((thread) => name(thread, thread === 0 ? "fbuild" : `fbuild ${thread + 1}`)),
      ...numbersTo(new Set(lanes).size).map((lane) => name(firstJob + lane, `job ${lane + 1}`)),
      ...record.phases.map(({ end, name, start }, index) => ({
        name,
        cat: "fbuild",
        ph: "X" as const,
        pid: 1,
        tid: parts[index]!,
        ts: start,
        dur: end - start,
        args: {}
      })),
      ...record.actions.flatMap((action, index) => {
        const start = startOf(action)
        return [{
          name: `${action.mnemonic} ${action.path}`,
          cat: action.mnemonic,
          ph: "X" as const,
          pid: 1,
          tid: firstJob + lanes[index]!,
          ts: start,
          dur: action.finished - start,
          args: detailsOf(record, action)
        }]
      })
    ],
    displayTimeUnit: "ms",
    otherData: { traceId: record.traceId }
  }
}

const detailsOf = (record: BuildRecord, action: RecordedAction): Record<string, unknown> => ({
  outcome: action.outcome,
  environment: record.environments[action.environment]?.name,
  id: action.id,
  argv: argvOf(record, action).join(" "),
  reason: action.reason,
  cache: action.cache
})

const numbersTo = (end: number): ReadonlyArray<number> => Array.from({ length: end }, (_, index) => index)

/** For each part a thread, in which what overlaps it lies within it or around it: else the format does not know what to draw. */
const threadsOf = (phases: BuildRecord["phases"]): ReadonlyArray<number> => {
  /** Of each thread the ends of what has begun, the innermost last. */
  const begun: Array<Array<number>> = []
  const threads: Array<number> = []
  const outerFirst = phases.map(({ end, start }, index) => ({ end, start, index }))
    .toSorted((a, b) => a.start - b.start || b.end - a.end)
  for (const { end, index, start } of outerFirst) {
    const free = begun.findIndex((ends) => {
      while (ends.length > 0 && ends.at(-1)! <= start) ends.pop()
      return ends.length === 0 || end <= ends.at(-1)!
    })
    if (free >= 0) begun[free]!.push(end)
    else begun.push([end])
    threads[index] = free >= 0 ? free : begun.length - 1
  }
  return threads
}
