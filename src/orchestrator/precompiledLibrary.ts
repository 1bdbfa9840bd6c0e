import * as Effect from "effect/Effect"
import type { Properties } from "../arduino/Properties.ts"
import { expandRecipe } from "../arduino/recipe.ts"
import { Disk } from "../disk/Disk.ts"
import { relativeTo } from "../domain/paths.ts"
import type { SelectedLibrary } from "../sources/LibrarySelection.ts"

/** What binaries that a library brings for the board add to its own sources, or put in their place. */
export interface Precompiled {
  /** The folder of the binaries, and their names for the linker: `-Llib/X/src/cortex-m4 -lX`. */
  readonly linkFlags: ReadonlyArray<string>
  readonly compileSources: boolean
}

/**
 * The binaries of a library that says `precompiled=true` or `full`, in `src/{build.mcu}/{fpu}-{float ABI}` or else `src/{build.mcu}`; nothing for
 * a library that has none for this board: then its sources are compiled. Source: Arduino library specification, "Precompiled binaries".
 */
export const precompiledLibrary = Effect.fnUntraced(function*(
  { library }: SelectedLibrary,
  { projectDir, properties }: { readonly projectDir: string; readonly properties: Properties }
) {
  const none: Precompiled = { linkFlags: [], compileSources: true }
  const mcu = properties.get("build.mcu")?.value ?? ""
  if (library.precompiled === "no" || mcu === "") return none
  const disk = yield* Disk
  const floats = yield* floatFolder(properties)
  const folder = `${library.dir}/src/${mcu}`
  for (const place of [...(floats === undefined ? [] : [`${folder}/${floats}`]), folder]) {
    const binaries = (yield* disk.list(place)).filter((name) => /\.(?:a|so)$/.test(name)).toSorted()
    if (binaries.length === 0) continue
    const named = binaries.flatMap((name) => {
      const plain = /^lib(.+)\.(?:a|so)$/.exec(name)?.[1]
      return plain === undefined ? [relativeTo(projectDir, `${place}/${name}`)] : [`-l${plain}`]
    })
    const found: Precompiled = {
      linkFlags: [`-L${relativeTo(projectDir, place)}`, ...new Set(named)],
      compileSources: library.precompiled !== "full"
    }
    return found
  }
  return none
})

/** `fpv4-sp-d16-hard`: by the board's properties, else by the words of the C++ recipe. */
const floatFolder = Effect.fnUntraced(function*(properties: Properties) {
  const bindings = { includes: [], source_file: "x", object_file: "x" }
  const words = yield* Effect.fromResult(expandRecipe(properties, "recipe.cpp.o.pattern", bindings))
  const of = (property: string, flag: RegExp) =>
    properties.get(property)?.value || words.map((word) => flag.exec(word)?.[1]).find((value) => value !== undefined)
  const [fpu, abi] = [of("build.fpu", /^-mfpu=(.+)/), of("build.float-abi", /^-mfloat-abi=(.+)/)]
  return fpu === undefined || abi === undefined ? undefined : `${fpu}-${abi}`
})
