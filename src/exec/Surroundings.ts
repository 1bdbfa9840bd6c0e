import * as Effect from "effect/Effect"
import { Disk } from "../disk/Disk.ts"
import { onceEach } from "../domain/onceEach.ts"
import { type Action, isCompile } from "../plan/Action.ts"
import { binariesOf } from "./assembled.ts"
import { makeFolders } from "./folders.ts"
import { askedByMacro, askedFor } from "./hasInclude.ts"
import { inFolder } from "./inFolder.ts"
import { libraryPlaces, type ReadScript } from "./libraryPlaces.ts"
import { readScript } from "./readScript.ts"
import { expandedWords } from "./responses.ts"
import { type Search, searchOf } from "./searchOf.ts"
import { forcedShadowsOf, type Place, shadowsOf } from "./shadows.ts"

/** What files say of other files by name, and the answers that the disk gives. */
export interface Asked {
  readonly present: ReadonlyArray<string>
  readonly absent: ReadonlyArray<string>
}

/** What is taken in by name, though no depfile has it. */
export interface Taken {
  /** Every place where it may be found. */
  readonly places: ReadonlyArray<string>
  /** Those of them that are there. */
  readonly read: ReadonlyArray<string>
  /** Whether that is text, which may lead further. */
  readonly isText: boolean
}

/**
 * What is there beside the files that an action reads, and could be read instead of them. Folders are listed once, so one
 * of these is good for as long as nothing is expected to appear.
 */
