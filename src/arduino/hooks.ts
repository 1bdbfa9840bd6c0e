import type { Properties } from "./Properties.ts"

/**
 * Points of a build at which a platform may run commands of its own. Those of `savehex` are none: they belong to the export of
 * images, and copy them into the sketch's folder (`{sketch_path}`), where a build writes nothing.
 */
export type HookPhase =
  | "prebuild"
  | "postbuild"
  | `${"sketch" | "libraries" | "core"}.${"prebuild" | "postbuild"}`
  | "linking.prelink"
  | "linking.postlink"
  | "objcopy.preobjcopy"
  | "objcopy.postobjcopy"

/**
 * The keys of the hooks of a phase (`recipe.hooks.<phase>.<n>.pattern`) in the order in which they run: by number, so
 * that `2` comes before `10`. An empty one is left out: that is how a `.local.txt` switches a hook off.
 * Source: Arduino platform specification, "Pre and post build hooks".
 */
export const hookRecipes = (properties: Properties, phase: HookPhase): ReadonlyArray<string> =>
  patterns(properties, `recipe.hooks.${phase}.`)

/**
 * The keys of the recipes that make images from the ELF (`recipe.objcopy.<name>.pattern`), in the order in which they
 * run: by name, numbers as numbers. An empty one is left out.
 * Source: Arduino platform specification, "Recipes for extraction of executable files and other binary data".
 */
export const objcopyRecipes = (properties: Properties): ReadonlyArray<string> => patterns(properties, "recipe.objcopy.")

/** The keys between `prefix` and `pattern`; where there is none, the one that is nothing but these two. */
const patterns = (properties: Properties, prefix: string): ReadonlyArray<string> => {
  const keys = [...properties]
    .filter(([key, { value }]) => key.startsWith(prefix) && key.endsWith(".pattern") && value !== "")
    .map(([key]) => key)
  const plain = `${prefix}pattern`
  const others = keys.filter((key) => key !== plain)
  return others.length > 0 ? others.sort(byParts) : keys
}

/** Compares part by part of the key: numbers as numbers, all else as text. */
const byParts = (one: string, other: string): number => {
  const [a, b] = [one.split("."), other.split(".")]
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const [x, y] = [a[at]!, b[at]!]
    const isNumeric = /^\d+$/.test(x) && /^\d+$/.test(y)
    const order = isNumeric && Number(x) !== Number(y) ? Number(x) - Number(y) : x < y ? -1 : x > y ? 1 : 0
    if (order !== 0) return order
  }
  return a.length - b.length
}
