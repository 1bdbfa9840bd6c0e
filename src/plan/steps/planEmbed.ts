import { FilePath } from "../../domain/FilePath.ts"
import { Action, ActionId } from "../Action.ts"
import type { BuildInputs, PlannedSource } from "../BuildInputs.ts"

/** A file that a project embeds: `board_build.embed_files` (`Bytes`) or `board_build.embed_txtfiles` (`Text`). */
export interface EmbeddedFile {
  /** As the project writes it: the symbols come from it. */
  readonly name: string
  /** Where it is. */
  readonly path: FilePath
  readonly content: "Bytes" | "Text"
}

/**
 * The action that makes assembler source of an embedded file, and that source, to be compiled as any other of the sketch.
 * Two files whose names differ in other characters than letters and digits only would have the same symbols: their actions
 * have the same output, which `makeGraph` refuses.
 */
export const planEmbed = (
  { buildDir, env }: Pick<BuildInputs, "buildDir" | "env">,
  { content, name, path }: EmbeddedFile
): { readonly action: Action; readonly source: PlannedSource } => {
  const symbol = embedSymbol(name)
  const sourceName = `embed/${symbol.slice(prefix.length)}.S`
  const output = FilePath.make(`${buildDir}/${sourceName}`)
  const action = Action.make({
    id: ActionId.make(output),
    mnemonic: "Embed",
    argv: [],
    env,
    inputs: [path],
    outputs: [output],
    step: { _tag: "EmbedFile", file: path, symbol, content }
  })
  return { action, source: { path: output, name: sourceName, language: "asm" } }
}

/**
 * What the symbols of a file begin with (`_start`, `_end` and `_size` follow): `_binary_` and its name, every byte that is no
 * letter or digit replaced by `_`. Source: GNU binutils manual, "objcopy", `-I binary`.
 */
export const embedSymbol = (name: string): string =>
  prefix + Array.from(new TextEncoder().encode(name), (byte) => {
    const char = String.fromCharCode(byte)
    return /[0-9A-Za-z]/.test(char) ? char : "_"
  }).join("")

const prefix = "_binary_"
