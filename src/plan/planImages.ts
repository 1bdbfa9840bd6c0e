import * as Result from "effect/Result"
import type { ArduinoError } from "../arduino/ArduinoError.ts"
import { expandRecipe } from "../arduino/recipe.ts"
import { FilePath } from "../domain/FilePath.ts"
import { Action, ActionId } from "./Action.ts"
import type { BuildInputs } from "./BuildInputs.ts"
import { coreArchive, projectName } from "./planLink.ts"

/** What the size tool printed, below the build folder. */
export const sizeReport = "firmware.size"

/** The size tool's report on the ELF, kept as a file so that it too is made only when the ELF has changed. */
export const planSize = (inputs: BuildInputs, elf: FilePath): Result.Result<Action, ArduinoError> =>
  Result.map(expandRecipe(inputs.link.properties, "recipe.size.pattern", imageBindings(inputs)), (argv) => {
    const report = FilePath.make(`${inputs.buildDir}/${sizeReport}`)
    return Action.make({
      id: ActionId.make(report),
      mnemonic: "Size",
      argv,
      env: inputs.env,
      toolchain: inputs.toolchain,
      inputs: [elf],
      outputs: [report],
      stdout: report
    })
  })

/**
 * One `recipe.objcopy.NAME.pattern`. Its outputs are the files of the build folder that it names and that nothing before
 * it makes: the specification gives no other way to tell. `undefined` where there are none.
 */
export const planObjcopy = (
  inputs: BuildInputs,
  recipe: string,
  made: ReadonlySet<string>
): Result.Result<Action | undefined, ArduinoError> =>
  Result.map(expandRecipe(inputs.link.properties, recipe, imageBindings(inputs)), (argv) => {
    const named = argv.slice(1).flatMap((arg) => imagePath(arg, inputs.buildDir))
    const [output, ...more] = named.filter((path) => !made.has(path)).map((path) => FilePath.make(path))
    if (output === undefined) return undefined
    return Action.make({
      id: ActionId.make(output),
      mnemonic: "Objcopy",
      argv,
      env: inputs.env,
      toolchain: inputs.toolchain,
      inputs: named.filter((path) => made.has(path)).map((path) => FilePath.make(path)),
      outputs: [output, ...more]
    })
  })

/** The image of the build folder that an argument is or ends in: `out/firmware.hex`, `--out=out/firmware.hex`. */
const imagePath = (arg: string, buildDir: string): ReadonlyArray<string> => {
  const prefix = `${buildDir}/${projectName}.`
  const start = arg.indexOf(prefix)
  if (start < 0 || (start > 0 && !"=,".includes(arg[start - 1]!))) return []
  return [prefix + arg.slice(start + prefix.length).replace(/,.*$/s, "")]
}

/** A vendor hook (`recipe.hooks.PHASE.N.pattern`): its report stands for whatever it did. */
export const planHook = (
  inputs: BuildInputs,
  recipe: string,
  after: ReadonlyArray<FilePath>
): Result.Result<Action, ArduinoError> =>
  Result.map(expandRecipe(inputs.link.properties, recipe, imageBindings(inputs)), (argv) => {
    const report = FilePath.make(`${inputs.buildDir}/hooks/${recipe.replace(/^recipe\.(?:hooks\.)?/, "")}`)
    return Action.make({
      id: ActionId.make(report),
      mnemonic: "Hook",
      argv,
      env: inputs.env,
      inputs: after,
      outputs: [report],
      stdout: report,
      always: true
    })
  })

const imageBindings = (inputs: BuildInputs) => ({
  archive_file: coreArchive,
  archive_file_path: `${inputs.buildDir}/${coreArchive}`,
  "build.path": inputs.buildDir,
  "build.project_name": projectName
})
