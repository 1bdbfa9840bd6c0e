import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Disk } from "../disk/Disk.ts"
import { ActionId, Mnemonic } from "../plan/Action.ts"
import { CacheAnswer, Reason } from "./BuildEvent.ts"

/** What the last build did with an action, and why: what `fbuild why` tells. */
export const Explanation = Schema.Struct({
  id: ActionId,
  mnemonic: Mnemonic,
  /** The source or first input. */
  path: Schema.String,
  outcome: Schema.Literals(["Executed", "Cached", "UpToDate", "Failed", "Cancelled"]),
  /** Why it could not stand as it was. Absent when it could. */
  reason: Schema.optionalKey(Reason),
  /** Why it had to run, although there is a cache; or why it was not stored. */
  cache: Schema.optionalKey(CacheAnswer)
})
export type Explanation = typeof Explanation.Type

const Document = Schema.fromJsonString(Schema.Struct({ actions: Schema.Array(Explanation) }))

const fileOf = (buildDir: string): string => `${buildDir}/why.json`

/** The explanations of the last build into this folder (absolute), in the order of the graph; none when there was none. */
export const readExplanations = Effect.fnUntraced(function*(buildDir: string) {
  const disk = yield* Disk
  const text = yield* disk.readText(fileOf(buildDir)).pipe(Effect.orElseSucceed(() => undefined))
  const decoded = yield* Effect.option(Schema.decodeEffect(Document)(text ?? ""))
  return decoded._tag === "None" ? undefined : decoded.value.actions
})

/** Replaces the explanations in a build folder (absolute). */
export const writeExplanations = Effect.fnUntraced(function*(buildDir: string, actions: ReadonlyArray<Explanation>) {
  const disk = yield* Disk
  const text = yield* Schema.encodeEffect(Document)({ actions }).pipe(Effect.orDie)
  yield* disk.write(fileOf(buildDir), text, { gap: true })
})
