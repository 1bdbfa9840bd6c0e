import * as Context from "effect/Context"
import type { Action, Mnemonic } from "../plan/Action.ts"
import type { ActionGraph } from "../plan/ActionGraph.ts"
import type { ResourceUsage } from "../process/Subprocess.ts"
import type { CacheAnswer, EnvironmentResult, Reason } from "./BuildEvent.ts"

/** What became of one action, and when, in ns since 1970: data, so that ten thousand of them cost little. */
export interface ActionTimes {
  readonly action: Action
  readonly environment: string
  /** All that it needs is there. */
  readonly readyNanos: bigint
  outcome: "Executed" | "Cached" | "UpToDate" | "Failed" | "Cancelled"
  /** Why it could not stand as it was, and when that was known. */
  reason?: Reason
  decidedNanos?: bigint
  /** What the cache had, and when that was known. */
  cache?: CacheAnswer
  fetchedNanos?: bigint
  /** What the command took when it ran, in place of which its outputs came from the cache, ms. */
  savedMillis?: number
  /** A job was free. */
  startedNanos?: bigint
  /** The command had ended. */
  ranNanos?: bigint
  usage?: ResourceUsage
  /** Outputs have their final names. */
  finishedNanos?: bigint
}

/** What a request has built, for those who look at it afterwards. */
export interface BuildLog {
  /** All that were not up to date, in the order of their ends. */
  readonly actions: Array<ActionTimes>
  /** How many actions of a kind came to an end of a kind. */
  readonly counts: Map<Mnemonic, Map<ActionTimes["outcome"], number>>
  /** Actions that wait for a job, and commands that run, now. */
  waiting: number
  running: number
  /** Of each environment that was built, by its name. */
  readonly graphs: Map<string, ActionGraph>
  /** When something was built: the project's folder, and the folder of the build folders of all environments. Absolute. */
  folders?: { readonly projectDir: string; readonly buildRoot: string }
  /** How it ended; absent for requests that build nothing. */
  result?: BuildResult
}

export interface BuildResult {
  readonly exitCode: number
  readonly environments: ReadonlyArray<EnvironmentResult>
}

export const emptyBuildLog = (): BuildLog => ({
  actions: [],
  counts: new Map(),
  waiting: 0,
  running: 0,
  graphs: new Map()
})

/** Nothing is kept by default. */
export const CurrentBuildLog = Context.Reference<BuildLog | undefined>("fbuild/exec/BuildLog", {
  defaultValue: () => undefined
})
