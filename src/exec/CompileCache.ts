import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type { Content, Trace } from "../cache/BuildState.ts"
import type { DiskError } from "../disk/Disk.ts"
import type { Action } from "../plan/Action.ts"
import type { CacheAnswer } from "./BuildEvent.ts"
import type { Stage } from "./Stage.ts"
import type { Traced } from "./UpToDate.ts"

/** What a cache had for an action: its outputs, now in the stage, or why not. */
export type Fetched =
  | { readonly _tag: "Hit"; readonly hit: CacheHit }
  | {
    readonly _tag: "Miss"
    readonly answer: CacheAnswer
    /** What the action will be kept under once it has run, if it can be kept. */
    readonly key?: string
  }

export interface CacheHit {
  /** What the action read when it ran: all of it is the same now. */
  readonly trace: Trace
  /** What only the link will read. */
  readonly carried: ReadonlyArray<string>
  /** In the order of the action's outputs. */
  readonly outputs: ReadonlyArray<Content & { readonly bytes: number }>
  /** What the command printed. */
  readonly printed: string
  /** What it took, ms. */
  readonly durationMs: number
}

/** What is to be kept of an action that has run. */
export interface Ran extends Traced {
  readonly printed: string
  readonly durationMs: number
}

/** How to keep what an action has made, or why it must not be kept. */
export type Storing = Result.Result<Effect.Effect<void, DiskError>, CacheAnswer>

/** Outputs that were made before, of any kind of action. Not being able to keep or to give them never fails a build. */
export class CompileCache extends Context.Service<CompileCache, {
  /** Puts the outputs of an action into its stage, if they are known. */
  readonly fetch: (action: Action, stage: Stage) => Effect.Effect<Fetched, DiskError>
  readonly store: (ran: Ran) => Effect.Effect<Storing>
  /** Counts an output that a disk has refused to keep; whether it is the first one of this build. */
  readonly countRefused: Effect.Effect<boolean>
  /** At the end of a build. */
  readonly close: Effect.Effect<void>
}>()("fbuild/exec/CompileCache") {
  /** No cache: every action that has to run runs. */
  static readonly off = Layer.succeed(
    CompileCache,
    CompileCache.of({
      fetch: () => Effect.succeed({ _tag: "Miss", answer: { _tag: "NotAsked" } }),
      store: () => Effect.succeed(Result.succeed(Effect.void)),
      countRefused: Effect.succeed(false),
      close: Effect.void
    })
  )
}
