import * as Effect from "effect/Effect"
import { type ResolvedBoard } from "../arduino/boards.ts"
import type { ArduinoPlatform } from "../arduino/platform.ts"
import { mergeProperties } from "../arduino/Properties.ts"
import { parseManifest } from "../boards/BoardManifest.ts"
import { boardOfManifest, findBoard } from "../boards/findBoard.ts"
import { translated } from "../boards/vendorNames.ts"
import { Disk } from "../disk/Disk.ts"
import { joinPath } from "../domain/paths.ts"
import { platformioPlatforms } from "../packages/corePlaces.ts"
import type { PackageSearch } from "../packages/findCore.ts"
import type { PlatformSpec } from "../plan/PlatformSpec.ts"
import { Span } from "../telemetry/names.ts"
import type { ResolvedPlatform } from "./resolvePlatform.ts"

/** A board as a build uses it, and the file that describes it, where that is not the core's `boards.txt` alone. */
export interface FoundBoard {
  readonly board: ResolvedBoard
  readonly manifest?: string
}

/**
 * The board of an id, in this order: the project's `boards/<id>.json`, that of a PlatformIO platform which is installed, then what
 * `findBoard` knows: the family's PlatformIO ids, the vendor's own.
 */
export const resolveBoard = Effect.fn(Span.resolveBoard)(function*(
  id: string,
  { platform, spec }: Pick<ResolvedPlatform, "platform" | "spec">,
  search: PackageSearch,
  /** Absolute, or relative to the project. */
  boardsDir: string
) {
  const { boards } = platform
  const files = yield* boardFiles(spec, search, boardsDir)
  for (const { folder, trusted } of isFileName(id) ? files : []) {
    const manifest = yield* readManifest(`${folder}/${id}.json`)
    if (manifest === undefined) continue
    const own = { ...manifest, properties: translated(manifest.properties, spec) }
    const board = withFlagsOfCore(boardOfManifest(boards, spec.boards, own, trusted, spec.boardRules), platform)
    return { board, manifest: manifest.path } satisfies FoundBoard
  }
  return { board: yield* Effect.fromResult(findBoard(boards, spec.boards, id, spec.boardRules)) } satisfies FoundBoard
})

/** Every board file that counts, the ones that go before others first. */
export const listBoardFiles = Effect.fnUntraced(function*(
  spec: PlatformSpec,
  search: PackageSearch,
  boardsDir: string
) {
  const disk = yield* Disk
  const ids = new Set<string>()
  for (const { folder } of yield* boardFiles(spec, search, boardsDir)) {
    for (const name of (yield* disk.list(folder)).toSorted()) {
      if (name.endsWith(".json")) ids.add(name.slice(0, -".json".length))
    }
  }
  return [...ids]
})

const boardFiles = Effect.fnUntraced(function*(spec: PlatformSpec, search: PackageSearch, boardsDir: string) {
  const disk = yield* Disk
  const platforms = platformioPlatforms(search.variables)
  const installed = platforms === undefined ? [] : (yield* disk.list(platforms)).toSorted()
  return [
    { folder: joinPath(search.projectDir, boardsDir), trusted: true },
    ...installed.filter((name) => spec.names.some((known) => name === known || name.startsWith(`${known}@`))).map((
      name
    ) => ({
      folder: `${platforms}/${name}/boards`,
      trusted: false
    }))
  ]
})

const readManifest = Effect.fnUntraced(function*(path: string) {
  const disk = yield* Disk
  const text = yield* disk.readText(path)
  return text === undefined ? undefined : yield* Effect.fromResult(parseManifest(path, text))
})

/** Where the vendor has the flags of all boards in `platform.txt`, a board's file adds to them. */
const withFlagsOfCore = (board: ResolvedBoard, { boards, properties }: ArduinoPlatform): ResolvedBoard => {
  const key = "build.extra_flags"
  const [flags, common] = [board.properties.get(key), properties.get(key)]
  const isOwn = flags !== undefined && flags.path !== boards.path && !boards.boards.get(board.id)?.properties.has(key)
  if (!isOwn || common === undefined) return board
  const value = `${common.value} ${flags.value}`.trim()
  return { ...board, properties: mergeProperties(board.properties, new Map([[key, { ...flags, value }]])) }
}

/** `mega:cpu=…` is no file's name, nor is what leads elsewhere. */
const isFileName = (id: string): boolean => /^[\w.+-]+$/.test(id)
