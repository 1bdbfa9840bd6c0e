import * as Effect from "effect/Effect"
import { loadPlatform, platformNames } from "../../platforms/index.ts"
import type { ResolvedBoard } from "../arduino/boards.ts"
import { mergeProperties, type Property } from "../arduino/Properties.ts"
import { findBoard, knownIds, mcuOf } from "../boards/findBoard.ts"
import { fusesOf } from "../boards/fuses.ts"
import { considerCores, type PackageSearch } from "../packages/findCore.ts"
import { installedCores } from "../packages/installedCores.ts"
import { Span } from "../telemetry/names.ts"
import { projectPlatforms } from "./projectPlatforms.ts"
import { listBoardFiles, resolveBoard } from "./resolveBoard.ts"
import { namedPlatform, resolvePlatform } from "./resolvePlatform.ts"

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
  /** The file that describes it. */
  readonly path: string
}

/** Every board of every core that is installed, or that the project of this folder names. */
export const listBoards = Effect.fn(Span.listBoards)(function*(folder: PackageSearch) {
  const lists = yield* Effect.forEach(yield* catalog(folder), (entry) => Effect.result(boardsOf(entry)))
  const found = lists.flatMap((list) => list._tag === "Success" ? [list.success] : [])
  const [missing] = lists.flatMap((list) => list._tag === "Failure" ? [list.failure] : [])
  if (found.length === 0 && missing !== undefined) return yield* missing
  // A core has several names: atmelavr, arduino:avr.
  return found.filter(({ core }, index) => found.findIndex((other) => other.core === core) === index)
    .flatMap(({ boards }) => boards)
})

const boardsOf = Effect.fnUntraced(function*({ boardsDir, platform, search }: CatalogEntry) {
  const resolved = yield* resolveNamed(platform, search)
  const { core, platform: { boards }, spec } = resolved
  const own = yield* Effect.forEach(
    yield* listBoardFiles(spec, search, boardsDir),
    (id) =>
      Effect.map(resolveBoard(id, resolved, search, boardsDir), ({ board, manifest = boards.path }) => ({
        id,
        board,
        path: manifest
      }))
  )
  const vendors = knownIds(boards, spec.boards).flatMap((id) => {
    const found = findBoard(boards, spec.boards, id)
    return found._tag === "Success" ? [{ id, board: found.success, path: boards.path }] : []
  })
  const lines = new Map<string, ListedBoard>()
  for (const { board, id, path } of [...own, ...vendors]) {
    if (lines.has(id)) continue
    const mcu = mcuOf(board.properties) ?? ""
    lines.set(id, { id, name: board.name, platform, vendor: referenceOf(board), mcu, path })
  }
  return { core: core.path, boards: [...lines.values()] }
})

/**
 * A board with every property, each with the file and the line that it comes from, and the places where its core was looked
 * for. `id` is searched for in all platforms; `vendor:architecture:board` in that one.
 */
export const describeBoard = Effect.fn(Span.describeBoard)(function*(id: string, folder: PackageSearch) {
  const [, installed, own] = /^([\w.-]+:[\w.-]+):(.+)$/.exec(id) ?? []
  const entries = installed === undefined
    ? yield* catalog(folder)
    : [{ boardsDir: "boards", platform: installed, search: folder }]
  const describe = Effect.fnUntraced(function*({ boardsDir, platform, search }: CatalogEntry) {
    const resolved = yield* resolveNamed(platform, search)
    const { board, manifest } = yield* resolveBoard(own ?? id, resolved, search, boardsDir)
    const considered = resolved.core.source === "platform" ? [] : yield* considerCores(resolved.spec.core, search)
    const properties: ReadonlyArray<readonly [string, Property]> = [...board.properties]
    return {
      board,
      core: resolved.core,
      considered,
      fuses: fusesOf(mergeProperties(resolved.platform.properties, board.properties), resolved.spec.fuses ?? {}),
      manifest,
      platform,
      reference: referenceOf(board),
      properties
    }
  })
  const failures: Array<CatalogEntry & { readonly failure: Effect.Error<ReturnType<typeof describe>> }> = []
  for (const entry of entries) {
    const described = yield* Effect.result(describe(entry))
    if (described._tag === "Success") return described.success
    failures.push({ ...entry, failure: described.failure })
  }
  const isUnknown = ({ failure: { _tag } }: typeof failures[number]) =>
    _tag === "UnknownBoard" || _tag === "UnknownOption"
  for (const failed of failures) {
    // The core that has it is not there.
    if (!isUnknown(failed) && (yield* isOf(failed, own ?? id))) return yield* failed.failure
  }
  // Of several answers that it is nowhere, one that names what is similar helps most.
  const best = failures.find(isUnknown) ?? failures[0]
  return best === undefined ? yield* Effect.die("there is no family of platforms") : yield* best.failure
})

/** Whether a board is one of a platform's, as far as can be told without its core: the project says so, or its family's table. */
const isOf = ({ boardId, platform }: CatalogEntry, id: string) =>
  boardId === id
    ? Effect.succeed(true)
    : Effect.map(loadPlatform(platform), (spec) => spec !== undefined && Object.hasOwn(spec.boards, id))

interface CatalogEntry {
  /** What a project writes in `platform =`. */
  readonly platform: string
  readonly search: PackageSearch
  readonly boardsDir: string
  /** That of the project's environment. */
  readonly boardId?: string | undefined
}

/** What the project of the folder builds for, all families, and what Arduino's tools have installed beyond them. */
const catalog = Effect.fnUntraced(function*(folder: PackageSearch) {
  const entry = (platform: string): CatalogEntry => ({ platform, search: folder, boardsDir: "boards" })
  const own = yield* projectPlatforms(folder)
  const found = yield* installedCores(folder)
  const all: ReadonlyArray<CatalogEntry> = [...own, ...platformNames.map(entry), ...found.map(entry)]
  return all.filter(({ platform }, index) => all.findIndex((other) => other.platform === platform) === index)
})

const resolveNamed = (platform: string, search: PackageSearch) =>
  Effect.flatMap(
    namedPlatform(platform, search, { path: "platform", line: 0 }),
    (named) => resolvePlatform(named, search)
  )

/** `mega:cpu=atmega2560` */
const referenceOf = (board: ResolvedBoard): string => {
  const options = Object.entries(board.options).map(([menu, option]) => `${menu}=${option}`)
  return [board.id, ...options.length === 0 ? [] : [options.join(",")]].join(":")
}
