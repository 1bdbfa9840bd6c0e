import * as Effect from "effect/Effect"
import { Disk } from "../disk/Disk.ts"
import { Span } from "../telemetry/names.ts"
import { PackageMissing, PackageUnusable } from "./PackageError.ts"
import { packageOverride } from "./packageOverride.ts"

/** A core that was found, and why this one. */
export interface CoreFolder {
  /** The folder of `platform.txt` and `boards.txt`, absolute. */
  readonly path: string
  readonly source: "platform_packages" | "store" | "system"
}

/** A package by PlatformIO's name, and where distributions put it. */
export interface CoreRequirement {
  readonly package: string
  readonly systemPaths: ReadonlyArray<string>
  readonly debianPackages: ReadonlyArray<string>
}

export interface PackageSearch {
  readonly projectDir: string
  /** `FBUILD_HOME`. */
  readonly home: string
  /** Lines of `platform_packages`. */
  readonly platformPackages: ReadonlyArray<string>
}

/** Finds a platform's core: what the project names, else fbuild's own store, else what the system's packages installed. */
export const findCore = Effect.fn(Span.findCore)(function*(core: CoreRequirement, search: PackageSearch) {
  const { debianPackages, package: name, systemPaths } = core
  const override = folderOf(name, search)
  if (override !== undefined) {
    const path = yield* coreRoot(override)
    if (path === undefined) {
      return yield* new PackageUnusable({
        package: name,
        path: override,
        reason: "no folder with platform.txt and boards.txt in it"
      })
    }
    return { path, source: "platform_packages" } satisfies CoreFolder
  }
  const store = `${search.home}/packages/${name}`
  const stored = yield* coreRoot(store)
  if (stored !== undefined) return { path: stored, source: "store" } satisfies CoreFolder
  for (const folder of systemPaths) {
    const path = yield* coreRoot(folder)
    if (path !== undefined) return { path, source: "system" } satisfies CoreFolder
  }
  return yield* new PackageMissing({ package: name, searched: [store, ...systemPaths], debianPackages })
})

/** The folder that `platform_packages` names for a package. */
export const folderOf = (name: string, search: PackageSearch): string | undefined =>
  search.platformPackages
    .map((line) => packageOverride(line, search.projectDir))
    .findLast((override) => override?.name === name)?.path

/** The folder with `platform.txt`: this one, or one at most two levels below (`avr/`, `hardware/avr/`). */
const coreRoot = Effect.fnUntraced(function*(folder: string) {
  const disk = yield* Disk
  let level = [folder.replace(/\/+$/, "")]
  for (let depth = 0; depth <= 2; depth++) {
    for (const candidate of level) {
      const texts = yield* Effect.forEach(
        ["platform.txt", "boards.txt"],
        (file) => disk.signature(`${candidate}/${file}`)
      )
      if (texts.every((text) => text !== undefined)) return candidate
    }
    const below = yield* Effect.forEach(
      level,
      (parent) => Effect.map(disk.list(parent), (names) => names.toSorted().map((name) => `${parent}/${name}`))
    )
    level = below.flat()
  }
  return undefined
})
