import type { Properties } from "./Properties.ts"

/** Points of a build at which a platform may run commands of its own. */
export type HookPhase =
  | "prebuild"
  | "postbuild"
  | `${"sketch" | "libraries" | "core"}.${"prebuild" | "postbuild"}`
  | "linking.prelink"
  | "linking.postlink"
  | "objcopy.preobjcopy"
  | "objcopy.postobjcopy"
  | "savehex.presavehex"
  | "savehex.postsavehex"

/**
 * The keys of the hooks of a phase (`recipe.hooks.<phase>.<n>.pattern`) in the order in which they run: by text, so
 * that `10` comes before `2`. An empty one is left out: that is how a `.local.txt` switches a hook off.
 * Source: Arduino platform specification, "Pre and post build hooks".
 */
export const hookRecipes = (properties: Properties, phase: HookPhase): ReadonlyArray<string> =>
  patterns(properties, `recipe.hooks.${phase}.`)

/**
 * The keys of the recipes that make images from the ELF (`recipe.objcopy.<name>.pattern`), in the order in which they
 * run: by text. An empty one is left out.
 * Source: Arduino platform specification, "Recipes for extraction of executable files and other binary data".
 */
export const objcopyRecipes = (properties: Properties): ReadonlyArray<string> => patterns(properties, "recipe.objcopy.")

const patterns = (properties: Properties, prefix: string): ReadonlyArray<string> =>
  [...properties]
    .filter(([key, { value }]) => key.startsWith(prefix) && key.endsWith(".pattern") && value !== "")
    .map(([key]) => key)
    .sort()
