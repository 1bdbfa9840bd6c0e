import * as Effect from "effect/Effect"
import { expand } from "../arduino/expandProperty.ts"
import { literalProperties, mergeProperties, type Properties } from "../arduino/Properties.ts"
import { Disk } from "../disk/Disk.ts"
import { joinPath } from "../domain/paths.ts"
import type { BuiltinStep } from "../plan/Action.ts"
import { projectName } from "../plan/planLink.ts"
import type { PlatformSpec } from "../plan/PlatformSpec.ts"
import { type FilledTemplate, fillTemplate } from "../plan/steps/fillTemplate.ts"
import type { PlannedStep } from "../plan/steps/planStep.ts"
import { stepFiles } from "../plan/steps/stepFiles.ts"
import type { ReplacedRecipe } from "../plan/steps/StepTemplate.ts"
import { Span } from "../telemetry/names.ts"
import { CoreFileMissing } from "./OrchestratorError.ts"

/** What a family does itself of what a core has commands for. */
export interface Replaced {
  /** Keys of the recipes that are not run. */
  readonly recipes: ReadonlyArray<string>
  readonly steps: ReadonlyArray<PlannedStep>
}

/** Where paths of a build are: in its own folder they need not be there yet. */
export interface BuildPlace {
  readonly projectDir: string
  readonly buildDir: string
}

/** The recipes of a board that the family replaces, and the steps that it has for them, each with the first of its forms whose files are there. */
export const replacedSteps = Effect.fn(Span.replacedSteps)(function*(
  spec: Pick<PlatformSpec, "replaced">,
  properties: Properties,
  place: BuildPlace
) {
  const bound = mergeProperties(
    properties,
    literalProperties(
      { "build.path": place.buildDir, "build.project_name": projectName, ...versionParts(properties) },
      "fbuild"
    )
  )
  const recipes: Array<string> = []
  const steps: Array<PlannedStep> = []
  for (const rule of spec.replaced ?? []) {
    const meant = recipesOf(rule, properties)
    if (meant.length === 0 || (yield* isKept(rule, bound, place))) continue
    recipes.push(...meant)
    for (const template of rule.steps) {
      const filled = yield* Effect.fromResult(fillTemplate(template, bound))
      steps.push({ output: filled.output, for: filled.for, step: yield* usable(filled, place) })
    }
  }
  const found: Replaced = { recipes, steps }
  return found
})

/** Keys of the recipes that a family replaces, whatever files are there. */
export const replaceableRecipes = (
  { replaced = [] }: Pick<PlatformSpec, "replaced">,
  properties: Properties
): ReadonlyArray<string> => replaced.flatMap((rule) => recipesOf(rule, properties))

const recipesOf = ({ calls, recipe, when = {} }: ReplacedRecipe, properties: Properties): ReadonlyArray<string> => {
  if (!Object.entries(when).every(([key, value]) => properties.get(key)?.value === value)) return []
  const [key, line] = [new RegExp(recipe), new RegExp(calls)]
  return [...properties].filter(([name, { value }]) => name.endsWith(".pattern") && key.test(name) && line.test(value))
    .map(([name]) => name)
}

const isKept = Effect.fnUntraced(
  function*({ unlessThere = [] }: ReplacedRecipe, properties: Properties, place: BuildPlace) {
    for (const text of unlessThere) {
      const path = yield* Effect.fromResult(expand(properties, text, { path: "fbuild", line: 0, key: "unlessThere" }))
      if (yield* isThere(path, place)) return true
    }
    return false
  }
)

const usable = Effect.fnUntraced(function*({ hint, output, steps }: FilledTemplate, place: BuildPlace) {
  const searched: Array<string> = []
  for (const step of steps) {
    const missing = yield* Effect.filter(stepFiles(step), (file) => Effect.map(isThere(file, place), (there) => !there))
    if (missing.length === 0) return step satisfies BuiltinStep
    searched.push(...missing)
  }
  return yield* new CoreFileMissing({ file: output, searched, ...(hint === undefined ? {} : { hint }) })
})

/** A file, not a folder; those of the build folder are made. */
const isThere = Effect.fnUntraced(function*(path: string, { buildDir, projectDir }: BuildPlace) {
  if (path.startsWith(`${buildDir}/`)) return true
  const disk = yield* Disk
  return path !== "" && (yield* disk.isFile(joinPath(projectDir, path)))
})

/** `version` of a core in three parts, for files that have them: `3.2.0-dev` → 3, 2, 0. */
const versionParts = (properties: Properties): Readonly<Record<string, string>> => {
  const [major = "0", minor = "0", patch = "0"] = (properties.get("version")?.value ?? "").match(/\d+/g) ?? []
  return { "version.major": major, "version.minor": minor, "version.patch": patch }
}
