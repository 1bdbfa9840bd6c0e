import * as Result from "effect/Result"
import { parseProperties, type Properties } from "../../src/arduino/Properties.ts"
import { Digest } from "../../src/domain/Digest.ts"
import { FilePath } from "../../src/domain/FilePath.ts"
import type { Language } from "../../src/domain/Language.ts"
import type { Action } from "../../src/plan/Action.ts"
import type { ActionGraph } from "../../src/plan/ActionGraph.ts"
import type { BuildInputs, CompileContext, PlannedSource } from "../../src/plan/BuildInputs.ts"
import { planBuild } from "../../src/plan/planBuild.ts"

/** The recipes of a core that does nothing special. */
export const recipes = `
recipe.c.o.pattern=/t/gcc -c -Os -MMD {includes} {source_file} -o {object_file}
recipe.cpp.o.pattern=/t/g++ -c -Os -MMD {includes} {source_file} -o {object_file}
recipe.S.o.pattern=/t/gcc -c -x assembler-with-cpp {includes} {source_file} -o {object_file}
recipe.ar.pattern=/t/ar rcs {archive_file_path} {object_file}
recipe.c.combine.pattern=/t/gcc -Os -o {build.path}/{build.project_name}.elf {object_files} {archive_file_path} -lm
recipe.objcopy.hex.pattern=/t/objcopy -O ihex {build.path}/{build.project_name}.elf {build.path}/{build.project_name}.hex
recipe.size.pattern=/t/size -A {build.path}/{build.project_name}.elf
`

export const properties = (text: string): Properties => Result.getOrThrow(parseProperties("platform.txt", text))

/** `a/b.cpp` below `folder`. */
export const source = (folder: string, name: string): PlannedSource => {
  const language: Language = name.endsWith(".c") ? "c" : name.endsWith(".S") ? "asm" : "cxx"
  return { path: FilePath.make(`${folder}/${name}`), name, language }
}

export const context = (platform: Properties, more: Partial<CompileContext> = {}): CompileContext => ({
  properties: platform,
  flags: { c: [], cxx: [], asm: [] },
  unflags: [],
  includes: [],
  ...more
})

/** One source each of sketch, core and variant, and a library, with the recipes of `platformTxt`. */
export const inputs = (platformTxt: string, more: Partial<BuildInputs> = {}): BuildInputs => {
  const platform = properties(platformTxt)
  return {
    buildDir: "out",
    toolchain: Digest.make("0".repeat(64)),
    env: {},
    compilerEnv: {},
    core: { sources: [source("/core", "main.cpp")], context: context(platform) },
    variant: { sources: [source("/variant", "pins.c")], context: context(platform) },
    libraries: [{
      name: "Lib",
      sources: [source("lib/Lib", "Lib.cpp"), source("lib/Lib", "util/x.c")],
      context: context(platform),
      linkage: "objects",
      linkFlags: []
    }],
    embedded: [],
    steps: [],
    sketch: {
      sources: [source("src", "app.cpp")],
      tabs: [],
      merged: "app.ino.cpp",
      folder: "src",
      context: context(platform)
    },
    link: { properties: platform, flags: [], libraries: [], unflags: [] },
    ...more
  }
}

export const plan = (given: BuildInputs): ActionGraph => Result.getOrThrow(Result.gen(() => planBuild(given)))

export const find = (graph: ActionGraph, id: string): Action => {
  const found = graph.actions.find((action) => action.id === id)
  if (found === undefined) throw new Error(`no ${id} among ${graph.actions.map((action) => action.id).join(", ")}`)
  return found
}
