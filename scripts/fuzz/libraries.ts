import { folderOf, includesOf, normal } from "./includes.ts"
import type { Files } from "./Script.ts"

/** A library of the project: a folder, where its headers are, and its sources. */
interface Library {
  readonly name: string
  readonly include: string
  readonly sources: ReadonlyArray<string>
  readonly dependencies: ReadonlyArray<string>
}

/**
 * The folders of headers of the libraries that a project uses, in the order in which they are found: from the sources
 * through all that they include, file after file. `has` tells which folders there are, empty ones too.
 */
export const librariesOf = (
  files: Files,
  seeds: ReadonlyArray<string>,
  folders: ReadonlyArray<string>,
  has: (folder: string) => boolean
): ReadonlyArray<string> => {
  const known = ["LibA", "LibB"].filter((name) => has(`lib/${name}`)).map((name) => libraryAt(files, name, has))
  const selected: Array<Library> = []
  const reached = new Set<string>()
  const resolved = new Map<string, string | undefined>()
  let queue: Array<string> = []
  let unlisted: Array<Library> = []

  const reach = (path: string) => {
    if (!reached.has(path)) queue.push(path)
    reached.add(path)
  }
  const select = (library: Library) => {
    if (selected.includes(library)) return
    selected.push(library)
    unlisted.push(library)
    for (const name of library.dependencies) for (const other of known) if (other.name === name) select(other)
  }
  const resolve = (name: string): string | undefined => {
    for (const folder of [...folders, ...selected.map(({ include }) => include)]) {
      const path = normal(`${folder}/${name}`)
      if (path in files) return path
    }
    const provider = known.find(({ include }) => `${include}/${name}` in files)
    if (provider === undefined) return undefined
    select(provider)
    return `${provider.include}/${name}`
  }

  seeds.forEach(reach)
  while (queue.length > 0 || unlisted.length > 0) {
    const listed = unlisted
    unlisted = []
    for (const { sources } of listed) sources.forEach(reach)
    const batch = queue
    queue = []
    for (const from of batch) {
      for (const { form, name } of includesOf(files[from] ?? "")) {
        const own = normal(`${folderOf(from)}/${name}`)
        if (form === "quoted" && own in files) reach(own)
        else {
          if (!resolved.has(name)) resolved.set(name, resolve(name))
          const path = resolved.get(name)
          if (path !== undefined) reach(path)
        }
      }
    }
  }
  return selected.map(({ include }) => include)
}

const libraryAt = (files: Files, name: string, has: (folder: string) => boolean): Library => {
  const folder = `lib/${name}`
  const include = has(`${folder}/src`) ? `${folder}/src` : folder
  const manifest = JSON.parse(files[`${folder}/library.json`] ?? "{}") as Manifest
  const sources = Object.keys(files).filter((path) =>
    path.startsWith(`${include}/`) && path.endsWith(".cpp") &&
    !(manifest.build?.srcFilter !== undefined && path.endsWith("/more.cpp"))
  ).sort()
  return { name, include, sources, dependencies: manifest.dependencies?.map(({ name }) => name) ?? [] }
}

/** What `library.json` of the fuzzer's libraries can say. */
export interface Manifest {
  readonly build?: { readonly flags?: string; readonly srcFilter?: string }
  readonly dependencies?: ReadonlyArray<{ readonly name: string }>
}
