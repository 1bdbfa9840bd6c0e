// @effect-diagnostics nodeBuiltinImport:off -- only finds the file of this very program
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Schema from "effect/Schema"
import { fileURLToPath } from "node:url"
import { type BuildRecord, waitOf, workOf } from "./BuildRecord.ts"
import { lanesOf, startOf } from "./lanes.ts"
import { summarise } from "./summary.ts"

/** What `page.html` shows. Times in µs from the start of the request. */
const PageData = Schema.Struct({
  args: Schema.Array(Schema.String),
  duration: Schema.Int,
  facts: Schema.Array(Schema.Tuple([Schema.String, Schema.String])),
  criticalPath: Schema.String,
  phases: Schema.Array(Schema.Struct({
    name: Schema.String,
    start: Schema.Int,
    end: Schema.Int,
    /** Line of the chart, 0 for the whole request. */
    depth: Schema.Int
  })),
  words: Schema.Array(Schema.String),
  actions: Schema.Array(Schema.Struct({
    mnemonic: Schema.String,
    path: Schema.String,
    outcome: Schema.String,
    lane: Schema.Int,
    start: Schema.Int,
    end: Schema.Int,
    work: Schema.Int,
    waited: Schema.Int,
    usage: Schema.String,
    why: Schema.String,
    critical: Schema.Boolean,
    /** Indices in `words`. */
    argv: Schema.Array(Schema.Int),
    /** What the filter looks at, in lower case. */
    text: Schema.String
  }))
})

const PageText = Schema.fromJsonString(PageData)

/** Says in words why an action was not up to date. */
export type Reasons = (action: BuildRecord["actions"][number]) => string

/** One HTML file, which needs nothing else, with the timeline of a build. */
export const webPage = Effect.fnUntraced(function*(record: BuildRecord, reasons: Reasons) {
  const fileSystem = yield* FileSystem.FileSystem
  const part = (name: string) =>
    // A part of fbuild itself.
    Effect.orDie(fileSystem.readFileString(fileURLToPath(new URL(name, import.meta.url))))
  const [template, script] = yield* Effect.all([part("page.html"), part("page.js")])
  const json = yield* Schema.encodeEffect(PageText)(pageData(record, reasons)).pipe(Effect.orDie)
  // In a script element nothing but `</script` and `<!--` could end or hide what follows.
  const [before = "", between = "", after = ""] = template.split(/null(?=<\/script>)|\/\* page\.js \*\//)
  return [before, json.replaceAll("<", "\\u003c"), between, script, after].join("")
})

const pageData = (record: BuildRecord, reasons: Reasons): typeof PageData.Type => {
  const { actions, args, duration, environments, phases, words } = record
  const summary = summarise(record)
  const critical = new Set(summary.criticalPath.actions.map(({ environment, id }) => `${environment}\0${id}`))
  const lanes = lanesOf(record)
  const rows = rowsOf(phases)
  const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`
  return {
    args,
    duration,
    facts: [
      ["took", seconds(summary.durationMs)],
      ["environments", summary.environments.join(", ")],
      ["run", String(summary.actions.executed)],
      ["from the cache", String(summary.actions.cacheHits)],
      ["up to date", String(summary.actions.upToDate)],
      ["failed", String(summary.actions.failed)],
      ["commands at once", `${summary.parallelism.average.toFixed(1)} (most ${summary.parallelism.most})`],
      ["trace", record.traceId]
    ],
    criticalPath: `${seconds(summary.criticalPath.ms)}, ${
      (summary.criticalPath.share * 100).toFixed(0)
    } % of the build`,
    phases: phases.map(({ end, name, start }, index) => ({ name, start, end, depth: rows[index] ?? 0 })),
    words,
    actions: actions.map((action, index) => {
      const { argv, finished, id, mnemonic, outcome, path } = action
      const environment = environments[action.environment]?.name ?? ""
      const why = reasons(action)
      return {
        mnemonic,
        path,
        outcome,
        lane: lanes[index] ?? 0,
        start: startOf(action),
        end: finished,
        work: workOf(action),
        waited: waitOf(action),
        usage: usageOf(action),
        why,
        critical: critical.has(`${environment}\0${id}`),
        argv,
        text: `${mnemonic} ${path} ${id} ${outcome} ${environment} ${why}`.toLowerCase()
      }
    })
  }
}

const usageOf = ({ peakBytes, systemSeconds = 0, userSeconds }: BuildRecord["actions"][number]): string =>
  [
    ...(userSeconds === undefined
      ? []
      : [`, ${((userSeconds + systemSeconds) * 1000).toFixed(0)} ms of processor time`]),
    ...(peakBytes === undefined ? [] : [`, ${(peakBytes / 1024 / 1024).toFixed(0)} MB`])
  ].join("")

/** The line that each part is drawn in: below the part it belongs to, where nothing else is at that time. */
const rowsOf = (phases: BuildRecord["phases"]): ReadonlyArray<number> => {
  const freeAt: Array<number> = []
  const rows: Array<number> = []
  for (const { end, parent, start } of phases) {
    let row = parent === undefined ? 0 : (rows[parent] ?? 0) + 1
    while ((freeAt[row] ?? 0) > start) row++
    freeAt[row] = end
    rows.push(row)
  }
  return rows
}
