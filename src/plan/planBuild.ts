import type { ArduinoError } from "../arduino/ArduinoError.ts"
import { type HookPhase, hookRecipes, objcopyRecipes } from "../arduino/hooks.ts"
import { FilePath } from "../domain/FilePath.ts"
import type { Language } from "../domain/Language.ts"
import { pause, type Steps } from "../domain/steps.ts"
import { Action, ActionId } from "./Action.ts"
import { type ActionGraph, type GraphError, graphSteps } from "./ActionGraph.ts"
import type { BuildInputs, CompileContext, PlannedSource } from "./BuildInputs.ts"
import { objectPath, planCompile } from "./planCompile.ts"
import { planHook, planObjcopy, planSavedImage, planSize } from "./planImages.ts"
import { coreArchive, planArchive, planLink } from "./planLink.ts"
import { planListing } from "./planListing.ts"
import { planEmbed } from "./steps/planEmbed.ts"
import { type PlannedStep, planStep } from "./steps/planStep.ts"

/**
 * The whole build of one environment as data: sketch, libraries, variant, core, archives, link, images, size. Objects
 * are linked in the order that Arduino's own tools use, so that images are theirs byte for byte: sketch, libraries,
 * variant, then the core's archive; the files of a folder (assembler, C, C++) before the folders in it.
 */
export function* planBuild(inputs: BuildInputs): Steps<ActionGraph, ArduinoError | GraphError> {
  const actions: Array<Action> = []
  const properties = inputs.link.properties
  const made = new Set<string>()
  const mentioned = new Set<string>()
  const tentative = new Set<string>()
  const known = { made, mentioned, tentative }

  const hook = function*(recipe: string, after: ReadonlyArray<FilePath>) {
    const planned = yield* planHook(inputs, recipe, after, known)
    actions.push(planned.action)
    for (const path of planned.action.outputs) made.add(path)
    for (const path of planned.mentioned) mentioned.add(path)
    return planned.action.outputs[0]
  }

  const hooks = function*(phase: HookPhase, after: ReadonlyArray<FilePath>) {
    let last = after
    for (const recipe of hookRecipes(properties, phase)) last = [...after, yield* hook(recipe, last)]
    return last.slice(after.length)
  }

  const compileAll = function*(
    folder: string,
    sources: ReadonlyArray<PlannedSource>,
    contextOf: (source: PlannedSource) => CompileContext,
    after: ReadonlyArray<FilePath>
  ) {
    const objects: Array<FilePath> = []
    const prepared = new Map<CompileContext, Map<Language, (source: PlannedSource, object: FilePath) => Action>>()
    for (const source of linkOrder(sources)) {
      yield* pause
      const context = contextOf(source)
      const recipes = prepared.get(context) ?? new Map()
      prepared.set(context, recipes)
      const recipe = recipes.get(source.language) ??
        (yield* planCompile(context, source.language, inputs, after))
      recipes.set(source.language, recipe)
      const action = recipe(source, objectPath(folder, source))
      actions.push(action)
      objects.push(action.outputs[0])
    }
    return objects
  }

  const stepsFor = (reader: PlannedStep["for"], after: ReadonlyArray<FilePath>) =>
    inputs.steps.filter((step) => step.for === reader).map((step) => {
      const action = planStep(inputs, step, after)
      actions.push(action)
      made.add(action.outputs[0])
      return action.outputs[0]
    })

  const dir = inputs.buildDir
  const generated = stepsFor("compilation", [])
  const ready = [...generated, ...(yield* hooks("prebuild", generated))]

  const sketchReady = [...ready, ...(yield* hooks("sketch.prebuild", ready))]
  const merged = planConversion(inputs)
  if (merged !== undefined) actions.push(merged.action)
  const sketch = inputs.sketch
  const embedded = inputs.embedded.map((file) => planEmbed(inputs, file))
  actions.push(...embedded.map(({ action }) => action))
  const sources = [...sketch.sources, ...embedded.map(({ source }) => source)]
  const sketchObjects = yield* compileAll(
    `${dir}/src`,
    merged === undefined ? sources : [...sources, merged.source],
    (source) => source === merged?.source ? merged.context : sketch.context,
    sketchReady
  )
  const sketchDone = yield* hooks("sketch.postbuild", sketchObjects)

  const libraryReady = [...ready, ...(yield* hooks("libraries.prebuild", ready))]
  const libraryObjects: Array<FilePath> = []
  for (const library of inputs.libraries) {
    const folder = `${dir}/lib/${library.name}`
    const objects = yield* compileAll(folder, library.sources, () => library.context, libraryReady)
    if (library.linkage === "objects" || objects.length === 0) libraryObjects.push(...objects)
    else {
      const archive = yield* planArchive(properties, FilePath.make(`${folder}.a`), objects, inputs)
      actions.push(archive)
      libraryObjects.push(archive.outputs[0])
    }
  }
  const librariesDone = yield* hooks("libraries.postbuild", libraryObjects)

  const coreReady = [...ready, ...(yield* hooks("core.prebuild", ready))]
  const { core, variant } = inputs
  const variantObjects = yield* compileAll(`${dir}/variant`, variant.sources, () => variant.context, coreReady)
  const coreObjects = yield* compileAll(`${dir}/core`, core.sources, () => core.context, coreReady)
  const archive = coreObjects.length === 0
    ? undefined
    : yield* planArchive(properties, FilePath.make(`${dir}/${coreArchive}`), coreObjects, inputs)
  if (archive !== undefined) actions.push(archive)
  const archives = archive === undefined ? [] : [archive.outputs[0]]
  const coreDone = yield* hooks("core.postbuild", archives)

  const objects = [...sketchObjects, ...libraryObjects, ...variantObjects]
  const built = [...sketchDone, ...librariesDone, ...coreDone, ...stepsFor("link", [])]
  const linkReady = [
    ...built,
    ...(yield* hooks("linking.prelink", [...objects, ...archives, ...built]))
  ]
  const link = yield* planLink(inputs, objects, archives, linkReady)
  actions.push(link)
  const elf = link.outputs[0]
  for (const path of link.outputs) made.add(path)
  const linked = [elf, ...(yield* hooks("linking.postlink", [elf]))]

  const imagesReady = [...linked, ...(yield* hooks("objcopy.preobjcopy", linked))].slice(1)
  const images: Array<FilePath> = []
  for (const recipe of objcopyRecipes(properties)) {
    const action = yield* planObjcopy(inputs, recipe, known)
    if (action === undefined) {
      // Whatever it makes, nobody can name it: it is run as a hook is.
      yield* hook(recipe, [...linked, ...images])
      continue
    }
    actions.push(waitingFor(action, imagesReady))
    for (const output of action.outputs) made.add(output)
    for (const output of action.tentative ?? []) tentative.add(output)
    images.push(...action.outputs)
  }
  images.push(...stepsFor("image", imagesReady))
  const imagesDone = yield* hooks("objcopy.postobjcopy", [...linked, ...images])
  if (properties.get("recipe.size.pattern")?.value) actions.push(waitingFor(yield* planSize(inputs, elf), imagesReady))
  if (inputs.listing !== undefined) actions.push(waitingFor(planListing(inputs, elf, inputs.listing), imagesReady))
  const saved = planSavedImage(inputs, known)
  if (saved !== undefined) actions.push(waitingFor(saved, imagesDone))
  yield* hooks("postbuild", [...linked, ...images, ...imagesDone, ...(saved?.outputs ?? [])])

  return yield* graphSteps(actions)
}

