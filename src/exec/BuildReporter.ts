import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { BuildEvent } from "./BuildEvent.ts"

/** Where the events of a build go: a terminal, plain lines, JSON lines, or a list in tests. */
export class BuildReporter extends Context.Service<BuildReporter, {
  readonly emit: (event: BuildEvent) => Effect.Effect<void>
}>()("fbuild/exec/BuildReporter") {}
