import * as Effect from "effect/Effect"
import { baseName, joinPath, stemOf } from "../domain/paths.ts"
import { type CompatibilityTarget, fitsArchitecture, isCompatible } from "./compatibility.ts"
import type { Library, LibraryOrigin } from "./Library.ts"
import { nameKey } from "./libraryNames.ts"
import { readBareLibrary, readLibrary } from "./readLibrary.ts"
import type { FolderUnreadable, LibraryManifestInvalid } from "./SourcesError.ts"
import type { SourceTree } from "./SourceTree.ts"

/** Where libraries may lie. Paths are absolute, with `/`. */
export interface LibraryStorage {
  readonly dir: string
  readonly origin: LibraryOrigin
  /** Whether every folder in `dir` is a library, or `dir` is one. `either`: it is one if it has a manifest or `src/`. */
  readonly holds: "libraries" | "library" | "either"
}

/** A library that could be selected. */
export interface Candidate {
  readonly library: Library
  /** Why its manifest cannot be used. It matters only once the library is needed. */
  readonly problem?: LibraryManifestInvalid
  /** Place of its storage in the order of preference, from 0. */
  readonly rank: number
}

/** All libraries that fit the target, and how they are found. */
export interface LibraryIndex {
  readonly named: (name: string) => Candidate | undefined
  /** Whether a library of that name is there, but not for this target. */
  readonly isIncompatible: (name: string) => boolean
  readonly at: (dir: string) => Candidate | undefined
  /** Whether some library has a header, or a folder of headers, of the first name in this path. */
  readonly mayProvide: (header: string) => boolean
  /** The library that provides `header`, and the folder in which it does. */
  readonly providing: (
    header: string
  ) => Effect.Effect<{ readonly candidate: Candidate; readonly dir: string } | undefined>
}

/** Reads the manifests of all libraries in `storages`, which stand in order of preference; their sources are not listed. */
export const makeLibraryIndex = Effect.fnUntraced(function*(
  tree: SourceTree,
  storages: ReadonlyArray<LibraryStorage>,
  target: CompatibilityTarget,
  ignored: ReadonlyArray<string>
) {
  const ignoredKeys = new Set(ignored.map(nameKey))
  const found = yield* Effect.forEach(storages, (storage, rank) => candidatesIn(tree, storage, rank), {
    concurrency: "unbounded"
  })
  const known = found.flat().filter(({ library }) => !keysOf(library).some((key) => ignoredKeys.has(key)))
  const candidates = known.filter(({ library }) => isCompatible(library, target))
  const byHeader = yield* indexHeaders(tree, candidates)

  const providing = Effect.fnUntraced(function*(header: string) {
    const places = byHeader.get(header.split("/")[0]!) ?? []
    const having = yield* Effect.filter(places, ({ dir }) => tree.hasFile(dir, header))
    return having.sort(byPreference(target, stemOf(header)))[0]
  })
  return {
    named: (name) => bestNamed(candidates, target, name),
    isIncompatible: (name) => bestNamed(known, target, name) !== undefined,
    mayProvide: (header) => byHeader.has(header.split("/")[0]!),
    at: (dir) => candidates.find(({ library }) => library.dir === dir),
    providing
  } satisfies LibraryIndex
})

interface Place {
  readonly candidate: Candidate
  readonly dir: string
  /** Position among all, which decides last. */
  readonly order: number
}

const candidatesIn = Effect.fnUntraced(function*(tree: SourceTree, storage: LibraryStorage, rank: number) {
  const entries = (yield* tree.entries(storage.dir)) ?? new Map()
  const isLibrary = storage.holds === "library" ||
    (storage.holds === "either" && libraryMarks.some((name) => entries.has(name)))
  const dirs = isLibrary
    ? [storage.dir]
    : [...entries.values()].filter((entry) => entry.kind === "directory" && !entry.name.startsWith("."))
      .map((entry) => joinPath(storage.dir, entry.name))
  return yield* Effect.forEach(dirs, (dir) => candidateAt(tree, dir, storage.origin, rank), {
    concurrency: "unbounded"
  })
})

const candidateAt = (
  tree: SourceTree,
  dir: string,
  origin: LibraryOrigin,
  rank: number
): Effect.Effect<Candidate, FolderUnreadable | LibraryManifestInvalid> =>
  readLibrary(tree, dir, origin).pipe(
    Effect.map((library) => ({ library, rank })),
    Effect.catchTag("LibraryManifestInvalid", (problem) =>
      Effect.map(readBareLibrary(tree, dir, origin), (library) => ({ library, rank, problem })))
  )

const libraryMarks = ["library.json", "library.properties", "src"]

/** Libraries by the first name in the path of every header that could be included. */
const indexHeaders = Effect.fnUntraced(function*(tree: SourceTree, candidates: ReadonlyArray<Candidate>) {
  const places = candidates.flatMap((candidate) => candidate.library.includeDirs.map((dir) => ({ candidate, dir })))
  const listings = yield* Effect.forEach(
    places,
    ({ dir }) => Effect.orElseSucceed(tree.entries(dir), () => undefined),
    { concurrency: "unbounded" }
  )
  const named = places.flatMap(({ candidate, dir }, order) =>
    Array.from(listings[order]?.keys() ?? [], (name) => ({ candidate, dir, order, name }))
  )
  return Map.groupBy(named, ({ name }): string => name)
})

/**
 * A library for the architecture before one that is not, then by storage (a project's own library overrides the
 * framework's), then one with the name of the header, then one whose name begins with it, then by order.
 */
const byPreference = (target: CompatibilityTarget, stem: string) => (a: Place, b: Place): number => {
  const rank = ({ candidate: { library, rank }, order }: Place) => [
    fitsArchitecture(library, target) ? 0 : 1,
    rank,
    keysOf(library).includes(nameKey(stem)) ? 0 : keysOf(library).some((key) => key.startsWith(nameKey(stem))) ? 1 : 2,
    order
  ]
  const left = rank(a)
  const right = rank(b)
  const differs = left.findIndex((value, at) => value !== right[at])
  return differs < 0 ? 0 : left[differs]! - right[differs]!
}

const bestNamed = (candidates: ReadonlyArray<Candidate>, target: CompatibilityTarget, name: string) => {
  const having = candidates.filter(({ library }) => keysOf(library).includes(nameKey(name)))
  return having.find(({ library }) => fitsArchitecture(library, target)) ?? having[0]
}

/** A library answers to the name in its manifest and to that of its folder. */
const keysOf = (library: Library): ReadonlyArray<string> => [nameKey(library.name), nameKey(baseName(library.dir))]
