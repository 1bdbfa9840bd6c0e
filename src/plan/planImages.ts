import * as Result from "effect/Result"
import type { ArduinoError } from "../arduino/ArduinoError.ts"
import { expand } from "../arduino/expandProperty.ts"
import { literalProperties, mergeProperties } from "../arduino/Properties.ts"
import { expandRecipe } from "../arduino/recipe.ts"
import { FilePath } from "../domain/FilePath.ts"
import { Action, ActionId } from "./Action.ts"
import type { BuildInputs } from "./BuildInputs.ts"
import { fileToolUse } from "./fileTool.ts"
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
 * One `recipe.objcopy.NAME.pattern`. Its outputs are the files of the build folder that it names and that nobody before
 * it makes, nor it reads where that can be told: the specification gives no other way. `undefined` where there are none. A program that is no plain file tool
 * may think otherwise and write none: arduino-pico's signs an image only where there is a key.
 */
export const planObjcopy = (
  inputs: BuildInputs,
  recipe: string,
  known: KnownPaths
): Result.Result<Action | undefined, ArduinoError> =>
  Result.map(expandRecipe(inputs.link.properties, recipe, imageBindings(inputs)), (argv) => {
    const use = fileToolUse(argv)
    const named = [...new Set(argv.slice(1).flatMap((arg) => pathsIn(arg, inputs.buildDir)))]
    const [output, ...more] = named.filter((path) =>
      !known.made.has(path) && !known.mentioned.has(path) && use?.reads.includes(path) !== true
    ).map((path) => FilePath.make(path))
    if (output === undefined) return undefined
    return Action.make({
      id: ActionId.make(output),
      mnemonic: "Objcopy",
      argv,
      env: inputs.env,
      toolchain: inputs.toolchain,
      // What a plain file tool reads may have been made by a hook, or be a file of the core.
      inputs: (use?.reads ?? named.filter((path) => known.made.has(path))).map((path) => FilePath.make(path)),
      outputs: [output, ...more],
      ...(use === undefined ? { tentative: [output, ...more] } : {})
    })
  })

/** The file that has what the command of a recipe printed. */
const reportOf = (inputs: BuildInputs, recipe: string): FilePath =>
  FilePath.make(`${inputs.buildDir}/hooks/${recipe.replace(/^recipe\.(?:hooks\.)?/, "")}`)

/** What is known of the build folder where a step is planned. */
export interface KnownPaths {
  /** Outputs of the actions so far. */
  readonly made: ReadonlySet<string>
  /** What hooks that may do anything have named: they may have made it. */
  readonly mentioned: ReadonlySet<string>
  /** Outputs that may be left out. */
  readonly tentative: ReadonlySet<string>
}

/** The file of the build folder that an argument is or ends in: `out/firmware.hex`, `--out=out/firmware.hex`. */
const pathsIn = (arg: string, buildDir: string): ReadonlyArray<string> => {
  const prefix = `${buildDir}/`
  const start = arg.indexOf(prefix)
  if (start < 0 || (start > 0 && !"=,".includes(arg[start - 1]!))) return []
  const path = prefix + arg.slice(start + prefix.length).replace(/,.*$/s, "")
  return path.endsWith("/") ? [] : [path]
}

/** All that looks like a file of the build folder in the words of a command, scripts included. */
const mentionedIn = (argv: ReadonlyArray<string>, buildDir: string): ReadonlyArray<string> =>
  argv.flatMap((arg) =>
    arg.split(buildDir).slice(1).flatMap((rest) => {
      const path = /^\/[^\s"';,|&<>]+/.exec(rest)?.[0]
      return path === undefined ? [] : [`${buildDir}${path}`]
    })
  )

/** A hook and, where nobody can know what it makes, what it may have made. */
export interface PlannedHook {
  readonly action: Action
  readonly mentioned: ReadonlyArray<string>
}

/**
 * A vendor hook (`recipe.hooks.PHASE.N.pattern`). A plain file tool that writes a new file of the build folder, or only prints, is an
 * action as others are. Of every other nobody knows what it reads and writes: it runs in every build, and its report stands for
 * whatever it did.
 */
export const planHook = (
  inputs: BuildInputs,
  recipe: string,
  after: ReadonlyArray<FilePath>,
  known: KnownPaths
): Result.Result<PlannedHook, ArduinoError> =>
  Result.map(expandRecipe(inputs.link.properties, recipe, imageBindings(inputs)), (argv) => {
    const report = reportOf(inputs, recipe)
    const common = { mnemonic: "Hook" as const, argv, env: inputs.env }
    const use = fileToolUse(argv)
    const [written] = use?.writes ?? []
    const isOurs = (path: string) =>
      path.startsWith(`${inputs.buildDir}/`) && !known.made.has(path) && !known.mentioned.has(path)
    if (use === undefined || (written !== undefined && !isOurs(written))) {
      const program = argv[0]?.replace(/^.*\//s, "") ?? ""
      const always = use === undefined
        ? `${program} may read and write any file`
        : `${program} writes ${written}, which is outside of the build folder or has been made before`
      const mentioned = mentionedIn(argv, inputs.buildDir)
      const action = Action.make({
        ...common,
        id: ActionId.make(report),
        inputs: after,
        outputs: [report],
        stdout: report,
        always,
        mentions: mentioned.map((path) => FilePath.make(path))
      })
      return { action, mentioned }
    }
    const output = FilePath.make(written ?? report)
    return {
      action: Action.make({
        ...common,
        id: ActionId.make(output),
        toolchain: inputs.toolchain,
        // What may be left out is waited for only by those who read it.
        inputs: [
          ...new Set([
            ...use.reads.map((path) => FilePath.make(path)),
            ...after.filter((path) => !known.tentative.has(path))
          ])
        ],
        outputs: [output],
        ...(written === undefined ? { stdout: report } : {})
      }),
      mentioned: []
    }
  })

/** `recipe.output.save_file`: the name under which users get the image that is `recipe.output.tmp_file`. */
export const planSavedImage = (inputs: BuildInputs, { made }: KnownPaths): Action | undefined => {
  const properties = mergeProperties(inputs.link.properties, literalProperties(imageBindings(inputs), "fbuild"))
  const nameOf = (key: string) => {
    const { line = 0, path = "" } = properties.get(key) ?? {}
    const name = Result.getOrElse(expand(properties, `{${key}}`, { path, line, key }), () => "")
    return name === "" || name.includes("/") ? undefined : FilePath.make(`${inputs.buildDir}/${name}`)
  }
  const [from, to] = [nameOf("recipe.output.tmp_file"), nameOf("recipe.output.save_file")]
  if (from === undefined || to === undefined || !made.has(from) || made.has(to)) return undefined
  return Action.make({
    id: ActionId.make(to),
    mnemonic: "Objcopy",
    argv: ["/bin/cp", from, to],
    env: inputs.env,
    inputs: [from],
    outputs: [to]
  })
}

const imageBindings = (inputs: BuildInputs) => ({
  archive_file: coreArchive,
  archive_file_path: `${inputs.buildDir}/${coreArchive}`,
  "build.path": inputs.buildDir,
  "build.project_name": projectName
})
