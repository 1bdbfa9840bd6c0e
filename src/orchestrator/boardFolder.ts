import * as Effect from "effect/Effect"
import type { Properties } from "../arduino/Properties.ts"
import { nearest } from "../domain/nearest.ts"
import { dirName } from "../domain/paths.ts"
import type { SourceTree } from "../sources/SourceTree.ts"
import { BoardFolderMissing } from "./OrchestratorError.ts"

/**
 * The folder of the board's core or variant, by what the core's files and the project say; `""`: none. Fails where it is not there. Where a core has no
 * folder of variants at all, boards may name what they like: nothing is compiled or included from there.
 */
export const boardFolder = Effect.fnUntraced(function*(
  tree: SourceTree,
  properties: Properties,
  what: "core" | "variant"
) {
  const folder = properties.get(`build.${what}.path`)?.value ?? ""
  if (folder === "" || (yield* tree.entries(folder)) !== undefined) return folder
  const others = yield* tree.entries(dirName(folder))
  if (what === "variant" && others === undefined) return ""
  const property = `build.${what}`
  const { line = 0, path = "", value = "" } = properties.get(property) ?? {}
  const names = [...others?.keys() ?? []].filter((name) => !name.startsWith("."))
  return yield* new BoardFolderMissing({ path, line, property, value, folder, nearest: nearest(value, names, 3) })
})
