import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type * as PlatformError from "effect/PlatformError"
import { Extracts } from "../disk/Extracts.ts"
import { dirName, joinPath } from "../domain/paths.ts"
import { FolderUnreadable, SourceUnreadable } from "./SourcesError.ts"

/** What a name in a folder stands for, links followed. A dangling link is `missing`; devices and pipes are `other`. */
export interface Entry {
  readonly name: string
  readonly kind: "file" | "directory" | "missing" | "other"
  readonly link: boolean
}

/** The entries of a folder by name, sorted by name (code units). */
export type Entries = ReadonlyMap<string, Entry>

/**
 * Reads source folders for one plan: every folder is listed and every file read at most once, and what was looked at is
 * remembered, so that an up-to-date check can know what the plan was decided from. All paths are absolute, with `/`.
 */
export interface SourceTree {
  /** `undefined` when the path is no folder. */
  readonly entries: (folder: string) => Effect.Effect<Entries | undefined, FolderUnreadable>
  /** Text of a file, decoded as UTF-8 without its byte order mark. */
  readonly text: (path: string) => Effect.Effect<string, SourceUnreadable>
  /** What `take` takes from such a text. Nothing else of it counts; of what it takes, what `tell` tells. */
  readonly extract: <A>(
    path: string,
    take: (text: string) => A,
    tell: (taken: A) => string
  ) => Effect.Effect<A, SourceUnreadable>
  /** Whether `name` (`SPI.h`, `avr/io.h`, `../x.h`) is a file below `folder`. Unreadable folders have no files. */
  readonly hasFile: (folder: string, name: string) => Effect.Effect<boolean>
  /** Path without links. */
  readonly realPath: (path: string) => Effect.Effect<string, FolderUnreadable>
  /** Files whose text was asked for, sorted. */
  readonly readFiles: () => ReadonlyArray<string>
  /** Folders whose entries were asked for, sorted; also those that do not exist, for their appearing would count. */
  readonly listedFolders: () => ReadonlyArray<string>
}

export const makeSourceTree: Effect.Effect<SourceTree, never, FileSystem.FileSystem> = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const extracts = yield* Extracts

  const entryOf = (folder: string) => (listed: FileSystem.DirectoryEntry): Effect.Effect<Entry> => {
    if (listed.type !== "SymbolicLink") {
      return Effect.succeed({ name: listed.name, kind: kindOf(listed.type), link: false })
    }
    return fs.stat(joinPath(folder, listed.name)).pipe(
      Effect.match({
        onFailure: () => ({ name: listed.name, kind: "missing", link: true }),
        onSuccess: (info) => ({ name: listed.name, kind: kindOf(info.type), link: true })
      })
    )
  }

  const [entries, listed] = memoize((folder: string): Effect.Effect<Entries | undefined, FolderUnreadable> =>
    fs.readDirectoryEntries(folder).pipe(
      Effect.flatMap((found) => Effect.forEach([...found].sort(byName), entryOf(folder), { concurrency: "unbounded" })),
      Effect.map((found) => new Map(found.map((entry) => [entry.name, entry]))),
      Effect.catch((error) =>
        absent.has(error.reason._tag)
          ? Effect.undefined
          : Effect.fail(new FolderUnreadable({ path: folder, reason: reasonOf(error) }))
      )
    )
  )

  const orUnreadable = (path: string) =>
    Effect.mapError((error: PlatformError.PlatformError) => new SourceUnreadable({ path, reason: reasonOf(error) }))
  const [text, read] = memoize((path: string) => orUnreadable(path)(fs.readFileString(path)))

  const extract: SourceTree["extract"] = (path, take, tell) =>
    Effect.map(extracts === undefined ? text(path) : orUnreadable(path)(extracts.readText(path)), (text) => {
      const taken = take(text)
      extracts?.note({ path, take: (text) => tell(take(text)), found: tell(taken) })
      return taken
    })

  const hasFile = Effect.fnUntraced(function*(folder: string, name: string) {
    const path = joinPath(folder, name)
    if (!name.includes("/")) return (yield* listing(folder))?.get(name)?.kind === "file"
    // From the top, so that the many absent folders (`avr/` below each include folder) cost no call.
    let above = path.startsWith(`${folder}/`) ? folder : dirName(path)
    for (const part of path.slice(above.length + 1).split("/")) {
      const kind = (yield* listing(above))?.get(part)?.kind
      above = `${above}/${part}`
      if (kind !== "directory") return kind === "file" && above === path
    }
    return false
  })
  const listing = (folder: string) => Effect.orElseSucceed(entries(folder), () => undefined)

  return {
    entries,
    text,
    extract,
    hasFile,
    realPath: (path) =>
      Effect.mapError(fs.realPath(path), (error) => new FolderUnreadable({ path, reason: reasonOf(error) })),
    readFiles: () => [...read()].sort(),
    listedFolders: () => [...listed()].sort()
  }
})

/** Runs `effect` once per key, also for callers at the same time. The second result lists the keys so far. */
const memoize = <A, E>(effect: (key: string) => Effect.Effect<A, E>) => {
  const memo = new Map<string, Effect.Effect<A, E>>()
  const get = (key: string): Effect.Effect<A, E> =>
    Effect.suspend(() => {
      const known = memo.get(key)
      if (known !== undefined) return known
      const deferred = Deferred.makeUnsafe<A, E>()
      memo.set(key, Deferred.await(deferred))
      return Effect.onExit(effect(key), (exit) =>
        Effect.sync(() => {
          memo.set(key, exit)
          Deferred.doneUnsafe(deferred, exit)
        }))
    })
  return [get, () => memo.keys()] as const
}

const kindOf = (type: FileSystem.File.Type): Entry["kind"] =>
  type === "File" ? "file" : type === "Directory" ? "directory" : "other"

const byName = (a: { readonly name: string }, b: { readonly name: string }) =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0

/** ENOENT, and ENOTDIR or ELOOP. */
const absent: ReadonlySet<string> = new Set(["NotFound", "BadResource"])

const reasonOf = (error: PlatformError.PlatformError): string => error.reason._tag
