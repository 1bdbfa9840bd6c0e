import { baseName } from "../domain/paths.ts"
import { belowFolder } from "./inFolder.ts"
import type { Search } from "./searchOf.ts"

/** A place to look: `name` below `folder`. */
export type Place = readonly [folder: string, name: string]

/** Where a file of that name would be found: in a folder of an includer, or in one of the first folders of a search. */
export interface Shadow {
  readonly name: string
  readonly includers: boolean
  /** How many of the folders. */
  readonly before: number
}

/**
 * What would be found instead of `header`, if it were there. The compiler does not say where it looked in vain, but its search
 * order and the paths of what it found do: quoted includes look beside the file that has them, then all in the folders of the
 * command line, in order. A header below a folder of the command line was found there by the rest of its path; one of the
 * toolchain's own by some end of its path, so all of them count. A precompiled header is found first in any folder.
 * Source: GCC manual, "Search Path", "Precompiled Headers".
 */
export const shadowsOf = (header: string, search: Search): ReadonlyArray<Shadow> => {
  const { folders, includers } = search
  const shadows: Array<Shadow> = []
  let known = false
  for (const [index, folder] of folders.entries()) {
    const name = belowFolder(header, folder)
    if (name === undefined) continue
    known = true
    const before = isStandard(folder, search) ? folders.length : index
    shadows.push({ name, includers: true, before }, { name: `${name}.gch`, includers: true, before: before + 1 })
  }
  if (known) return shadows
  if (includers.some((folder) => belowFolder(header, folder) !== undefined)) {
    return [{ name: `${baseName(header)}.gch`, includers: true, before: 0 }]
  }
  for (const name of endsOf(header)) shadows.push({ name, includers: true, before: folders.length })
  return shadows
}

/** Where `-include` and `-imacros` would have found a header before all else. */
export const forcedShadowsOf = (header: string, { folders, forced }: Search): ReadonlyArray<string> => {
  if (forced.length === 0) return []
  const names = [...folders.flatMap((folder) => belowFolder(header, folder) ?? []), ...endsOf(header)]
  return names.filter((name) => forced.includes(name)).flatMap((name) => [name, `${name}.gch`])
}

/** What is behind each slash of a path. */
const endsOf = (path: string): ReadonlyArray<string> => {
  const ends: Array<string> = []
  for (let slash = path.indexOf("/"); slash >= 0; slash = path.indexOf("/", slash + 1)) ends.push(path.slice(slash + 1))
  return ends
}

/**
 * Whether GCC looks there by itself, after all that the command line names: there it stays, then, wherever the command line
 * has it. Source: GCC manual, "-I".
 */
const isStandard = (folder: string, { target }: Search): boolean =>
  /^\/usr\/(?:local\/)?include(?:\/|$)|\/lib\/gcc\//.test(folder) ||
  (target !== "" && folder.startsWith("/") && `${folder}/`.includes(`/${target}/include/`))
