import * as Schema from "effect/Schema"
import { CacheAnswer, Reason } from "../exec/BuildEvent.ts"
import { ActionId, Mnemonic } from "../plan/Action.ts"

/** One action that was not up to date. Times in µs from the start of the request. */
export const RecordedAction = Schema.Struct({
  /** Index in `environments`. */
  environment: Schema.Int,
  id: ActionId,
  mnemonic: Mnemonic,
  /** The source, or of what is made of many files, the output. */
  path: Schema.String,
  outcome: Schema.Literals(["Executed", "Cached", "Failed", "Cancelled"]),
  /** Indices in `actions` of those that it waited for, also through others that were up to date. */
  needs: Schema.Array(Schema.Int),
  /** Words of its command, as indices in `words`. */
  argv: Schema.Array(Schema.Int),
  /** All that it needs was there. */
  ready: Schema.Int,
  /** It was known not to be up to date. */
  decided: Schema.optionalKey(Schema.Int),
  /** It was known what the cache has. */
  fetched: Schema.optionalKey(Schema.Int),
  /** A job was free, and the command started. */
  started: Schema.optionalKey(Schema.Int),
  /** The command had ended. */
  ran: Schema.optionalKey(Schema.Int),
  finished: Schema.Int,
  reason: Schema.optionalKey(Reason),
  cache: Schema.optionalKey(CacheAnswer),
  /** What the command had taken when it ran, ms, for one whose outputs came from the cache. */
  savedMillis: Schema.optionalKey(Schema.Finite),
  /** Processor time of the command, s, and its largest resident set, bytes. */
  userSeconds: Schema.optionalKey(Schema.Finite),
  systemSeconds: Schema.optionalKey(Schema.Finite),
  peakBytes: Schema.optionalKey(Schema.Int)
})
export type RecordedAction = typeof RecordedAction.Type

/** Where the time of one build went. */
export const BuildRecord = Schema.Struct({
  traceId: Schema.String,
  /** The command line, without the program. */
  args: Schema.Array(Schema.String),
  /** ms since 1970. */
  startedMillis: Schema.Int,
  /** Of the whole request, µs. */
  duration: Schema.Int,
  exitCode: Schema.Int,
  environments: Schema.Array(Schema.Struct({
    name: Schema.String,
    board: Schema.String,
    total: Schema.Int,
    upToDate: Schema.Int
  })),
  /** Parts of the request, such as planning, in the order of their starts; `parent` is an index in `phases`. */
  phases: Schema.Array(Schema.Struct({
    name: Schema.String,
    parent: Schema.optionalKey(Schema.Int),
    start: Schema.Int,
    end: Schema.Int
  })),
  /** Words of commands, each once. */
  words: Schema.Array(Schema.String),
  actions: Schema.Array(RecordedAction)
})
export type BuildRecord = typeof BuildRecord.Type

/** How long an action waited for a job, µs. What came from the cache needed none. */
export const waitOf = ({ fetched, finished, outcome, started }: RecordedAction): number =>
  fetched === undefined || outcome === "Cached" ? 0 : (started ?? finished) - fetched

/** What an action itself took, µs. */
export const workOf = (action: RecordedAction): number => action.finished - action.ready - waitOf(action)

/** The command line of a recorded action. */
export const argvOf = ({ words }: BuildRecord, { argv }: RecordedAction): ReadonlyArray<string> =>
  argv.map((index) => words[index] ?? "")
