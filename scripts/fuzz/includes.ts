import type { Files } from "./Script.ts"

/** A compilation's view: all files that there are (core below `core:`), and where headers are looked for, in order. */
export interface View {
  readonly files: Files
  readonly folders: ReadonlyArray<string>
}

/** What a source takes in. */
export interface Closure {
  /** Files that are read, the source first. */
  readonly read: ReadonlySet<string>
  /** Where else there are files of the names that are asked for: one that appears or goes may make a difference. */
  readonly beside: ReadonlySet<string>
  /** Libraries' headers, `file name`. */
  readonly asked: ReadonlySet<string>
}

/**
 * Follows includes as the preprocessor does, but that conditions always hold: a superset only where a file asks whether
 * another one is there, and then includes it.
 */
export const closureOf = (source: string, { files, folders }: View, forced: ReadonlyArray<string>): Closure => {
  const read = new Set<string>()
  const beside = new Set<string>()
  const asked = new Set<string>()
  const enter = (path: string) => {
    if (read.has(path)) return
    read.add(path)
    const text = files[path] ?? ""
    for (const [, next, quoted, angled] of text.matchAll(/#include(_next)? (?:"([^"]+)"|<([^>]+)>)/g)) {
      const name = quoted ?? angled ?? ""
      look(path, name, quoted !== undefined && next === undefined, next !== undefined)
    }
    for (const [, name = ""] of text.matchAll(/__has_include\("([^"]+)"\)|WANTED "([^"]+)"/g)) note(name)
    if (text.includes("WANTED")) note("maybe.h")
    for (const [, name = ""] of text.matchAll(/\.(?:incbin|include) \\?"([^"\\]+)\\?"/g)) {
      for (const one of [name, ...folders.map((folder) => `${folder}/${name}`)]) if (one in files) read.add(one)
    }
  }
  const note = (name: string) => {
    const base = name.replace(/^.*\//, "")
    for (const path of Object.keys(files)) if (path.endsWith(`/${base}`)) beside.add(path)
  }
  const look = (from: string, name: string, isQuoted: boolean, isNext: boolean) => {
    note(name)
    asked.add(`${from} ${name}`)
    const own = from.slice(0, from.lastIndexOf("/"))
    const places = isQuoted ? [own, ...folders] : folders
    const found = places.map((folder) => normal(`${folder}/${name}`)).filter((path) => path in files)
    // After one's own place, wherever that is: all of them.
    for (const path of isNext ? found : found.slice(0, 1)) enter(path)
  }
  for (const path of forced) {
    if (path in files) enter(path)
    note(path)
  }
  enter(source)
  return { read, beside, asked }
}

const normal = (path: string): string => {
  const parts: Array<string> = []
  for (const part of path.split("/")) {
    if (part === "..") parts.pop()
    else parts.push(part)
  }
  return parts.join("/")
}
