import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { decodeOnce } from "../cache/BuildMemory.ts"
import { clockSlackMillis } from "../disk/clocks.ts"
import { Disk } from "../disk/Disk.ts"
import type { Recording } from "../disk/recording.ts"
import { readSealedLines, writeSealedLines } from "../disk/sealedLines.ts"
import { inTurns } from "../domain/inTurns.ts"
import { dirName } from "../domain/paths.ts"
import { pause } from "../domain/steps.ts"
import { EnvironmentResult, ReportedError } from "../exec/BuildEvent.ts"
import { PlanMemory } from "./PlanMemory.ts"

/**
 * A build in which nothing had to be done, and all that it asked of the disk and of the environment on the way to that
 * conclusion. While the answers are the same, the same build comes to the same conclusion without planning anything.
 */
const Answer = Schema.Struct({
  environments: Schema.Array(EnvironmentResult),
  /** What planning had to say. */
  warnings: Schema.Array(ReportedError)
})
export type Answer = typeof Answer.Type

/** Bump to make what older fbuilds have written void. 1: first. 2: folders by their names. 3: sealed behind the last line. */
const format = "fbuild standing 3"

const Head = Schema.fromJsonString(Schema.Struct({
  /** Name and value of each variable that was asked for; `null`: not set. */
  variables: Schema.Array(Schema.Tuple([Schema.String, Schema.NullOr(Schema.String)])),
  answer: Answer
}))

/**
 * Keeps the answer of a build that changed nothing, if it can be relied on: nothing that it read changed while it ran or
 * shortly before, for a later change might not show. `ours` tells paths of the build folder that fbuild alone reads.
 */
export const keepStanding = Effect.fnUntraced(function*(file: string, standing: {
  readonly recording: Recording
  readonly ours: (path: string) => boolean
  readonly variables: Readonly<Record<string, string>>
  readonly names: ReadonlySet<string>
  readonly answer: Answer
  /** When the build started, ms. */
  readonly started: number
}) {
  const disk = yield* Disk
  const { answer, names, ours, recording, started, variables } = standing
  const latest = BigInt(started - clockSlackMillis) * 1_000_000n
  const lines = yield* inTurns(function*() {
    const lines: Array<string> = []
    for (const { changedNanos, line, path } of recording.sights()) {
      yield* pause
      if (ours(path)) continue
      if (path.includes("\n") || (changedNanos !== undefined && changedNanos >= latest)) return undefined
      lines.push(line)
    }
    return lines
  })
  if (lines === undefined || !recording.isComplete() || recording.written.some((path) => !ours(path))) return false
  const head = yield* Schema.encodeEffect(Head)({
    variables: [...names].sort().map((name) => [name, variables[name] ?? null] as const),
    answer
  }).pipe(Effect.orDie)
  lines.unshift(head)
  yield* disk.makeDirectory(dirName(file))
  yield* writeSealedLines(file, format, lines)
  return true
})

/** An answer that was kept. */
export interface Standing extends Pick<typeof Head.Type, "answer" | "variables"> {
  /** How all looked, by `sightLine`. */
  readonly lines: ReadonlyArray<string>
}

/** The answer that was kept, if it still holds; else `undefined`, and the build has to be looked at. */
export const readStanding = Effect.fnUntraced(function*(
  file: string,
  variables: Readonly<Record<string, string>>
): Effect.fn.Return<Answer | undefined, never, Disk> {
  const disk = yield* Disk
  const standing = yield* decodeOnce((yield* PlanMemory)?.standings, file, decoded(file))
  if (standing?.variables.every(([name, value]) => (variables[name] ?? null) === value) !== true) return undefined
  return (yield* disk.unlike(standing.lines, 1)).length === 0 ? standing.answer : undefined
})

const decoded = Effect.fnUntraced(function*(file: string) {
  const [head, ...lines] = (yield* readSealedLines(file, format)) ?? []
  const said = head === undefined ? undefined : yield* Effect.option(Schema.decodeEffect(Head)(head))
  return said?._tag === "Some" ? { ...said.value, lines } satisfies Standing : undefined
})
