import * as Result from "effect/Result"
import type { ArduinoError } from "../arduino/ArduinoError.ts"
import { prepareRecipe } from "../arduino/recipe.ts"
import { applyUnflags } from "../domain/applyUnflags.ts"
import { FilePath } from "../domain/FilePath.ts"
import type { Language } from "../domain/Language.ts"
import { Action, ActionId, type Mnemonic } from "./Action.ts"
import type { BuildInputs, CompileContext, PlannedSource } from "./BuildInputs.ts"

const recipes: Readonly<Record<Language, string>> = {
  c: "recipe.c.o.pattern",
  cxx: "recipe.cpp.o.pattern",
  asm: "recipe.S.o.pattern"
}

const mnemonics: Readonly<Record<Language, Mnemonic>> = { c: "CCompile", cxx: "CxxCompile", asm: "Assemble" }

/** Where a source's object goes: `<folder>/<name>.o`, the name kept whole because linker scripts match `*.cpp.o`. */
export const objectPath = (folder: string, source: PlannedSource): FilePath =>
  FilePath.make(`${folder}/${source.name.replaceAll("../", "__/")}.o`)

/**
 * The actions that compile the sources of one context and language with the core's own recipe. Flags go just before the include list, so that they
 * stand behind the vendor's and win.
 *
 * - `-MMD` becomes `-MD`: headers of the toolchain count as inputs too, and a compiler package that is upgraded is seen.
 * - `-frandom-seed` is the source's path: without it GCC puts a random number into the names of LTO sections, and two
 *   compilations of one source differ. Source: GCC manual, "Developer Options".
 */
export const planCompile = (
  context: CompileContext,
  language: Language,
  { compilerEnv, env, toolchain }: Pick<BuildInputs, "compilerEnv" | "env" | "toolchain">,
  /** Inputs besides the source: what must have run before. */
  after: ReadonlyArray<FilePath>
): Result.Result<(source: PlannedSource, object: FilePath) => Action, ArduinoError> =>
  Result.map(
    prepareRecipe(context.properties, recipes[language], ["includes", "source_file", "object_file"]),
    (recipe) => {
      const folders = context.includes.map((folder) => `-I${folder}`)
      return (source, object) => {
        const argv = recipe({
          includes: [...context.flags[language], `-frandom-seed=${source.path}`, ...folders],
          source_file: source.path,
          object_file: object
        })
        return Action.make({
          id: ActionId.make(object),
          mnemonic: mnemonics[language],
          argv: withDepfile(applyUnflags(argv, context.unflags)),
          env: { ...env, ...compilerEnv },
          toolchain,
          inputs: [source.path, ...after],
          outputs: [object],
          depfile: FilePath.make(object.replace(/\.o$/, ".d"))
        })
      }
    }
  )

/** `-MD` writes `x.cpp.d` next to `-o x.cpp.o`, unless told where. Source: GCC manual, "Preprocessor Options". */
const withDepfile = (argv: ReadonlyArray<string>): ReadonlyArray<string> => {
  const others = argv.filter((arg, index) => !/^-M(?:MD|D|P|F.*)$/s.test(arg) && argv[index - 1] !== "-MF")
  const output = others.indexOf("-o")
  return output < 0 ? [...others, "-MD"] : others.toSpliced(output, 0, "-MD")
}
