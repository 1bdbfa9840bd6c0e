/** What a source is compiled as: the recipe, not the standard. */
export type Language = "c" | "cxx" | "asm"
