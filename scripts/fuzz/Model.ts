// What may run at most: a command runs only if it has not yet run on what it would read now.
import * as Fs from "node:fs"
import * as Path from "node:path"
import { buildDir, digestOf, type Outcome, sha256 } from "./fbuild.ts"
import { closureOf, type View } from "./includes.ts"
import type { Files } from "./Script.ts"
import type { World } from "./World.ts"

/** As many runs of one action as the cache keeps. */
const maximumRuns = 16

/** What an action stands for: what is known before it runs, and what it reads besides. */
interface Key {
  readonly action: string
  readonly inputs: string
}

export type Local = Map<string, string>

/** What a home knows, and (each in its `Local`) what checkouts know. */
export const makeModel = () => {
  const cache = new Map<string, ReadonlyArray<string>>()

  return {
    /** The cache has been damaged: it need not know anything. */
    forget: () => cache.clear(),
    /** The actions of a build that ran although they need not; learns from what it did. */
    surplus: (world: World, dir: string, local: Local, build: {
      readonly outcomes: ReadonlyMap<string, Outcome>
      readonly ok: boolean
      readonly isCached: boolean
    }): ReadonlyArray<string> => {
      const surplus: Array<string> = []
      const ids = [...build.outcomes.keys()]
      const keyOf = keysOf(world, dir, ids)
      const keys = new Map(ids.map((id) => [id, keyOf(id)]))
      for (const [id, outcome] of build.outcomes) {
        const { action, inputs } = keys.get(id)!
        const runs = cache.get(action) ?? []
        if (outcome === "Executed") {
          if (local.get(id) === `${action} ${inputs}` || (build.isCached && runs.includes(inputs))) surplus.push(id)
        }
        if (build.isCached && (outcome === "Executed" || (outcome === "Cached" && !runs.includes(inputs)))) {
          cache.set(action, [inputs, ...runs.filter((other) => other !== inputs)].slice(0, maximumRuns))
        }
        local.set(id, `${action} ${inputs}`)
      }
      if (build.ok && build.outcomes.size > 0) {
        for (const id of local.keys()) if (!build.outcomes.has(id)) local.delete(id)
      }
      return surplus
    }
  }
}

const core = Path.join(import.meta.dirname, "core")
const originalCore: Files = Object.fromEntries(
  Fs.readdirSync(core, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => {
    const path = Path.join(entry.parentPath, entry.name)
    return [`core:${Path.relative(core, path)}`, Fs.readFileSync(path, "utf8")]
  })
)

const keysOf = (world: World, dir: string, ids: ReadonlyArray<string>): (id: string) => Key => {
  const changed = Object.entries(world.core).filter(([, text]) => text !== undefined)
  const files: Record<string, string> = { ...world.files, ...originalCore }
  for (const [path, text] of changed) files[`core:${path}`] = text!
  const { flags, srcFlags } = world.ini
  const coreFolders = ["core:cores/tiny", `core:variants/${world.ini.board}`]
  const extra = `${flags} ${srcFlags}`.split(" ").filter((flag) => flag.startsWith("-I")).map((flag) => flag.slice(2))
  const folders = ["include", "src", ...extra, ...coreFolders, "lib/LibB/src", "lib/LibA"]
  const named = [...flags.matchAll(/include\/pre\.h|pre\.h|data\/flags\.txt/g)].map(([path]) =>
    path === "pre.h" ? "include/pre.h" : path
  )
  const view: View = { files, folders }
  const closure = (source: string) => closureOf(source, view, named)
  const sources = Object.keys(world.files).filter((path) => /^src\/.*\.(?:cpp|c|S|ino)$/.test(path))
  // Which libraries are used, in which order, comes into every command.
  const libraries = sources.flatMap((path) => [...closure(path).asked].filter((asked) => /Lib[AB]\.h$/.test(asked)))
  const there = Object.keys(world.files).filter((path) => path.startsWith("lib/"))
  const settings = [
    { ...world.ini, idle: "" },
    [...new Set(libraries)].sort(),
    there.filter(() => libraries.length > 0),
    files["core:platform.local.txt"] ?? "",
    files["core:boards.local.txt"] ?? "",
    world.tool,
    world.tools[world.tool]
  ]
  const textsOf = (paths: Iterable<string>) => [...paths].sort().map((path) => [path, files[path] ?? ""])
  const actual = (pattern: RegExp) => {
    const names = ids.map((id) => id.slice(buildDir.length + 1)).filter((name) => pattern.test(name)).sort()
    return names.map((name) => [name, digestOf(Path.join(dir, buildDir, name))])
  }
  const tabs = Object.keys(world.files).filter((path) => /^src\/[^/]*\.ino$/.test(path))
  const key = (id: string, action: ReadonlyArray<unknown>, inputs: ReadonlyArray<unknown> = []): Key => ({
    action: sha256(JSON.stringify([id, settings, action])),
    inputs: sha256(JSON.stringify(inputs))
  })

  return (id) => {
    const name = id.slice(buildDir.length + 1)
    if (name.endsWith(".ino.cpp")) return key(id, [tabs, textsOf(tabs)])
    if (name.endsWith(".ino.cpp.o")) {
      const closures = tabs.map(closure)
      return key(id, [tabs, textsOf(tabs)], [
        textsOf(new Set(closures.flatMap(({ read }) => [...read]))),
        [...new Set(closures.flatMap(({ beside }) => [...beside]))].sort()
      ])
    }
    if (name.endsWith(".o")) {
      const source = name.replace(/\.o$/, "").replace(/^core\//, "core:cores/tiny/")
      const { beside, read } = closure(source)
      return key(id, [files[source]], [textsOf(read), [...beside].sort()])
    }
    if (name.endsWith(".a")) return key(id, actual(/^core\/.*\.o$/))
    if (name.endsWith(".elf")) return key(id, actual(/\.o$/))
    return key(id, actual(/^firmware\.elf$/))
  }
}
