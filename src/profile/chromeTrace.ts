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

/** A build as Perfetto and chrome://tracing open it: one process, a thread for each command at once, one for planning. */
export const chromeTrace = (record: BuildRecord): typeof ChromeTrace.Type => {
  const name = (tid: number, text: string) => ({
    name: "thread_name",
    ph: "M" as const,
    pid: 1,
    tid,
    args: { name: text }
  })
  const lanes = lanesOf(record)
  const threads = new Set(lanes)
  return {
    traceEvents: [
      { name: "process_name", ph: "M", pid: 1, tid: 0, args: { name: `fbuild ${record.args.join(" ")}` } },
      name(0, "fbuild"),
      ...[...threads].toSorted((a, b) => a - b).map((lane) => name(lane + 1, `job ${lane + 1}`)),
      ...record.phases.map(({ end, name, start }) => ({
        name,
        cat: "fbuild",
        ph: "X" as const,
        pid: 1,
        tid: 0,
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
          tid: lanes[index]! + 1,
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
