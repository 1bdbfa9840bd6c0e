import type { Properties } from "../arduino/Properties.ts"
import type { Digest } from "../domain/Digest.ts"
import type { FilePath } from "../domain/FilePath.ts"
import type { Language } from "../domain/Language.ts"
import type { EmbeddedFile } from "./steps/planEmbed.ts"
import type { PlannedStep } from "./steps/planStep.ts"

/** A source to compile. */
export interface PlannedSource {
  readonly path: FilePath
  /** Its path below the folder of its group, which names the object: `utility/twi.c`. */
  readonly name: string
  readonly language: Language
}

/** Flags by language, in the order in which they go on the command line. */
export interface LanguageFlags {
  readonly c: ReadonlyArray<string>
  readonly cxx: ReadonlyArray<string>
  readonly asm: ReadonlyArray<string>
}

/** Code whose recipes, flags and include folders are the same. */
export interface CompileContext {
  readonly properties: Properties
  readonly flags: LanguageFlags
  readonly unflags: ReadonlyArray<string>
  /** Folders for `-I`, in order of search. */
  readonly includes: ReadonlyArray<string>
}

/** A library and how it goes into the link. */
export interface PlannedLibrary {
  readonly name: string
  readonly sources: ReadonlyArray<PlannedSource>
  readonly context: CompileContext
  /** `archive` as `dot_a_linkage=true` asks, else the objects themselves, as the Arduino specification says. */
  readonly linkage: "objects" | "archive"
  /** Of the link, behind all objects: `-L…`, `-l…` and archives that it brings. */
  readonly linkFlags: ReadonlyArray<string>
}

/** All that a build of one environment is decided from. Paths are absolute, or relative to the project folder. */
export interface BuildInputs {
  readonly buildDir: string
  /** Identity of the toolchain, by content. */
  readonly toolchain: Digest
  /** Environment of every child. */
  readonly env: Readonly<Record<string, string>>
  /** Variables besides, of compilations and links: what keeps the project's place out of debug information. */
  readonly compilerEnv: Readonly<Record<string, string>>
  readonly core: { readonly sources: ReadonlyArray<PlannedSource>; readonly context: CompileContext }
  readonly variant: { readonly sources: ReadonlyArray<PlannedSource>; readonly context: CompileContext }
  readonly libraries: ReadonlyArray<PlannedLibrary>
  readonly sketch: {
    readonly sources: ReadonlyArray<PlannedSource>
    /** The `.ino` files to be merged, and the name of the file they become: `Blink.ino.cpp`. */
    readonly tabs: ReadonlyArray<FilePath>
    readonly merged: string
    /** Where a merged sketch looks first for quoted includes: the folder its tabs are in. */
    readonly folder: string
    readonly context: CompileContext
  }
  readonly link: {
    readonly properties: Properties
    /** Before the objects. */
    readonly flags: ReadonlyArray<string>
    /** `-l…`, behind everything. */
    readonly libraries: ReadonlyArray<string>
    readonly unflags: ReadonlyArray<string>
  }
  /** The program that lists the code of the ELF, where the project asks for a listing. */
  readonly listing?: string
  /** Compiled with the sketch. */
  readonly embedded: ReadonlyArray<EmbeddedFile>
  /** Files that fbuild makes in place of commands of the core. */
  readonly steps: ReadonlyArray<PlannedStep>
}
