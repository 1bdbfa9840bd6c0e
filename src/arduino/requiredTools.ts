import * as Result from "effect/Result"
import { expand } from "./expandProperty.ts"
import type { Properties } from "./Properties.ts"
import { splitRecipe } from "./recipe.ts"

/** A tool that recipes ask for as `{runtime.tools.NAME.path}`. */
export interface RequiredTool {
  readonly name: string
  /** The programs of it that recipes start, as paths below its folder (`bin/avr-gcc`), the C compiler first. */
  readonly programs: ReadonlyArray<string>
}

/**
 * The tools that the recipes of a board ask for, also where the core's own files have a folder for them. Only what a recipe
 * leads to counts: a core for several compilers asks for that of the board.
 */
export const requiredTools = (properties: Properties): ReadonlyArray<RequiredTool> => {
  const tools = new Map<string, Set<string>>()
  const layered = {
    get: (key: string) => {
      const [, name] = /^runtime\.tools\.(.+)\.path$/.exec(key) ?? []
      if (name === undefined) return properties.get(key) ?? { value: "", path: "", line: 0 }
      if (!tools.has(name)) tools.set(name, new Set())
      return { value: `${mark}${name}${mark}`, path: "", line: 0 }
    }
  }
  for (const key of recipeKeys(properties)) {
    const origin = { path: "", line: 0, key }
    const words = Result.flatMap(expand(layered, `{${key}}`, origin), (line) => splitRecipe(line, origin))
    const [program = ""] = Result.getOrElse(words, () => [])
    const [, name = "", path = ""] = started.exec(program) ?? []
    if (path !== "") tools.get(name)?.add(path)
  }
  return [...tools].map(([name, programs]) => ({ name, programs: [...programs] }))
}

/** Stands around a tool's name in place of its folder. */
const mark = "\0"
const started = /^\0([^\0]+)\0\/+(.+)$/

const recipeKeys = (properties: Properties): ReadonlyArray<string> => {
  const first = ["recipe.c.o.pattern", "recipe.cpp.o.pattern"]
  const all = [...properties.keys()].filter((key) => key.startsWith("recipe.") && key.endsWith(".pattern"))
  return [...first, ...all.filter((key) => !first.includes(key))]
}
