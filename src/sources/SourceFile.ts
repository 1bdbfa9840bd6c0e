import type { Language } from "../domain/Language.ts"

/** A translation unit. */
export interface SourceFile {
  /** Absolute, with `/`. */
  readonly path: string
  readonly language: Language
}

/**
 * The language of a file by its extension, whose case matters (`.c` is C, `.C` is C++), or `undefined` when the file is
 * not compiled. Every kind of assembler goes to the assembler recipe, which Arduino cores run with the preprocessor.
 *
 * Source: PlatformIO compiles `c`, `cc cpp cxx c++`, `S spp SPP sx s asm ASM`; GCC manual, "Overall Options", adds `C CPP`.
 */
export const languageOf = (name: string): Language | undefined => {
  const dot = name.lastIndexOf(".")
  return dot > 0 ? languages.get(name.slice(dot + 1)) : undefined
}

/** A sketch file, which is merged and converted before it is compiled. Source: Arduino sketch specification. */
export const isSketch = (name: string): boolean => /^.+\.(?:ino|pde)$/i.test(name)

const languages: ReadonlyMap<string, Language> = new Map([
  ["c", "c"],
  ...["cc", "cpp", "cxx", "c++", "C", "CPP"].map((extension) => [extension, "cxx"] as const),
  ...["S", "spp", "SPP", "sx", "s", "asm", "ASM"].map((extension) => [extension, "asm"] as const)
])
