import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

/** The user's side of one request: where it was made, with which environment, and where its output goes. */
export class Terminal extends Context.Service<Terminal, {
  /** Absolute. */
  readonly cwd: string
  readonly variables: Readonly<Record<string, string>>
  readonly stdout: Sink
  readonly stderr: Sink
  /** The exit code of an interruption: 130 for Ctrl-C, 143 for TERM, 129 for a lost terminal. */
  readonly interruptCode: () => number
  /** When the process that asks was started, ns since 1970, where that is known. */
  readonly launchedNanos?: bigint
  /** Says what is still to be told when the user of an interrupted request is let go before it has ended. */
  readonly beforeLeaving: (farewell: Effect.Effect<void>) => void
}>()("fbuild/cli/Terminal") {}

export interface Sink {
  readonly write: (text: string) => Effect.Effect<void>
  readonly writeBytes: (bytes: Uint8Array) => Effect.Effect<void>
  readonly isTTY: boolean
  /** Width of a terminal, characters; undefined elsewhere. */
  readonly columns: () => number | undefined
}
