import { type Files, linkTarget } from "./Script.ts"

/** A compilation's view: all files that there are (core below `core:`), and where headers are looked for, in order. */
export interface View {
  /** Links are what they lead to. */
  readonly files: Files
  readonly folders: ReadonlyArray<string>
  /** Before them, where a name is in quotes. */
  readonly quoted: ReadonlyArray<string>
}

/** What a source takes in. */
export interface Closure {
  /** Files that are read, the source first. */
  readonly read: ReadonlySet<string>
  /** Where else there are files of the names that are asked for: one that appears or goes may make a difference. */
  readonly beside: ReadonlySet<string>
}

/**
 * Follows includes as the preprocessor does, but that conditions always hold: a superset only where a file asks whether
 * another one is there, and then includes it. `forced`: names of `-include` and `-imacros`. `isApart`: its text is compiled
 * from another folder.
 */
export const closureOf = (
  source: string,
  { files, folders, quoted }: View,
  forced: ReadonlyArray<string>,
  isApart = false
): Closure => {
  const read = new Set<string>()
  const beside = new Set<string>()
  const enter = (path: string) => {
    if (read.has(path)) return
    read.add(path)
    const text = (files[path] ?? "").replaceAll("\\\n", "")
    for (const { form, isNext, name } of includesOf(text)) {
      const own = path === source && isApart ? [] : [folderOf(path)]
      look(name, form === "quoted" && !isNext ? [...own, ...quoted, ...folders] : folders, isNext)
    }
    for (const [, name = ""] of text.matchAll(/__has_include(?:_next)?\(["<]([^">]+)[">]\)|WANTED "([^"]+)"/g)) {
      note(name)
    }
    if (text.includes("WANTED")) note("maybe.h")
    for (const [, name = ""] of text.matchAll(/\.(?:incbin|include) \\?"([^"\\]+)\\?"/gi)) {
      for (const one of [name, ...folders.map((folder) => `${folder}/${name}`)]) if (one in files) read.add(one)
    }
  }
  const note = (name: string) => {
    const base = name.replace(/^.*\//, "")
    for (const path of Object.keys(files)) if (`/${path}`.endsWith(`/${base}`)) beside.add(path)
  }
  const look = (name: string, places: ReadonlyArray<string>, isNext: boolean) => {
    note(name)
    const found = places.map((folder) => normal(`${folder}/${name}`)).filter((path) => path in files)
    // After one's own place, wherever that is: all of them.
    for (const path of isNext ? found : found.slice(0, 1)) enter(path)
  }
  for (const name of forced) look(name, [".", ...quoted, ...folders], false)
  enter(source)
  return { read, beside }
}

export interface Include {
  readonly name: string
  readonly form: "quoted" | "angled"
  readonly isNext: boolean
}

/** The includes of a text, in order, those of a macro among them. */
export const includesOf = (text: string): ReadonlyArray<Include> =>
  [...text.matchAll(/#include(_next)? (?:"([^"]+)"|<([^>]+)>)|#define WHICH "([^"]+)"/g)].map((
    [, next, quoted, angled, computed]
  ) => ({
    name: quoted ?? angled ?? computed ?? "",
    form: angled === undefined ? "quoted" : "angled",
    isNext: next !== undefined
  }))

/** The files with what links lead to in their place; links to nothing are not there. */
export const followLinks = (files: Files): Files =>
  Object.fromEntries(
    Object.entries(files).flatMap(([path, text]) => {
      const target = linkTarget(text)
      const real = target === undefined ? text : files[normal(`${folderOf(path)}/${target}`)]
      return real === undefined || linkTarget(real) !== undefined ? [] : [[path, real]]
    })
  )

export const folderOf = (path: string): string => path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "."

export const normal = (path: string): string => {
  const parts: Array<string> = []
  for (const part of path.split("/")) {
    if (part === "..") parts.pop()
    else if (part !== ".") parts.push(part)
  }
  return parts.join("/")
}
