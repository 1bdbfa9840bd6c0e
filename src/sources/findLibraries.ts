import * as Effect from "effect/Effect"
import { dirName, joinPath } from "../domain/paths.ts"
import { applies } from "./compatibility.ts"
import type { Library } from "./Library.ts"
import { type Candidate, type LibraryIndex, makeLibraryIndex } from "./LibraryIndex.ts"
import { dependencyName } from "./libraryNames.ts"
import type { LibraryRequest, LibrarySelection, SelectionReason } from "./LibrarySelection.ts"
import type { KnownMacros } from "./Macros.ts"
import { librarySources } from "./readLibrary.ts"
import { allIncludes, type Include, scanIncludes } from "./scanIncludes.ts"
import type { SourceFile } from "./SourceFile.ts"
import type { FolderUnreadable, LibraryManifestInvalid, SourceUnreadable } from "./SourcesError.ts"
import type { SourceTree } from "./SourceTree.ts"

/**
 * The library dependency finder, in PlatformIO's `deep` sense: follows every include from the seeds, and from all sources
 * of each library that it selects on the way. Conditions count as `scanIncludes` says. What was read is in `tree`.
 *
 * A quoted include looks beside its file first; then all look in `includeDirs`, in the libraries selected so far, and
 * at last in those that could be selected, of which `makeLibraryIndex` knows the best.
 *
 * Source: PlatformIO documentation, "Library Dependency Finder"; Arduino CLI documentation, "Sketch build process".
 */
export const findLibraries = Effect.fnUntraced(function*(tree: SourceTree, request: LibraryRequest) {
  const [index] = yield* Effect.all([
    makeLibraryIndex(tree, request.storages, request.target, request.ignored),
    // Every one will be asked for; now they are listed side by side.
    Effect.forEach(request.includeDirs, (dir) => Effect.ignore(tree.entries(dir)), { concurrency: "unbounded" })
  ], { concurrency: 2 })
  const finder = new Finder(tree, index, request)
  return yield* finder.run()
})

/** A file to scan. `owner` is the library that it belongs to; a source must be readable. */
interface Reached {
  readonly path: string
  readonly owner: Selected | undefined
  readonly isSource: boolean
}

interface Selected {
  readonly library: Library
  readonly because: SelectionReason
  readonly dependsOn: Set<string>
  sources: ReadonlyArray<SourceFile>
}

interface Found {
  readonly path: string
  readonly owner: Selected | undefined
}

type Failure = FolderUnreadable | LibraryManifestInvalid | SourceUnreadable

class Finder {
  private readonly tree: SourceTree
  private readonly index: LibraryIndex
  private readonly request: LibraryRequest
  /** By folder, in order of selection. */
  private readonly selected = new Map<string, Selected>()
  /** Where headers are looked for now, in order. */
  private readonly places: Array<{ readonly dir: string; readonly owner: Selected | undefined }>
  /** Where a header is found when not beside its file; a selection never changes an answer. */
  private readonly resolved = new Map<string, Found | undefined>()
  private readonly reached = new Set<string>()
  private queue: Array<Reached> = []
  /** Selected, but their sources are not yet listed. */
  private unlisted: Array<Selected> = []

  constructor(tree: SourceTree, index: LibraryIndex, request: LibraryRequest) {
    this.tree = tree
    this.index = index
    this.request = request
    this.places = request.includeDirs.map((dir) => ({ dir, owner: undefined }))
  }

  readonly run = Effect.fnUntraced(function*(this: Finder): Effect.fn.Return<LibrarySelection, Failure> {
    const { index, request } = this
    const missing: Array<string> = []
    const incompatible: Array<string> = []
    for (const path of request.seeds) this.reach({ path, owner: undefined, isSource: true })
    for (const dir of request.required) {
      const candidate = index.at(dir)
      if (candidate !== undefined) yield* this.select(candidate, { _tag: "Declared", entry: dir })
    }
    for (const entry of request.declared) {
      const name = dependencyName(entry) ?? entry
      const candidate = index.named(name)
      if (candidate !== undefined) yield* this.select(candidate, { _tag: "Declared", entry })
      else (index.isIncompatible(name) ? incompatible : missing).push(entry)
    }
    while (this.queue.length > 0 || this.unlisted.length > 0) yield* this.scanQueue()
    return {
      libraries: [...this.selected.values()].map((one) => ({ ...one, dependsOn: [...one.dependsOn].sort() })),
      missing,
      incompatible,
      unresolved: [...this.resolved].filter(([, found]) => found === undefined).map(([name]) => name).sort()
    }
  })