export interface Surroundings {
  /** The words of a command, response files in place. */
  readonly wordsOf: (action: Action) => Effect.Effect<ReadonlyArray<string>>
  /** Whether a compiler looks for headers where nobody else would know to look. */
  readonly searchesUnseen: (action: Action) => Effect.Effect<boolean>
  /** Files that stand where a header of the action could have been found first, though it was not. */
  readonly shadows: (action: Action, read: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<string>>
  /** Files besides those that were read where these names could be found. */
  readonly places: (
    action: Action,
    read: ReadonlyArray<string>,
    names: ReadonlySet<string>
  ) => Effect.Effect<ReadonlyArray<string>>
  /** What the text of a file that an action reads asks for with `__has_include`. */
  readonly asked: (action: Action, read: ReadonlyArray<string>, text: string) => Effect.Effect<Asked>
  /** What the assembler is told to take in by such a text. `undefined`: there is no telling what. */
  readonly taken: (
    action: Action,
    read: ReadonlyArray<string>,
    text: string
  ) => Effect.Effect<ReadonlyArray<Taken> | undefined>
  /**
   * The same of questions whose words are macros, from the texts of all that the action reads. `undefined`: there is no
   * telling what is asked for.
   */
  readonly askedByMacro: (
    action: Action,
    read: ReadonlyArray<string>,
    texts: ReadonlyArray<string>
  ) => Effect.Effect<Asked | undefined>
  /** Whether there are precompiled headers, which are read in place of what the depfile tells. */
  readonly precompiled: (action: Action, read: ReadonlyArray<string>) => Effect.Effect<boolean>
  /** Where a link would have found its libraries and scripts before those that it read. */
  readonly librariesBefore: (action: Action, read: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<string>>
}

/** Looks around in the folders that relative paths of actions are relative to. */
export const makeSurroundings = Effect.fnUntraced(function*(absolute: (path: string) => string) {
  const disk = yield* Disk
  /** What shadows a header, by the search and the header. */
  const found = new Map<string, Map<string, ReadonlyArray<string>>>()
  const { candidates, isFile, isListed, isThere, list } = yield* makeFolders(absolute)

  /** The command with its response files in place: search paths may stand in them. One that cannot be read has none. */
  const wordsOf = onceEach(
    ({ id }: Action) => id,
    ({ argv }): Effect.Effect<ReadonlyArray<string>> =>
      expandedWords(argv, absolute).pipe(Effect.provideService(Disk, disk), Effect.orElseSucceed(() => argv))
  )

  const searchesUnseen = (action: Action) => Effect.map(wordsOf(action), (words) => searchOf(words, []).unseen)

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

  const places = Effect.fnUntraced(function*(
    action: Action,
    read: ReadonlyArray<string>,
    names: ReadonlySet<string>
  ) {
    const search = searchOf(yield* wordsOf(action), read)
    const candidatesOf = yield* candidates(search)
    const possible = new Set<string>()
    for (const name of names) {
      const all = name.startsWith("/")
        ? [name]
        : candidatesOf({ name, includers: true, before: search.folders.length })
      for (const path of all) possible.add(path)
    }
    for (const path of read) possible.delete(path)
    const there: Array<string> = []
    for (const path of possible) if (yield* isFile(path)) there.push(path)
    return there
  })

  const shadowing = Effect.fnUntraced(function*(header: string, search: Search) {
    const candidatesOf = yield* candidates(search)
    const possible = new Set(forcedShadowsOf(header, search))
    for (const shadow of shadowsOf(header, search)) {
      for (const path of candidatesOf(shadow)) possible.add(path)
    }
    const there: Array<string> = []
    for (const path of possible) {
      // A precompiled header may be a folder of some.
      if ((yield* isListed(path)) && (path.endsWith(".gch") || (yield* isFile(path)))) there.push(path)
    }
    return there
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

  const asked = Effect.fnUntraced(function*(action: Action, read: ReadonlyArray<string>, text: string) {
    return yield* answers(askedFor(text, searchOf(yield* wordsOf(action), read)), read)
  })

  const taken = Effect.fnUntraced(function*(action: Action, read: ReadonlyArray<string>, text: string) {
    const binaries = binariesOf(text, searchOf(yield* wordsOf(action), read))
    if (binaries === undefined) return undefined
    const found: Array<Taken> = []
    for (const { isText, places } of binaries) {
      const there: Array<string> = []
      // Which folders the assembler really looks in depends on the driver's version: all that are there count.
      for (const path of places) if (yield* isFile(path)) there.push(path)
      found.push({ places, read: there, isText })
    }
    return found
  })

  const precompiled = Effect.fnUntraced(function*(action: Action, read: ReadonlyArray<string>) {
    const { folders, forced, includers } = searchOf(yield* wordsOf(action), read)
    for (const folder of new Set([...folders, ...includers, ...(forced.length > 0 ? ["."] : [])])) {
      for (const name of yield* list(folder)) if (name.endsWith(".gch")) return true
    }
    return false
  })

  const librariesBefore = Effect.fnUntraced(function*(action: Action, read: ReadonlyArray<string>) {
    const scripts: Array<ReadScript> = []
    // Of a link with ten thousand objects.
    const [inputs, all] = [new Set<string>(action.inputs), new Set(read)]
    for (const path of read) {
      const names = inputs.has(path) ? undefined : yield* readScript(absolute(path))
      if (names !== undefined) scripts.push({ path, ...names })
    }
    const absent: Array<string> = []
    for (const places of libraryPlaces(yield* wordsOf(action), scripts)) {
      const found = places.findIndex((path) => all.has(path))
      for (const path of found < 0 ? places : places.slice(0, found)) if (!(yield* isFile(path))) absent.push(path)
    }
    return absent
  }, Effect.provideService(Disk, disk))

  const byMacro = Effect.fnUntraced(function*(
    action: Action,
    read: ReadonlyArray<string>,
    texts: ReadonlyArray<string>
  ) {
    const words = yield* wordsOf(action)
    const places = askedByMacro(texts, words, searchOf(words, read))
    return places === undefined ? undefined : yield* answers(places, read)
  })

  return {
    wordsOf,
    searchesUnseen,
    shadows,
    places,
    asked,
    taken,
    askedByMacro: byMacro,
    precompiled,
    librariesBefore
  } satisfies Surroundings
})
