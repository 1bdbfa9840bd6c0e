import * as Effect from "effect/Effect"
import { joinPath } from "../domain/paths.ts"
import { listSources } from "./listSources.ts"
import { isSketch, type SourceFile } from "./SourceFile.ts"
import { NoSources } from "./SourcesError.ts"
import type { SourceTree } from "./SourceTree.ts"
import { accepts, defaultSrcFilter, parseSrcFilter } from "./srcFilter.ts"

/** Where a project's sources are looked for. Paths are absolute, with `/`. */
export interface SourcesRequest {
  readonly projectDir: string
  readonly srcDir: string
  /** Text of `build_src_filter`; PlatformIO's default when absent. */
  readonly filter?: string | undefined
  /** Folders never entered, such as the project's libraries, tests and build folder: they may lie below `srcDir`. */
  readonly excluded: ReadonlyArray<string>
}

/** What a project compiles of its own, each list sorted by path. */
export interface ProjectSources {
  /** The folder that was searched: `srcDir`, or the project folder in its place. */
  readonly folder: string
  readonly files: ReadonlyArray<SourceFile>
  /** `.ino` and `.pde` files, which stand at the top of the folder only. Source: PlatformIO, Arduino sketch specification. */
  readonly sketches: ReadonlyArray<string>
}

/**
 * Finds a project's sources. When `srcDir` does not exist the project folder itself is searched, as for a sketch folder
 * with a `platformio.ini`, but not its libraries, headers, tests, documents or build folders.
 */
export const discoverSources = Effect.fnUntraced(function*(tree: SourceTree, request: SourcesRequest) {
  const isThere = (yield* tree.entries(request.srcDir)) !== undefined
  const folder = isThere ? request.srcDir : request.projectDir
  const excluded = isThere
    ? request.excluded
    : [...request.excluded, ...notInRoot.map((name) => joinPath(folder, name))]

  const filter = yield* Effect.fromResult(parseSrcFilter(request.filter ?? defaultSrcFilter, folder))
  const files = yield* listSources(tree, filter, excluded)
  const top = [...(yield* tree.entries(folder))?.values() ?? []]
    .filter((entry) => entry.kind !== "directory" && isSketch(entry.name) && !entry.name.startsWith("."))
    .map((entry) => joinPath(folder, entry.name))
  const sketches = top.filter((path) => accepts(filter, path, `${path}.cpp`))

  if (files.length > 0 || sketches.length > 0) return { folder, files, sketches } satisfies ProjectSources
  if (!isThere) return yield* new NoSources({ folder: request.srcDir, problem: "missing" })
  if (request.filter === undefined) return yield* new NoSources({ folder, problem: "empty" })
  return yield* new NoSources({ folder, problem: "filtered", filter: request.filter })
})

const notInRoot = ["lib", "include", "test", "docs", "build", "target", "node_modules", "venv", "__pycache__"]
