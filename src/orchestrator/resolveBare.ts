import * as Effect from "effect/Effect"
import type { ResolvedBoard } from "../arduino/boards.ts"
import { makePlatform } from "../arduino/platform.ts"
import { literalProperties, mergeProperties } from "../arduino/Properties.ts"
import { findCore, type PackageSearch } from "../packages/findCore.ts"
import type { PlatformSpec } from "../plan/PlatformSpec.ts"
import { Span } from "../telemetry/names.ts"
import { loadCore } from "./loadCore.ts"
import { resolveBoard } from "./resolveBoard.ts"
import type { NamedPlatform, ResolvedPlatform } from "./resolvePlatform.ts"

/**
 * The family's own recipes in place of a core's, for a project without a framework. Boards are those of the family's core, where
 * one is installed, board files, and MCUs by their names.
 */
export const resolveBare = Effect.fn(Span.resolveBare)(function*(
  { folder, manner, spec }: NamedPlatform,
  { mcus, recipes }: NonNullable<PlatformSpec["bare"]>,
  options: {
    readonly search: PackageSearch
    readonly boardsDir: string
    readonly boardId: string
    /** `board_build.mcu`: stronger than the board's. */
    readonly mcu: string | undefined
  }
) {
  const { boardId, boardsDir, search } = options
  const found = folder ?? (spec.frameworks.length === 0
    ? undefined
    : yield* Effect.catchTag(findCore(spec.core, search), "PackageMissing", () => Effect.succeed(undefined)))
  const core = found ?? { path: "", source: "none" as const }
  const origin = `platforms/${spec.id}`
  const own = yield* Effect.fromResult(makePlatform({
    vendor: spec.core.vendor,
    architecture: spec.core.architecture,
    path: core.path,
    os: "linux",
    platformTxt: { path: origin, text: recipes },
    boardsTxt: { path: origin, text: "" }
  }))
  const boards = found === undefined ? own.boards : (yield* loadCore(spec.core, found)).boards
  const resolved: ResolvedPlatform = { spec, manner, core, platform: { ...own, boards } }
  const ruleOf = (name: string) => mcus.find(({ pattern }) => new RegExp(pattern).test(name.toLowerCase()))
  const board = yield* Effect.map(resolveBoard(boardId, resolved, search, boardsDir), (found) => found.board).pipe(
    Effect.catchTag("UnknownBoard", (error) => {
      const isMcu = options.mcu !== undefined || ruleOf(boardId) !== undefined
      return isMcu ? Effect.succeed(boardOfMcu(boardId, origin)) : Effect.fail(error)
    })
  )
  const mcu = options.mcu ?? board.properties.get("build.mcu")?.value ?? ""
  const rule = literalProperties(ruleOf(mcu)?.properties ?? {}, origin)
  const properties = mergeProperties(own.properties, rule)
  // The core and the variant of the vendor's board have no part in this.
  const without = mergeProperties(
    board.properties,
    literalProperties({ "build.core": "none", "build.variant": "" }, origin)
  )
  return {
    board: { ...board, properties: without },
    resolved: { ...resolved, platform: { ...resolved.platform, properties } }
  }
})

const boardOfMcu = (id: string, origin: string): ResolvedBoard => ({
  id,
  name: id,
  options: {},
  properties: literalProperties({ "build.mcu": id.toLowerCase() }, origin)
})
