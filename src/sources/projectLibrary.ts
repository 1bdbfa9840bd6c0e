import * as Effect from "effect/Effect"
import { baseName, joinPath } from "../domain/paths.ts"
import type { LibraryStorage } from "./LibraryIndex.ts"
import type { SourceTree } from "./SourceTree.ts"

/**
 * The project itself as a library, for builds of a library's examples: its root has a manifest, its code is in `src/` (or
 * in the root, by `library.properties`), `src_dir` is elsewhere, and `lib_dir` has no library with the project's name.
 * Paths are absolute, with `/`.
 */
export const projectLibrary = Effect.fnUntraced(
  function*(tree: SourceTree, project: { readonly dir: string; readonly srcDir: string; readonly libDir: string }) {
    const root = yield* tree.entries(project.dir)
    const isLibrary = root?.has("library.properties") === true ||
      (root?.has("library.json") === true && root.has("src"))
    if (!isLibrary || [project.dir, joinPath(project.dir, "src")].includes(project.srcDir)) return undefined
    const own = [...(yield* tree.entries(project.libDir))?.keys() ?? []].map((name) => name.toLowerCase())
    if (own.includes(baseName(project.dir).toLowerCase())) return undefined
    return { dir: project.dir, origin: "self", holds: "library" } satisfies LibraryStorage
  }
)
