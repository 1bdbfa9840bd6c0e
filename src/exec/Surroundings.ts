import * as Effect from "effect/Effect"
import { expandResponses } from "../cache/responseFile.ts"
import { Disk } from "../disk/Disk.ts"
import type { Action } from "../plan/Action.ts"
import { askedByMacro, askedFor, namesAll } from "./hasInclude.ts"
import { readResponses } from "./responses.ts"
import { inFolder, type Search, searchOf } from "./searchOf.ts"
import { binariesOf, forcedShadowsOf, libraryPlaces, type Place, type Shadow, shadowsOf } from "./shadows.ts"

/** What files say of other files by name, and the answers that the disk gives. */
export interface Asked {
  /** Files that are taken in, though no depfile has them. `undefined`: there is no telling which. */
  readonly read: ReadonlyArray<string> | undefined
  readonly present: ReadonlyArray<string>
  readonly absent: ReadonlyArray<string>
}

/**
 * What is there beside the files that an action reads, and could be read instead of them. Folders are listed once, so one
 * of these is good for as long as nothing is expected to appear.
 */
export interface Surroundings {
  /** Files that stand where a header of the action could have been found first, though it was not. */
  readonly shadows: (action: Action, read: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<string>>
  /** What the text of a file that an action reads leads to. */
  readonly asked: (action: Action, read: ReadonlyArray<string>, text: string) => Effect.Effect<Asked>
  /**
   * The same of questions whose words are macros, from the texts of all that the action reads. `undefined`: there is no
   * telling what is asked for.
   */
  readonly askedByMacro: (
    action: Action,
    read: ReadonlyArray<string>,
    texts: ReadonlyArray<string>
  ) => Effect.Effect<Pick<Asked, "present" | "absent"> | undefined>
  /** Whether there are precompiled headers, which are read in place of what the depfile tells. */
  readonly precompiled: (action: Action, read: ReadonlyArray<string>) => Effect.Effect<boolean>
  /** Where a link would have found its libraries and scripts before those that it read. */
  readonly librariesBefore: (action: Action, read: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<string>>
}

/** Looks around in the folders that relative paths of actions are relative to. */
export const makeSurroundings = Effect.fnUntraced(function*(absolute: (path: string) => string) {
  const disk = yield* Disk
  const listings = new Map<string, ReadonlySet<string>>()
  /** What shadows a header, by the search and the header. */
  const found = new Map<string, Map<string, ReadonlyArray<string>>>()
  const expanded = new Map<string, ReadonlyArray<string>>()
  const shelves = new Map<string, Shelves>()

  const listing = Effect.fnUntraced(function*(folder: string) {
    let names = listings.get(folder)
    if (names === undefined) {
      // `/tmp` is in the folder before its slash.
      names = new Set(yield* disk.list(folder === "" ? "/" : absolute(folder)))
      listings.set(folder, names)
    }
    return names
  })

  const isThere = Effect.fnUntraced(function*([folder, name]: Place) {
    const names = yield* listing(folder)
    const slash = name.indexOf("/")
    if (slash < 0) return names.has(name)
    const first = name.slice(0, slash)
    if (first !== ".." && first !== "." && !names.has(first)) return false
    return yield* exists(inFolder(folder, name))
  })

  /** Many names are asked for in few folders. */
  const isListed = Effect.fnUntraced(function*(path: string) {
    const slash = path.lastIndexOf("/")
    return (yield* listing(slash < 0 ? "." : path.slice(0, slash))).has(path.slice(slash + 1))
  })

  const exists = (path: string) => Effect.map(disk.signature(absolute(path)), (signature) => signature !== undefined)

  /** The command with its response files in place: search paths may stand in them. One that cannot be read has none. */
  const wordsOf = Effect.fnUntraced(function*({ argv, id }: Action) {
    if (!argv.some((word) => word.startsWith("@"))) return argv
    let words = expanded.get(id)
    if (words === undefined) {
      const texts = yield* readResponses(argv, absolute).pipe(
        Effect.provideService(Disk, disk),
        Effect.orElseSucceed(() => new Map<string, string>())
      )
      words = expandResponses(argv, texts)
      expanded.set(id, words)
    }
    return words
  })

  /** Hundreds of headers are each looked for in hundreds of folders: which of these have what is found out once. */
  const shelvesOf = Effect.fnUntraced(function*({ folders, includers, key }: Search) {
    let known = shelves.get(key)
    if (known === undefined) {
      known = { folders: new Map(), includers: new Map() }
      for (const [index, folder] of folders.entries()) {
        for (const name of yield* listing(folder)) put(known.folders, name, index)
      }
      for (const folder of includers) for (const name of yield* listing(folder)) put(known.includers, name, folder)
      shelves.set(key, known)
    }
    return known
  })

  /** Where a shadow may be: all but a folder below is certain. */
  const candidatesOf = ({ before, includers, name }: Shadow, search: Search, shelves: Shelves) => {
    const [first = ""] = name.split("/", 1)
    const isAnywhere = first === ".." || first === "."
    const folders = isAnywhere ? [...search.folders.keys()] : shelves.folders.get(first) ?? []
    const beside = !includers ? [] : isAnywhere ? search.includers : shelves.includers.get(first) ?? []
    return [...beside, ...folders.filter((index) => index < before).map((index) => search.folders[index]!)]
      .map((folder) => inFolder(folder, name))
  }

  const shadows = Effect.fnUntraced(function*(action: Action, read: ReadonlyArray<string>) {
    if (!isCompile(action)) return []
    const search = searchOf(yield* wordsOf(action), read)
    const known = found.get(search.key) ?? new Map<string, ReadonlyArray<string>>()
    found.set(search.key, known)
    const all = new Set<string>()
    for (const header of read) {
      let here = known.get(header)
      if (here === undefined) {
        here = yield* shadowing(header, search)
        known.set(header, here)
      }
      for (const path of here) all.add(path)
    }
    for (const path of read) all.delete(path)
    return [...all]
  })

  const shadowing = Effect.fnUntraced(function*(header: string, search: Search) {
    const shelves = yield* shelvesOf(search)
    const possible = new Set(forcedShadowsOf(header, search))
    const certain: Array<string> = []
    for (const shadow of shadowsOf(header, search)) {
      for (const path of candidatesOf(shadow, search, shelves)) {
        if (shadow.name.includes("/")) possible.add(path)
        else certain.push(path)
      }
    }
    for (const path of possible) if (yield* isListed(path)) certain.push(path)
    return certain
  })

  const answers = Effect.fnUntraced(function*(places: ReadonlyArray<Place>, read: ReadonlyArray<string>) {
    const present: Array<string> = []
    const absent: Array<string> = []
    for (const place of places) {
      const path = inFolder(...place)
      if (!read.includes(path)) ((yield* isThere(place)) ? present : absent).push(path)
    }
    return { present, absent }
  })

  const asked = Effect.fnUntraced(function*(
    action: Action,
    read: ReadonlyArray<string>,
    text: string
  ) {
    const search = searchOf(yield* wordsOf(action), read)
    const { absent, present } = yield* answers(askedFor(text, search), read)
    const taken: Array<string> = []
    const binaries = binariesOf(text, search)
    if (binaries === undefined) return { read: undefined, present, absent }
    for (const places of binaries) {
      // Which folders the assembler really looks in depends on the driver's version: all that are there count.
      for (const path of places) ((yield* exists(path)) ? taken : absent).push(path)
    }
    return { read: taken, present, absent }
  })

  const precompiled = Effect.fnUntraced(function*(action: Action, read: ReadonlyArray<string>) {
    const { folders, forced, includers } = searchOf(yield* wordsOf(action), read)
    for (const folder of new Set([...folders, ...includers, ...(forced.length > 0 ? ["."] : [])])) {
      for (const name of yield* listing(folder)) if (name.endsWith(".gch")) return true
    }
    return false
  })

  const librariesBefore = Effect.fnUntraced(function*(action: Action, read: ReadonlyArray<string>) {
    const absent: Array<string> = []
    for (const places of libraryPlaces(yield* wordsOf(action))) {
      const found = places.findIndex((path) => read.includes(path))
      for (const path of found < 0 ? places : places.slice(0, found)) if (!(yield* exists(path))) absent.push(path)
    }
    return absent
  })

  const byMacro = Effect.fnUntraced(function*(
    action: Action,
    read: ReadonlyArray<string>,
    texts: ReadonlyArray<string>
  ) {
    const words = yield* wordsOf(action)
    if (!namesAll(texts, words)) return undefined
    return yield* answers(askedByMacro([...texts, ...words], searchOf(words, read)), read)
  })

  return { shadows, asked, askedByMacro: byMacro, precompiled, librariesBefore } satisfies Surroundings
})

export const isCompile = ({ mnemonic }: Action): boolean =>
  mnemonic === "CCompile" || mnemonic === "CxxCompile" || mnemonic === "Assemble"

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
