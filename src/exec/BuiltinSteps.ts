import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { placeText } from "../domain/place.ts"
import type { Action, BuiltinStep } from "../plan/Action.ts"

/** A step of fbuild's own could not do its work. */
export class StepFailed extends Schema.TaggedError<StepFailed>()("StepFailed", {
  path: Schema.String,
  /** Where in the file, from 1. */
  line: Schema.optionalKey(Schema.Int),
  reason: Schema.String,
  hint: Schema.optionalKey(Schema.String)
}) {
  override get message() {
    return `${placeText(this)}: ${this.reason}`
  }
}

/** The interpreters of `BuiltinStep`. The orchestrator brings them, so that the executor knows no platform and no language. */
export class BuiltinSteps extends Context.Service<BuiltinSteps, {
  /** The content of the action's one output. Paths of the step are relative to `cwd` or absolute. */
  readonly run: (step: BuiltinStep, action: Action, cwd: string) => Effect.Effect<Uint8Array, StepFailed>
}>()("fbuild/exec/BuiltinSteps") {}
