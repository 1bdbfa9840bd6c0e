import * as Effect from "effect/Effect"
import { loadPlatform, platformNames } from "../../platforms/index.ts"
import { type ResolvedBoard } from "../arduino/boards.ts"
import type { Property } from "../arduino/Properties.ts"
import { findBoard, knownIds } from "../boards/findBoard.ts"
import { findCore, type PackageSearch } from "../packages/findCore.ts"
import { Span } from "../telemetry/names.ts"
import { loadCore } from "./loadCore.ts"

/** One line of a list of boards. */
export interface ListedBoard {
  /** What a project writes in `board =`. */
  readonly id: string
  readonly name: string
  /** What a project writes in `platform =`. */
  readonly platform: string
  /** The vendor's board and its options. */
  readonly vendor: string
  readonly mcu: string
}

/** Every board of every platform whose core is installed. */
export const listBoards = Effect.fn(Span.listBoards)(function*(search: PackageSearch) {
  const lists = yield* Effect.forEach(platformNames, (platform) =>
    Effect.gen(function*() {
      const { boards, spec } = yield* coreOf(platform, search)
      return knownIds(boards, spec.boards).flatMap((id): ReadonlyArray<ListedBoard> => {
        const found = findBoard(boards, spec.boards, id)
        if (found._tag === "Failure") return []
        const board = found.success
        const mcu = board.properties.get("build.mcu")?.value ?? ""
        return [{ id, name: board.name, platform, vendor: referenceOf(board), mcu }]
      })
    }))
  return lists.flat()
})

/** A board with every property, each with the file and the line that it comes from. */
export const describeBoard = Effect.fn(Span.describeBoard)(function*(id: string, search: PackageSearch) {
  const [platform = ""] = platformNames
  const { boards, core, spec } = yield* coreOf(platform, search)
  const board = yield* Effect.fromResult(findBoard(boards, spec.boards, id))
  const properties: ReadonlyArray<readonly [string, Property]> = [...board.properties]
  return { board, core, platform, reference: referenceOf(board), properties }
})

/** `mega:cpu=atmega2560` */
const referenceOf = (board: ResolvedBoard): string => {
  const options = Object.entries(board.options).map(([menu, option]) => `${menu}=${option}`)
  return [board.id, ...options.length === 0 ? [] : [options.join(",")]].join(":")
}

const coreOf = Effect.fnUntraced(function*(name: string, search: PackageSearch) {
  const spec = yield* loadPlatform(name)
  if (spec === undefined) return yield* Effect.die(`platforms/index.ts does not load ${name}`)
  const core = yield* findCore(spec.core, search)
  const { boards } = yield* loadCore(spec, core)
  return { boards, core, spec }
})
