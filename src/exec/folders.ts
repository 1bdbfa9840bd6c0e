import * as Effect from "effect/Effect"
import { Disk } from "../disk/Disk.ts"
import { onceEach } from "../domain/onceEach.ts"
import { baseName } from "../domain/paths.ts"
import { folderOf, inFolder } from "./inFolder.ts"
import type { Search } from "./searchOf.ts"
import type { Place, Shadow } from "./shadows.ts"

/** What is in the folders of searches. Each is listed once, so this is good for as long as nothing is expected to appear. */
export interface Folders {
  readonly list: (folder: string) => Effect.Effect<ReadonlySet<string>>
  /** No folder, which compilers pass by, and no link that leads nowhere. */
  readonly isFile: (path: string) => Effect.Effect<boolean>
  /** Whether a name is there, whatever it stands for. */
  readonly isListed: (path: string) => Effect.Effect<boolean>
  readonly isThere: (place: Place) => Effect.Effect<boolean>
  /** Says where a shadow may be: the paths whose folder has the first part of its name. */
  readonly candidates: (search: Search) => Effect.Effect<(shadow: Shadow) => ReadonlyArray<string>>
}

/** Paths are as actions have them; `absolute` says where they are. */
export const makeFolders = Effect.fnUntraced(function*(absolute: (path: string) => string) {
  const disk = yield* Disk

  const list = onceEach(
    (folder: string) => folder,
    // `/tmp` is in the folder before its slash.
    (folder) => Effect.map(disk.list(folder === "" ? "/" : absolute(folder)), (names) => new Set(names))
  )

  const isFile = (path: string) => disk.isFile(absolute(path))

  const isListed = (path: string) => Effect.map(list(folderOf(path)), (names) => names.has(baseName(path)))

  /** Many names are asked for in few folders. */
  const isThere = Effect.fnUntraced(function*([folder, name]: Place) {
    const first = firstOf(name)
    if (!leadsElsewhere(first) && !(yield* list(folder)).has(first)) return false
    return yield* isFile(inFolder(folder, name))
  })

  /** Hundreds of headers are each looked for in hundreds of folders: which of these have what is found out once. */
  const shelvesOf = onceEach(
    ({ key }: Search) => key,
    Effect.fnUntraced(function*({ folders, includers }) {
      const shelves: Shelves = { folders: new Map(), includers: new Map() }
      for (const [index, folder] of folders.entries()) {
        for (const name of yield* list(folder)) put(shelves.folders, name, index)
      }
      for (const folder of includers) for (const name of yield* list(folder)) put(shelves.includers, name, folder)
      return shelves
    })
  )

  const candidates = (search: Search) =>
    Effect.map(shelvesOf(search), (shelves) => ({ before, includers, name }: Shadow): ReadonlyArray<string> => {
      const first = firstOf(name)
      const isAnywhere = leadsElsewhere(first)
      const folders = isAnywhere ? [...search.folders.keys()] : shelves.folders.get(first) ?? []
      const beside = !includers ? [] : isAnywhere ? search.includers : shelves.includers.get(first) ?? []
      return [...beside, ...folders.filter((index) => index < before).map((index) => search.folders[index]!)]
        .map((folder) => inFolder(folder, name))
    })

  return { list, isFile, isListed, isThere, candidates } satisfies Folders
})

const firstOf = (name: string): string => name.split("/", 1)[0] ?? ""

/** No listing has these. */
const leadsElsewhere = (part: string): boolean => part === "." || part === ".."

/** By the first part of a name: which folders have it. */
interface Shelves {
  /** By their places in the search. */
  readonly folders: Map<string, Array<number>>
  readonly includers: Map<string, Array<string>>
}

const put = <A>(shelf: Map<string, Array<A>>, name: string, one: A) => {
  const there = shelf.get(name)
  if (there === undefined) shelf.set(name, [one])
  else there.push(one)
}
