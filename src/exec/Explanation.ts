import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { jsonLine, readSealedLines, writeSealedLines } from "../disk/sealedLines.ts"
import { inTurns } from "../domain/inTurns.ts"
import { manySmall, pause } from "../domain/steps.ts"
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

const format = "fbuild why 1"

const Line = Schema.fromJsonString(Schema.Array(Explanation))
const decode = Schema.decodeUnknownOption(Line)

const fileOf = (buildDir: string): string => `${buildDir}/why.json`

/** The explanations of the last build into this folder (absolute), in the order of the graph; none when there was none. */
export const readExplanations = Effect.fnUntraced(function*(buildDir: string) {
  const lines = yield* readSealedLines(fileOf(buildDir), format)
  if (lines === undefined) return undefined
  return yield* inTurns(function*() {
    const actions: Array<Explanation> = []
    for (const line of lines) {
      const decoded = decode(line)
      if (decoded._tag === "None") return undefined
      actions.push(...decoded.value)
      yield* pause
    }
    return actions
  })
})

/** Replaces the explanations in a build folder (absolute). */
export const writeExplanations = (buildDir: string, actions: ReadonlyArray<Explanation>) =>
  writeSealedLines(fileOf(buildDir), format, encoded(actions), { there: true })

function* encoded(actions: ReadonlyArray<Explanation>): Generator<string> {
  for (let at = 0; at < actions.length; at += manySmall) yield jsonLine(actions.slice(at, at + manySmall))
}
