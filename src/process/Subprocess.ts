import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"

/**
 * Names the build in the environment of its commands, by a folder that is its alone: what they start in sessions of their own, and have left behind,
 * has it too.
 */
export const buildVariable = "FBUILD_STAGE"

/** What to start. Data only. */
export interface CommandSpec {
  /** Program first (an absolute path, or relative to `cwd` when it contains a `/`), then its arguments, never shell-quoted. */
  readonly argv: readonly [string, ...Array<string>]
  /** Absolute working directory of the child. */
  readonly cwd: string
  /** Complete environment of the child; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>
}

/** How a process ended. */
export type ExitStatus =
  | { readonly _tag: "Exited"; readonly code: number }
  | { readonly _tag: "Signaled"; readonly signal: string }

/** A process that has been started; it lives as long as the scope it was started in. */
export interface Running {
  readonly pid: number
  readonly stdout: Stream.Stream<Uint8Array>
  readonly stderr: Stream.Stream<Uint8Array>
  /** Completes when the process has ended and both pipes are closed or drained. */
  readonly exit: Effect.Effect<ExitStatus>
}

/** What a process has taken, together with the descendants that it waited for. */
export interface ResourceUsage {
  /** Processor time in its own code and in the system's, s. */
  readonly userSeconds: number
  readonly systemSeconds: number
  /** Largest resident set of one of them, bytes; absent where the system does not tell. */
  readonly peakBytes?: number
}

/** A process that has ended, with all it wrote. */
export interface Completed {
  readonly status: ExitStatus
  readonly stdout: string
  readonly stderr: string
  /** Absent where it is not known. */
  readonly usage?: ResourceUsage
}

/** The program could not be started at all. */
export class SpawnFailed extends Schema.TaggedError<SpawnFailed>()("SpawnFailed", {
  program: Schema.String,
  /** `ENOENT`, `EACCES`, `E2BIG`, `EAGAIN` … */
  code: Schema.String,
  cause: Schema.Defect()
}) {
  override get message() {
    return `cannot start ${this.program}: ${this.code}`
  }
}

/**
 * The one way fbuild starts processes. Every process leads a process group of its own; interruption (or the end of the
 * scope) sends TERM to the group, KILL after the grace, and returns once nothing of the group is alive.
 */
export class Subprocess extends Context.Service<Subprocess, {
  /** Starts a process whose output is consumed as it comes. */
  readonly start: (command: CommandSpec) => Effect.Effect<Running, SpawnFailed, Scope.Scope>
  /** Runs a process to its end and collects what it wrote. */
  readonly run: (command: CommandSpec) => Effect.Effect<Completed, SpawnFailed>
  /** KILL to every group that is alive now, without grace: the second Ctrl-C. */
  readonly killAll: Effect.Effect<void>
  /** KILL to whatever was started with this variable (`NAME=value`) and has left its group since; completes when none is left. */
  readonly endMarked: (variable: string) => Effect.Effect<void>
}>()("fbuild/process/Subprocess") {}
