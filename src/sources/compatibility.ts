import type { Library, LibraryDependency } from "./Library.ts"

/** What a library must fit. Names in lower case. */
export interface CompatibilityTarget {
  /** `lib_compat_mode`: `soft` asks for the framework, `strict` for platform and architecture as well. */
  readonly mode: "off" | "soft" | "strict"
  readonly frameworks: ReadonlyArray<string>
  /** PlatformIO's name: `atmelavr`. */
  readonly platform: string
  /** Arduino's name: `avr`. */
  readonly architecture: string
}

/** Source: PlatformIO documentation, "LDF compatibility mode". */
export const isCompatible = (library: Library, target: CompatibilityTarget): boolean =>
  target.mode === "off" ||
  (fits(library.frameworks, target.frameworks) &&
    (target.mode === "soft" || (fits(library.platforms, [target.platform]) && fitsArchitecture(library, target))))

/** Arduino prefers a library for the architecture, but takes another when there is none. */
export const fitsArchitecture = (library: Library, target: CompatibilityTarget): boolean =>
  fits(library.architectures, [target.architecture])

/** Whether a dependency is meant for the target at all. Source: PlatformIO documentation, "library.json: dependencies". */
export const applies = (dependency: LibraryDependency, target: CompatibilityTarget): boolean =>
  fits(dependency.frameworks, target.frameworks) && fits(dependency.platforms, [target.platform])

const fits = (wanted: ReadonlyArray<string>, given: ReadonlyArray<string>): boolean =>
  wanted.length === 0 || wanted.some((name) => given.includes(name))
