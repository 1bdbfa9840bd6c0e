import * as Schema from "effect/Schema"
import { Uncacheable } from "../cache/Fingerprint.ts"
import { ActionId, Mnemonic } from "../plan/Action.ts"

/** Why an action has to run. */
export const Reason = Schema.TaggedUnion({
  NeverBuilt: {},
  /**
   * Words of the command and its variables that are new, gone, or in another place; none when something else of the action
   * changed, such as its outputs.
   */
  CommandChanged: {
    added: Schema.Array(Schema.String),
    removed: Schema.Array(Schema.String),
    moved: Schema.Array(Schema.String)
  },
  /** Digests of all programs behind the command; `parts`, as far as known: which of them, told by `fbuild why`. */
  ToolchainChanged: {
    before: Schema.String,
    after: Schema.String,
    parts: Schema.optionalKey(Schema.Array(Schema.Struct({
      path: Schema.String,
      change: Schema.Literals(["Changed", "New", "Gone"])
    })))
  },
  OutputMissing: { path: Schema.String },
  /** Not what the action made: somebody else has written to it. */
  OutputChanged: { path: Schema.String, before: Schema.String, after: Schema.String },
  InputMissing: { path: Schema.String },
  InputChanged: { path: Schema.String, before: Schema.String, after: Schema.String },
  /** A file has appeared that is found before one that was read, or that was asked for with `__has_include`. */
  InputShadowed: { path: Schema.String },
  /** A vendor hook of which nobody knows what it reads and writes. */
  AlwaysRuns: { why: Schema.String }
})
export type Reason = typeof Reason.Type

/** What the action cache had for an action that had to run. */
export const CacheAnswer = Schema.TaggedUnion({
  /** There is no cache in this build, or it is the compiler wrapper's own. */
  NotAsked: {},
  Uncacheable: { reason: Uncacheable },
  /** Nothing like it has been stored. */
  NoEntry: {},
  /** The nearest entry stands for other inputs: the first that differs. */
  EntryDiffers: { difference: Reason },
  /** An entry was there, but not what it stands for. */
  ContentMissing: {},
  Hit: {}
})
export type CacheAnswer = typeof CacheAnswer.Type

/** Memory that an image takes and has, bytes. */
export const MemoryUse = Schema.Struct({ used: Schema.Int, max: Schema.optionalKey(Schema.Int) })

/** An error as programs read it: where it is and what helps, as far as known. */
export const ReportedError = Schema.Struct({
  _tag: Schema.String,
  message: Schema.String,
  path: Schema.optionalKey(Schema.String),
  /** 1-based. */
  line: Schema.optionalKey(Schema.Int),
  column: Schema.optionalKey(Schema.Int),
  hint: Schema.optionalKey(Schema.String)
})
export type ReportedError = typeof ReportedError.Type

export const EnvironmentResult = Schema.Struct({
  name: Schema.String,
  board: Schema.String,
  platform: Schema.String,
  ok: Schema.Boolean,
  elf: Schema.optionalKey(Schema.String),
  images: Schema.Array(Schema.Struct({
    kind: Schema.String,
    path: Schema.String,
    sha256: Schema.String,
    bytes: Schema.Int
  })),
  size: Schema.Struct({
    flash: Schema.optionalKey(MemoryUse),
    ram: Schema.optionalKey(MemoryUse),
    eeprom: Schema.optionalKey(MemoryUse)
  }),
  actions: Schema.Struct({
    total: Schema.Int,
    executed: Schema.Int,
    cacheHits: Schema.Int,
    upToDate: Schema.Int,
    failed: Schema.Int,
    cancelled: Schema.Int
  }),
  errors: Schema.Array(ReportedError)
})
export type EnvironmentResult = typeof EnvironmentResult.Type

const action = { environment: Schema.String, id: ActionId, mnemonic: Mnemonic }

/** Everything that can happen in a build, as the renderers and `--json` see it. */
export const BuildEvent = Schema.TaggedUnion({
  Warning: { error: ReportedError },
  EnvironmentStarted: { environment: Schema.String, board: Schema.String, actions: Schema.Int },
  /** `--dry-run`: what would be run. */
  ActionPlanned: { ...action, argv: Schema.Array(Schema.String), command: Schema.String },
  ActionStarted: { ...action, argv: Schema.Array(Schema.String), reason: Reason, cache: CacheAnswer },
  /** `output` is what the command printed, with the compiler's colours; empty when it said nothing. */
  ActionFinished: { ...action, ok: Schema.Boolean, durationMs: Schema.Finite, output: Schema.String },
  ActionUpToDate: action,
  /** Had to run, but its outputs came from the cache; `output` is what the command printed when it ran. */
  ActionCached: { ...action, reason: Reason, output: Schema.String },
  EnvironmentFinished: { result: EnvironmentResult },
  BuildFinished: {
    ok: Schema.Boolean,
    exitCode: Schema.Int,
    /** From the start of the request to its end, ms. */
    durationMs: Schema.Finite,
    traceId: Schema.String,
    environments: Schema.Array(EnvironmentResult),
    errors: Schema.Array(ReportedError)
  }
})
export type BuildEvent = typeof BuildEvent.Type
