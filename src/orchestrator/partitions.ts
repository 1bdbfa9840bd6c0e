import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { parsePartitions } from "../artifacts/esp/parsePartitions.ts"
import { applicationPartition } from "../artifacts/esp/partitionTable.ts"
import type { PlacedPartition } from "../artifacts/esp/partitionTypes.ts"
import { Disk } from "../disk/Disk.ts"
import { joinPath } from "../domain/paths.ts"
import type { PlannedStep } from "../plan/steps/planStep.ts"
import { PartitionsInvalid } from "./OrchestratorError.ts"

/** The partitions of a build, and the file that has them. */
export interface Partitions {
  readonly path: string
  readonly rows: ReadonlyArray<PlacedPartition>
}

/** The table that a build's steps make a binary of: what it has room for is known before anything is built. `undefined`: none of them does. */
export const readPartitions = Effect.fnUntraced(function*(steps: ReadonlyArray<PlannedStep>, projectDir: string) {
  const disk = yield* Disk
  for (const { step } of steps) {
    if (step._tag !== "PartitionTable") continue
    const path = step.csv
    const text = (yield* disk.readText(joinPath(projectDir, path))) ?? ""
    const rows = yield* Effect.fromResult(Result.mapError(parsePartitions(path, text, step), (error) => {
      const { hint, line, reason } = error
      return new PartitionsInvalid({
        path,
        reason,
        ...(line === undefined ? {} : { line }),
        ...(hint === undefined ? {} : { hint })
      })
    }))
    return { path, rows } satisfies Partitions
  }
  return undefined
})

/** Bytes that there are for the program. `name`: `board_build.app_partition_name`. Fails if no partition is called so. */
export const applicationRoom = (
  { path, rows }: Partitions,
  name: string | undefined
): Result.Result<number | undefined, PartitionsInvalid> => {
  const found = applicationPartition(rows, name)
  if (found !== undefined || name === undefined) return Result.succeed(found?.size)
  const names = rows.filter(({ type }) => type === 0).map((row) => row.name)
  return Result.fail(
    new PartitionsInvalid({
      path,
      reason: `has no partition ${name} for an application (board_build.app_partition_name)`,
      hint: `there are ${names.join(", ")}`
    })
  )
}
