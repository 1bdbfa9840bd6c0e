import type { SrcFilter } from "./srcFilter.ts"

/**
 * Where a library comes from, and so how it is preferred: the project's `lib_dir`, what `lib_deps` was resolved to,
 * `lib_extra_dirs`, the project itself when it is a library, the framework. Source: PlatformIO documentation, "LDF storage".
 */
export type LibraryOrigin = "project" | "dependency" | "extra" | "self" | "framework"

/** Another library that a manifest asks for. Empty `platforms` or `frameworks`: always. */
export interface LibraryDependency {
  /** Without owner and version. */
  readonly name: string
  readonly platforms: ReadonlyArray<string>
  readonly frameworks: ReadonlyArray<string>
}

/** What a manifest says, whichever kind it is. */
export interface LibraryManifest {
  readonly name?: string
  readonly version?: string
  /** Arduino architectures, PlatformIO platforms and frameworks that it is for, in lower case. Empty: all. */
  readonly architectures: ReadonlyArray<string>
  readonly platforms: ReadonlyArray<string>
  readonly frameworks: ReadonlyArray<string>
  readonly dependencies: ReadonlyArray<LibraryDependency>
  /** Compiler flags of the library's own sources, as written, a string per line. */
  readonly flags: ReadonlyArray<string>
  readonly unflags: ReadonlyArray<string>
  /** `ldflags` of `library.properties`, as written. */
  readonly ldflags: string
  /** Arduino `precompiled`: `full` means that the sources are not compiled if a binary for the MCU is there. */
  readonly precompiled: "no" | "yes" | "full"
  /** Whether its objects go into the link as an archive. */
  readonly archive: boolean
  /** `build.srcDir`, `build.includeDir` and `build.srcFilter`, relative to the library. */
  readonly srcDir?: string
  readonly includeDir?: string
  readonly srcFilter?: string
}

/** A library as it lies on the disk. Paths are absolute, with `/`. */
export interface Library {
  /** From the manifest, else the name of the folder. */
  readonly name: string
  readonly version?: string
  readonly dir: string
  readonly origin: LibraryOrigin
  /** Path of the manifest that was used: `library.json`, or else `library.properties`. */
  readonly manifest?: string
  /** Where others find its headers, in order of search. */
  readonly includeDirs: ReadonlyArray<string>
  /** Where only its own files look as well: `utility/` of the Arduino 1.0 layout. */
  readonly privateIncludeDirs: ReadonlyArray<string>
  /** Which files are its sources; see `librarySources`. */
  readonly srcFilter: SrcFilter
  /** One argument each. */
  readonly flags: ReadonlyArray<string>
  readonly unflags: ReadonlyArray<string>
  readonly ldflags: ReadonlyArray<string>
  readonly precompiled: LibraryManifest["precompiled"]
  readonly archive: boolean
  readonly dependencies: ReadonlyArray<LibraryDependency>
  readonly architectures: ReadonlyArray<string>
  readonly platforms: ReadonlyArray<string>
  readonly frameworks: ReadonlyArray<string>
}
