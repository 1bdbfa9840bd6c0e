import type { CompatibilityTarget } from "./compatibility.ts"
import type { Library } from "./Library.ts"
import type { LibraryStorage } from "./LibraryIndex.ts"
import type { KnownMacros } from "./Macros.ts"
import type { SourceFile } from "./SourceFile.ts"

/** What decides which libraries a project needs. Paths are absolute, with `/`. */
export interface LibraryRequest {
  /** The project's sources and sketches. Empty for `lib_ldf_mode = off`: selected is then what is declared, and what that needs. */
  readonly seeds: ReadonlyArray<string>
  /** Where headers are looked for before any library, in order: the project's folders, `-I` flags, core, variant. */
  readonly includeDirs: ReadonlyArray<string>
  /** Those of `includeDirs` that are the framework's. Their headers are read closely only where they name a library's header. */
  readonly frameworkDirs: ReadonlyArray<string>
  /** In order of preference. */
  readonly storages: ReadonlyArray<LibraryStorage>
  /** `lib_deps`, without those entries that became a storage of `required`. */
  readonly declared: ReadonlyArray<string>
  /** Folders of libraries that are used whether or not they are included; each is in one of `storages`. */
  readonly required: ReadonlyArray<string>
  /** `lib_ignore`. */
  readonly ignored: ReadonlyArray<string>
  readonly target: CompatibilityTarget
  readonly macros: KnownMacros
}

/** Why a library was selected. */
export type SelectionReason =
  | { readonly _tag: "Included"; readonly header: string; readonly file: string; readonly line: number }
  /** By `lib_deps`; `entry` is its text there, or the folder of a required library. */
  | { readonly _tag: "Declared"; readonly entry: string }
  /** By the manifest of another library, whose folder is `by`. */
  | { readonly _tag: "Dependency"; readonly by: string }

export interface SelectedLibrary {
  readonly library: Library
  readonly sources: ReadonlyArray<SourceFile>
  readonly because: SelectionReason
  /** Folders of the libraries whose headers it includes or which its manifest names, sorted. */
  readonly dependsOn: ReadonlyArray<string>
}

export interface LibrarySelection {
  /** In order of discovery, which is also the order of their include folders. */
  readonly libraries: ReadonlyArray<SelectedLibrary>
  /** Entries of `declared` for which no library is there. */
  readonly missing: ReadonlyArray<string>
  /** Entries of `declared` whose library is there, but not for this target. */
  readonly incompatible: ReadonlyArray<string>
  /** Headers found nowhere, sorted: those of the toolchain, and those that really are not there. */
  readonly unresolved: ReadonlyArray<string>
}
