import * as Context from "effect/Context"
import type { Memory } from "../domain/memory.ts"
import type { BuildFlags } from "./options.ts"

/**
 * Command lines of `fbuild build` that were parsed before, by their arguments, which NULs part, for a process that serves many requests:
 * they say the same wherever they are said, and to parse one takes a ms. Nothing is remembered by default.
 */
export const ParsedBuilds = Context.Reference<Memory<BuildFlags> | undefined>("fbuild/cli/ParsedBuilds", {
  defaultValue: () => undefined
})

/** Is told what a command line of `fbuild build` says. */
export const BuildParsed = Context.Reference<(flags: BuildFlags) => void>("fbuild/cli/BuildParsed", {
  defaultValue: () => () => {}
})