  /** Reads all that is waiting at once, then follows the includes in order, so that the result does not depend on timing. */
  private readonly scanQueue = Effect.fnUntraced(function*(this: Finder): Effect.fn.Return<void, Failure> {
    const listed = this.unlisted
    this.unlisted = []
    yield* Effect.forEach(listed, (one) => this.listSources(one), { concurrency: "unbounded" })
    for (const owner of listed) {
      for (const { path } of owner.sources) this.reach({ path, owner, isSource: true })
    }
    const files = this.queue
    this.queue = []
    const scans = yield* Effect.forEach(files, (file) => this.scan(file), { concurrency: 16 })
    for (const [at, file] of files.entries()) {
      for (const include of scans[at]!) yield* this.follow(file, include)
    }
  })

  private listSources(selected: Selected): Effect.Effect<void, FolderUnreadable> {
    return Effect.map(librarySources(this.tree, selected.library), (sources) => {
      selected.sources = sources
    })
  }

  private scan(file: Reached): Effect.Effect<ReadonlyArray<Include>, SourceUnreadable> {
    const { macros } = this.request
    const isFramework = !file.isSource && this.request.frameworkDirs.includes(dirName(file.path))
    const scanned = isFramework
      ? Effect.map(this.tree.text(file.path), (text) => {
        const named = allIncludes(text)
        return named.every(({ name }) => !this.index.mayProvide(name)) ? named : scanIncludes(text, macros)
      })
      : this.tree.extract(file.path, scanWith(macros), headersOf)
    return file.isSource ? scanned : Effect.orElseSucceed(scanned, () => [])
  }

  private readonly follow = Effect.fnUntraced(
    function*(this: Finder, from: Reached, include: Include): Effect.fn.Return<void, Failure> {
      const found = (yield* this.beside(from, include)) ?? (yield* this.resolve(from, include))
      if (found === undefined) return
      if (from.owner !== undefined && found.owner !== undefined && found.owner !== from.owner) {
        from.owner.dependsOn.add(found.owner.library.dir)
      }
      this.reach({ ...found, isSource: false })
    }
  )

  /** A header beside its file, or in a folder that only its library looks in. */
  private readonly beside = Effect.fnUntraced(function*(this: Finder, from: Reached, include: Include) {
    const dirs = [
      ...(include.form === "quoted" ? [dirName(from.path)] : []),
      ...(from.owner?.library.privateIncludeDirs ?? [])
    ]
    for (const dir of dirs) {
      if (yield* this.tree.hasFile(dir, include.name)) return { path: joinPath(dir, include.name), owner: from.owner }
    }
    return undefined
  })

  private readonly resolve = Effect.fnUntraced(
    function*(this: Finder, from: Reached, { line, name }: Include): Effect.fn.Return<Found | undefined, Failure> {
      if (this.resolved.has(name)) return this.resolved.get(name)
      let found: Found | undefined
      for (const { dir, owner } of this.places) {
        if (yield* this.tree.hasFile(dir, name)) {
          found = { path: joinPath(dir, name), owner }
          break
        }
      }
      const provider = found === undefined ? yield* this.index.providing(name) : undefined
      if (provider !== undefined) {
        const because = { _tag: "Included", header: name, file: from.path, line } as const
        const owner = yield* this.select(provider.candidate, because)
        found = { path: joinPath(provider.dir, name), owner }
      }
      this.resolved.set(name, found)
      return found
    }
  )

  /** Selects a library, and then those that its manifest asks for and that are there. */
  private readonly select = Effect.fnUntraced(
    function*(this: Finder, candidate: Candidate, because: SelectionReason): Effect.fn.Return<Selected, Failure> {
      const { library, problem } = candidate
      const known = this.selected.get(library.dir)
      if (known !== undefined) return known
      if (problem !== undefined) return yield* problem
      const selected: Selected = { library, because, dependsOn: new Set(), sources: [] }
      this.selected.set(library.dir, selected)
      this.unlisted.push(selected)
      for (const dir of library.includeDirs) this.places.push({ dir, owner: selected })
      for (const dependency of library.dependencies) {
        const wanted = applies(dependency, this.request.target) ? this.index.named(dependency.name) : undefined
        if (wanted === undefined || wanted.library.dir === library.dir) continue
        selected.dependsOn.add(wanted.library.dir)
        yield* this.select(wanted, { _tag: "Dependency", by: library.dir })
      }
      return selected
    }
  )

  private reach(file: Reached): void {
    if (this.reached.has(file.path)) return
    this.reached.add(file.path)
    this.queue.push(file)
  }
}

/** Holds nothing of the search, which is over long before what was taken is compared with another text. */
const scanWith = (macros: KnownMacros) => (text: string): ReadonlyArray<Include> => scanIncludes(text, macros)

/** What decides. Lines only tell why a library was selected. */
const headersOf = (includes: ReadonlyArray<Include>): string =>
  includes.map(({ form, name }) => `${form} ${name}\n`).join("")