/** The action, which waits for hooks: they may write over what it reads. */
const waitingFor = (action: Action, hooks: ReadonlyArray<FilePath>): Action =>
  hooks.length === 0 ? action : Action.make({ ...action, inputs: [...action.inputs, ...hooks] })

/** Arduino's order: the files of a folder (assembler, C, C++, each by name), then the folders in it. */
const linkOrder = (sources: ReadonlyArray<PlannedSource>): ReadonlyArray<PlannedSource> => {
  const rank = { asm: 0, c: 1, cxx: 2 }
  const key = ({ language, name }: PlannedSource) => {
    const folders = name.split("/")
    const file = folders.pop()
    return [...folders.map((folder) => `1${folder}`), `0${rank[language]}${file}`].join("\0")
  }
  return sources.map((source) => [key(source), source] as const)
    .toSorted(([a], [b]) => a < b ? -1 : a > b ? 1 : 0)
    .map(([, source]) => source)
}

/** The step that merges the `.ino` files, and how its result is compiled. */
const planConversion = ({ buildDir, env, sketch }: BuildInputs) => {
  const [first, ...rest] = sketch.tabs
  if (first === undefined) return undefined
  const output = FilePath.make(`${buildDir}/src/${sketch.merged}`)
  const action = Action.make({
    id: ActionId.make(output),
    mnemonic: "ConvertSketch",
    argv: [],
    env,
    inputs: sketch.tabs,
    outputs: [output],
    step: { _tag: "ConvertSketch", tabs: [first, ...rest] }
  })
  const source: PlannedSource = { path: output, name: sketch.merged, language: "cxx" }
  const flags = sketch.context.flags
  // The merged file is not where its tabs are, yet `#include "x.h"` must look beside them first.
  const context = {
    ...sketch.context,
    flags: { ...flags, cxx: [...flags.cxx, "-iquote", sketch.folder] }
  }
  return { action, source, context }
}
