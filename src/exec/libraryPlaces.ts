import { linkArguments, linkFolders } from "../cache/linkFolders.ts"
import type { ScriptNames } from "../cache/linkScript.ts"
import { dirName } from "../domain/paths.ts"

/** A linker script that was read. */
export interface ReadScript extends ScriptNames {
  readonly path: string
}

/**
 * Where a link looks for each library, script and file that its command or one of its scripts names, in order, as far as
 * these say where. Source: GNU ld manual, `-l`, `-L`, `-T`, "Commands Dealing with Files".
 */
export const libraryPlaces = (
  argv: ReadonlyArray<string>,
  scripts: ReadonlyArray<ReadScript>
): ReadonlyArray<ReadonlyArray<string>> => {
  const args = linkArguments(argv)
  const folders = [...linkFolders(args), ...scripts.flatMap((script) => script.folders)]
  const below = (name: string) => folders.map((folder) => `${folder}/${name}`)
  const library = (name: string) => folders.flatMap((folder) => libraryFiles(name).map((file) => `${folder}/${file}`))
  const named = args.flatMap(({ class: meaning, name, value }) => {
    if (name === "-l" || name === "--library") return [library(value)]
    return meaning === "file" && scriptOptions.includes(name) && !value.startsWith("/")
      ? [[value, ...below(value)]]
      : []
  })
  const byScripts = scripts.flatMap(({ inputs, path, scripts }) =>
    [...inputs, ...scripts].filter((name) => !name.startsWith("/")).map((name) =>
      name.startsWith("-l") ? library(name.slice(2)) : [name, `${dirName(path) || "."}/${name}`, ...below(name)]
    )
  )
  return [...named, ...byScripts]
}

const scriptOptions = ["-T", "--script", "--default-script", "-dT"]

/** `-lm` → `libm.a`, `-l:x.a` → `x.a`. A shared library may be a script, and is found before. */
const libraryFiles = (name: string): ReadonlyArray<string> =>
  name.startsWith(":") ? [name.slice(1)] : [`lib${name}.so`, `lib${name}.a`]
