import * as Effect from "effect/Effect"
import { Disk } from "../disk/Disk.ts"
import { Span } from "../telemetry/names.ts"
import { type CorePlace, corePlaces, type CoreRequirement, type CoreSource } from "./corePlaces.ts"
import { PackageMissing, PackageUnusable } from "./PackageError.ts"
import { packageOverride } from "./packageOverride.ts"
import { newestFirst } from "./versionOrder.ts"

/** A core that was found, and why this one. */
export interface CoreFolder {
  /** The folder of `boards.txt`, absolute. */
  readonly path: string
  readonly source: CoreSource
}

export interface PackageSearch {
  readonly projectDir: string
  /** `FBUILD_HOME`. */
  readonly home: string
  /** Lines of `platform_packages`. */
  readonly platformPackages: ReadonlyArray<string>
  /** The request's environment variables: `HOME`, `PATH`, and those that move Arduino's and PlatformIO's folders. */
  readonly variables: Readonly<Record<string, string>>
}

/** A place where a core was looked for. `found`: its folder there. */
export interface ConsideredPlace {
  readonly place: CorePlace
  readonly found: string | undefined
}

/** Finds a platform's core: what the project names, else the first of `corePlaces` that has it. */
export const findCore = Effect.fn(Span.findCore)(function*(core: CoreRequirement, search: PackageSearch) {
  const { debianPackages, package: name } = core
  const override = folderOf(name, search)
  if (override !== undefined) {
    const path = yield* coreAt({ path: override, source: "platform_packages", layout: "tree" })
    if (path !== undefined) return { path, source: "platform_packages" } satisfies CoreFolder
    return yield* new PackageUnusable({
      package: name,
      path: override,
      reason: "no folder with platform.txt and boards.txt in it"
    })
  }
  const places = corePlaces(core, search)
  for (const place of places) {
    const path = yield* coreAt(place)
    if (path !== undefined) return { path, source: place.source } satisfies CoreFolder
  }
  return yield* new PackageMissing({ package: name, searched: places.map(({ path }) => path), debianPackages })
})

/** Every place where a core is looked for and what is there, in order: the first that has one is used. */
export const considerCores = Effect.fnUntraced(function*(core: CoreRequirement, search: PackageSearch) {
  const override = folderOf(core.package, search)
  const own: ReadonlyArray<CorePlace> = override === undefined
    ? []
    : [{ path: override, source: "platform_packages", layout: "tree" }]
  return yield* Effect.forEach(
    [...own, ...corePlaces(core, search)],
    (place) => Effect.map(coreAt(place), (found): ConsideredPlace => ({ place, found }))
  )
})

/** The core of a folder that `platform =` names. One whose boards all build with another vendor's core has no `platform.txt`. */
export const coreInFolder = Effect.fnUntraced(function*(path: string, line: number | undefined) {
  const disk = yield* Disk
  const has = (name: string) => Effect.map(disk.signature(`${path}/${name}`), (signature) => signature !== undefined)
  if (yield* has("boards.txt")) return { path, source: "platform" } satisfies CoreFolder
  const below = yield* coreAt({ path, source: "platform", layout: "tree" })
  if (below !== undefined) return { path: below, source: "platform" } satisfies CoreFolder
  const reason = (yield* has("platform.json"))
    ? "is a platform of PlatformIO (platform.json), whose builder fbuild does not run; name the folder of its Arduino core "
      + "(platform.txt and boards.txt)"
    : (yield* disk.list(path)).length === 0
    ? "no such folder, or an empty one"
    : "no folder with platform.txt and boards.txt in it"
  return yield* new PackageUnusable({ package: "platform", path, reason, ...(line === undefined ? {} : { line }) })
})

/** The folder that `platform_packages` names for a package. */
export const folderOf = (name: string, search: Pick<PackageSearch, "platformPackages" | "projectDir">) =>
  search.platformPackages
    .map((line) => packageOverride(line, search.projectDir))
    .findLast((override) => override?.name === name)?.path

const coreAt = Effect.fnUntraced(function*(place: CorePlace) {
  const disk = yield* Disk
  const folder = place.path.replace(/(?<=.)\/+$/, "")
  switch (place.layout) {
    case "tree":
      return yield* coreRoot(folder)
    case "folder":
      return (yield* isCore(folder)) ? folder : undefined
    case "versions":
      for (const version of newestFirst(yield* disk.list(folder))) {
        if (yield* isCore(`${folder}/${version}`)) return `${folder}/${version}`
      }
      return undefined
  }
})

/** The folder with `platform.txt`: this one, or one at most two levels below (`avr/`, `hardware/avr/`). */
const coreRoot = Effect.fnUntraced(function*(folder: string) {
  const disk = yield* Disk
  let level = [folder]
  for (let depth = 0; depth <= 2; depth++) {
    for (const candidate of level) if (yield* isCore(candidate)) return candidate
    const below = yield* Effect.forEach(
      level,
      (parent) => Effect.map(disk.list(parent), (names) => names.toSorted().map((name) => `${parent}/${name}`))
    )
    level = below.flat()
  }
  return undefined
})

const isCore = Effect.fnUntraced(function*(folder: string) {
  const disk = yield* Disk
  const texts = yield* Effect.forEach(["platform.txt", "boards.txt"], (file) => disk.signature(`${folder}/${file}`))
  return texts.every((text) => text !== undefined)
})
