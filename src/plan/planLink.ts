import * as Result from "effect/Result"
import type { ArduinoError } from "../arduino/ArduinoError.ts"
import type { Properties } from "../arduino/Properties.ts"
import { expandRecipe } from "../arduino/recipe.ts"
import { applyUnflags } from "../domain/applyUnflags.ts"
import { FilePath } from "../domain/FilePath.ts"
import { Action, ActionId } from "./Action.ts"
import type { BuildInputs } from "./BuildInputs.ts"

/** `build.project_name`: what every image of a build is called. */
export const projectName = "firmware"

/** The archive of the core, below the build folder. Arduino's own tools call it this. */
export const coreArchive = "core/core.a"

/** One archive of several objects, with the core's recipe, which is written for one object at a time. */
export const planArchive = (
  properties: Properties,
  archive: FilePath,
  objects: ReadonlyArray<FilePath>,
  inputs: BuildInputs
): Result.Result<Action, ArduinoError> =>
  Result.map(
    expandRecipe(properties, "recipe.ar.pattern", {
      archive_file: archive.slice(inputs.buildDir.length + 1),
      archive_file_path: archive,
      "build.path": inputs.buildDir,
      object_file: objects
    }),
    (argv) =>
      Action.make({
        id: ActionId.make(archive),
        mnemonic: "Archive",
        argv: deterministic(argv),
        env: inputs.env,
        toolchain: inputs.toolchain,
        inputs: objects,
        outputs: [archive]
      })
  )

/** The link: `firmware.elf` and, whether the core asks for it or not, `firmware.map`. */
export const planLink = (
  inputs: BuildInputs,
  objects: ReadonlyArray<FilePath>,
  /** The core's; none in a build without a core. */
  archives: ReadonlyArray<FilePath>,
  after: ReadonlyArray<FilePath>
): Result.Result<Action, ArduinoError> => {
  const elf = FilePath.make(`${inputs.buildDir}/${projectName}.elf`)
  const map = FilePath.make(`${inputs.buildDir}/${projectName}.map`)
  const libraryFlags = inputs.libraries.flatMap(({ linkFlags }) => linkFlags)
  return Result.map(
    expandRecipe(inputs.link.properties, "recipe.c.combine.pattern", {
      ...(libraryFlags.length === 0 ? {} : { [flagsOfLibraries]: libraryFlags }),
      archive_file: coreArchive,
      archive_file_path: archives,
      "build.path": inputs.buildDir,
      "build.project_name": projectName,
      object_files: [...inputs.link.flags, ...objects]
    }),
    (argv) => {
      const placed = libraryFlags.every((flag) => argv.includes(flag))
      const all = [...argv, ...(placed ? [] : libraryFlags), ...inputs.link.libraries]
      const wanted = applyUnflags(all, inputs.link.unflags)
      const vendorMap = wanted
        .map((arg, index) =>
          (wanted[index - 1] === "-Xlinker" ? /^--?Map=(.+)/s : /^-Wl,--?Map[=,]([^,]+)/).exec(arg)?.[1]
        )
        .find((path) => path !== undefined)
      return Action.make({
        id: ActionId.make(elf),
        mnemonic: "Link",
        // Not -Wl, which would take a path with a comma apart.
        argv: vendorMap === undefined ? [...wanted, "-Xlinker", `-Map=${map}`] : wanted,
        env: { ...inputs.env, ...inputs.compilerEnv },
        toolchain: inputs.toolchain,
        inputs: [...objects, ...archives, ...after],
        outputs: [elf, vendorMap === undefined ? map : FilePath.make(vendorMap)]
      })
    }
  )
}

/** Where a recipe has the flags of libraries, if it has a place for them. Source: Arduino platform specification, "Recipes for linking". */
const flagsOfLibraries = "compiler.libraries.ldflags"

/**
 * `rcs` with `D`: no times and owners of members in an archive, so that equal objects make an equal archive and nothing
 * after it runs. Without `u`, which goes by times, and which `D` does not allow: every archive is a new one. Without `T`, whose
 * archives name their members from where they were made, and do not change when these do. Source: GNU binutils manual, "ar"; GNU
 * ar 2.20 and LLVM's have it.
 */
const deterministic = ([program = "", ...args]: ReadonlyArray<string>): ReadonlyArray<string> => [
  program,
  ...args.map((arg, index) =>
    index === 0 && /^-?[rqcsuvT]+$/.test(arg) && /[rq]/.test(arg) ? `${arg.replaceAll(/[uT]/g, "")}D` : arg
  )
]
