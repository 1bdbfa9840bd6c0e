import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { splitFlags } from "../config/parseFlags.ts"
import { baseName, joinPath } from "../domain/paths.ts"
import type { Library, LibraryManifest, LibraryOrigin } from "./Library.ts"
import { listSources } from "./listSources.ts"
import { noManifest, parseLibraryJson, parseLibraryProperties } from "./parseManifest.ts"
import { FolderUnreadable, LibraryManifestInvalid } from "./SourcesError.ts"
import type { Entries, SourceTree } from "./SourceTree.ts"
import { parseSrcFilter } from "./srcFilter.ts"

/**
 * Reads what `dir` (absolute) holds as a library: its manifest and layout, not its sources.
 *
 * - `library.json`: sources in `build.srcDir`, else `src/`, else the root; headers also in `build.includeDir`, else `include/`.
 * - Arduino (`library.properties`, `keywords.txt`, `utility/`, or any framework's library): `src/` with all below it, else
 *   the root and `utility/` without what is below them.
 * - Neither: as with a `library.json` that says nothing.
 *
 * Only one manifest counts, `library.json` before `library.properties`. Sources: PlatformIO documentation,
 * "library.json"; Arduino library specification 2.2, "Layout of folders and files".
 */
export const readLibrary = Effect.fnUntraced(function*(tree: SourceTree, dir: string, origin: LibraryOrigin) {
  const entries = yield* rootEntries(tree, dir)
  const path = manifestNames.map((name) => entries.get(name)?.kind === "file" ? joinPath(dir, name) : undefined)
    .find((found) => found !== undefined)
  if (path === undefined) return yield* Effect.fromResult(makeLibrary(dir, origin, entries, noManifest, undefined))
  const text = yield* tree.text(path).pipe(
    Effect.mapError((error) => new LibraryManifestInvalid({ path, detail: `cannot be read: ${error.reason}` }))
  )
  const parse = path.endsWith(".json") ? parseLibraryJson : parseLibraryProperties
  const manifest = yield* Effect.fromResult(parse(path, text))
  return yield* Effect.fromResult(makeLibrary(dir, origin, entries, manifest, path))
})

/** As if `dir` had no manifest: what can be said of a library whose manifest cannot be used. */
export const readBareLibrary = Effect.fnUntraced(function*(tree: SourceTree, dir: string, origin: LibraryOrigin) {
  return yield* Effect.fromResult(makeLibrary(dir, origin, yield* rootEntries(tree, dir), noManifest, undefined))
})

/** The sources of a library, sorted by path. */
export const librarySources = (tree: SourceTree, library: Library) => listSources(tree, library.srcFilter)

const manifestNames = ["library.json", "library.properties"]

const rootEntries = Effect.fnUntraced(function*(tree: SourceTree, dir: string) {
  return (yield* tree.entries(dir)) ?? (yield* new FolderUnreadable({ path: dir, reason: "NotFound" }))
})

const makeLibrary = (
  dir: string,
  origin: LibraryOrigin,
  entries: Entries,
  manifest: LibraryManifest,
  path: string | undefined
): Result.Result<Library, LibraryManifestInvalid> => {
  const has = (name: string) => entries.get(name)?.kind === "directory"
  const at = (name: string) => joinPath(dir, name)
  const isFlat = isArduino(origin, entries) && manifest.srcDir === undefined && !has("src")
  const srcDir = at(manifest.srcDir ?? (has("src") ? "src" : "."))
  const includeDir = manifest.includeDir ?? (has("include") ? "include" : undefined)
  const filter = manifest.srcFilter ?? (isFlat ? flatFilter : srcDir === dir ? rootFilter : folderFilter)

  return Result.gen(function*() {
    const invalid = (error: Error) => new LibraryManifestInvalid({ path: path ?? dir, detail: error.message })
    const split = (key: string, text: string) =>
      Result.mapError(splitFlags(text, { path: path ?? dir, line: 0, key }), invalid)
    const flags = sortFlags(dir, yield* split("build.flags", manifest.flags.join("\n")))
    const ldflags = yield* split("ldflags", manifest.ldflags)
    return {
      name: manifest.name ?? baseName(dir),
      ...(manifest.version === undefined ? {} : { version: manifest.version }),
      dir,
      origin,
      ...(path === undefined ? {} : { manifest: path }),
      includeDirs: [...new Set([...(includeDir === undefined ? [] : [at(includeDir)]), srcDir, ...flags.includeDirs])],
      privateIncludeDirs: isFlat && has("utility") ? [at("utility")] : [],
      srcFilter: yield* Result.mapError(parseSrcFilter(filter, srcDir), invalid),
      flags: flags.compile,
      unflags: yield* split("build.unflags", manifest.unflags.join("\n")),
      ldflags: [...ldflags, ...flags.link],
      precompiled: manifest.precompiled,
      archive: manifest.archive,
      dependencies: manifest.dependencies,
      architectures: manifest.architectures,
      platforms: manifest.platforms,
      frameworks: manifest.frameworks
    }
  })
}

const isArduino = (origin: LibraryOrigin, entries: Entries): boolean =>
  entries.has("library.properties") ||
  (!entries.has("library.json") &&
    (origin === "framework" || entries.has("keywords.txt") || entries.get("utility")?.kind === "directory"))

/** Arduino ignores `.asm`, and everything below the root and `utility/`. */
const flatFilter = ["c", "cc", "cpp", "cxx", "c++", "S", "s", "sx", "spp", "SPP"]
  .flatMap((extension) => [`+<*.${extension}>`, `+<utility/*.${extension}>`]).join(" ")

const folderFilter = "+<*> -<example/> -<examples/> -<test/> -<tests/>"

/** Where the sources are not in a folder of their own, more lies beside them. */
const rootFilter = `${folderFilter} -<[Ee]xample*/> -<[Tt]est/> -<[Tt]ests/> -<extra/> -<extras/> -<doc/> -<docs/>`

/** Splits `build.flags` by who needs them: all that include the library, its own sources, the link. */
const sortFlags = (dir: string, flags: ReadonlyArray<string>) => {
  const includeDirs: Array<string> = []
  const compile: Array<string> = []
  const link: Array<string> = []
  for (let at = 0; at < flags.length; at++) {
    const [, option, value] = /^(-[IL])\s*(.*)$/s.exec(flags[at]!) ?? []
    if (option === undefined || value === undefined) {
      ;(/^-(?:l.|Wl,)/.test(flags[at]!) ? link : compile).push(flags[at]!)
      continue
    }
    const path = joinPath(dir, (value === "" ? flags[++at] ?? "." : value).replaceAll("\\", "/"))
    if (option === "-I") includeDirs.push(path)
    else link.push(`-L${path}`)
  }
  return { includeDirs, compile, link }
}
