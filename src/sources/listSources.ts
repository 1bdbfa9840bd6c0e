import * as Effect from "effect/Effect"
import { baseName, dirName, isWithin, joinPath } from "../domain/paths.ts"
import { languageOf, type SourceFile } from "./SourceFile.ts"
import type { FolderUnreadable } from "./SourcesError.ts"
import type { SourceTree } from "./SourceTree.ts"
import { accepts, mayContain, type SrcFilter, startingPoints } from "./srcFilter.ts"

/**
 * The sources that `filter` accepts, sorted by path, without those in `excluded` (absolute paths of folders). Links are
 * followed; a folder that is reached again through its own links is left out, so that circles end. A dangling link with
 * the name of a source is listed: reading it will fail.
 */
export const listSources = Effect.fnUntraced(
  function*(tree: SourceTree, filter: SrcFilter, excluded: ReadonlyArray<string> = []) {
    const starts = [...new Set(startingPoints(filter))]
    const roots = starts.filter((start) => !starts.some((other) => other !== start && isWithin(other, start)))
    const walk: Walk = { tree, filter, excluded: new Set(excluded) }
    const found = yield* Effect.forEach(roots, (root) => walkFrom(walk, root), { concurrency: "unbounded" })
    return found.flat().sort((a, b) => a.path < b.path ? -1 : 1)
  }
)

interface Walk {
  readonly tree: SourceTree
  readonly filter: SrcFilter
  readonly excluded: ReadonlySet<string>
}

/** A pattern without wildcards names a file or a folder. */
const walkFrom = Effect.fnUntraced(function*(walk: Walk, root: string) {
  const entry = (yield* walk.tree.entries(dirName(root)))?.get(baseName(root))
  if (entry?.kind === "file") return sourceAt(walk, root)
  return yield* walkFolder(walk, root, [])
})

/** `real` holds the paths without links of all folders in which, and to which, a link was followed. */
const walkFolder = (
  walk: Walk,
  folder: string,
  real: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<SourceFile>, FolderUnreadable> =>
  walk.excluded.has(folder) || !mayContain(walk.filter, folder)
    ? Effect.succeed([])
    : Effect.flatMap(walk.tree.entries(folder), (entries) =>
      Effect.map(
        Effect.forEach(entries?.values() ?? [], (entry) => {
          const path = joinPath(folder, entry.name)
          if (entry.kind !== "directory") return Effect.succeed(entry.kind === "other" ? [] : sourceAt(walk, path))
          return entry.link ? walkLink(walk, folder, path, real) : walkFolder(walk, path, real)
        }, { concurrency: "unbounded" }),
        (found) => found.flat()
      ))

const walkLink = Effect.fnUntraced(
  function*(walk: Walk, folder: string, path: string, real: ReadonlyArray<string>) {
    const [from, to] = yield* Effect.all([walk.tree.realPath(folder), walk.tree.realPath(path)], { concurrency: 2 })
    const seen = [...real, from]
    if (seen.some((other) => isWithin(to, other))) return []
    return yield* walkFolder(walk, path, [...seen, to])
  }
)

const sourceAt = (walk: Walk, path: string): ReadonlyArray<SourceFile> => {
  const language = languageOf(baseName(path))
  return language !== undefined && accepts(walk.filter, path) ? [{ path, language }] : []
}
