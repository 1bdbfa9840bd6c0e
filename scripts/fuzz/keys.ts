// What an action stands for: what is known of it before it runs, and what it reads besides.
import * as Fs from "node:fs"
import * as Path from "node:path"
import { buildDir, digestOf, sha256 } from "./fbuild.ts"
import { copied, generatedDir, hooksIn } from "./hooks.ts"
import { closureOf, followLinks, type View } from "./includes.ts"
import { librariesOf, type Manifest } from "./libraries.ts"
import type { Files } from "./Script.ts"
import type { World } from "./World.ts"

export interface Key {
  readonly action: string
  readonly inputs: string
  /** Its output is written over by a hook of the build. */
  readonly isWrittenOver: boolean
  /** No table of flags says what its program does. */
  readonly isUncacheable: boolean
}

const core = Path.join(import.meta.dirname, "core")
const originalCore: Files = Object.fromEntries(
  Fs.readdirSync(core, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => {
    const path = Path.join(entry.parentPath, entry.name)
    return [`core:${Path.relative(core, path)}`, Fs.readFileSync(path, "utf8")]
  })
)

/** The keys of the actions of a build, which has just ended in `dir`; by id. */
export const keysOf = (world: World, dir: string, ids: ReadonlyArray<string>): ReadonlyMap<string, Key> => {
  const changed = Object.entries(world.core).filter(([, text]) => text !== undefined)
  const files: Record<string, string> = { ...followLinks(world.files), ...originalCore }
  for (const [path, text] of changed) files[`core:${path}`] = text!
  const digests = new Map<string, string | undefined>()
  const actual = (environment: string, pattern: RegExp) => {
    const folder = `.fbuild/build/${environment}/`
    return ids.filter((id) => id.startsWith(folder) && pattern.test(id.slice(folder.length))).sort().map((id) => {
      if (!digests.has(id)) digests.set(id, digestOf(Path.join(dir, id)))
      return [id.slice(folder.length), digests.get(id)]
    })
  }
  const environments = new Map<string, ReturnType<typeof inEnvironment>>()
  return new Map(ids.map((id) => {
    const [, name = "", rest = ""] = /^\.fbuild\/build\/([^/]+)\/(.*)$/.exec(id) ?? []
    const inThis = environments.get(name) ?? inEnvironment(world, dir, files, name, (pattern) => actual(name, pattern))
    environments.set(name, inThis)
    return [id, inThis(rest)]
  }))
}

const inEnvironment = (
  world: World,
  dir: string,
  given: Files,
  environment: string,
  actual: (pattern: RegExp) => unknown
) => {
  const local = given["core:platform.local.txt"] ?? ""
  const hooks = hooksIn(local)
  const generated = `${buildDir}/${environment}/${generatedDir}`
  const files = hooks.generates ? { ...given, [`${generated}/gen.h`]: given["data/gen.txt"] ?? "" } : given
  const { ini } = world
  const { board, flags: written } = environment === "more" ? ini.second ?? ini : ini
  const flags = `${written} ${world.variables.PLATFORMIO_BUILD_FLAGS}`
  const has = (folder: string) => Fs.existsSync(Path.join(dir, folder))
  const responses = new Set<string>()
  const words = expand(flags, files, responses).map((word) =>
    word.replace("--include-directory-after", "-idirafter").replace("--include-directory", "-I")
  )
  const ownWords = ini.srcFlags.split(" ")
  const coreFolders = ["core:cores/tiny", `core:variants/${board}`]
  const projectFolders = [ini.includeDir, "src"].filter(has)
  const sources = Object.keys(world.files).filter((path) => isCompiled(path, ini.filter)).sort()
  const tabs = sources.filter((path) => path.endsWith(".ino"))
  const seeds = [...tabs, ...sources.filter((path) => !path.endsWith(".ino"))]
  // The finder does not look into response files.
  const libraries = librariesOf(
    files,
    seeds,
    [...projectFolders, ...coreFolders, ...folders("-I", flags.split(" "))],
    has
  )
  const view = (words: ReadonlyArray<string>, more: ReadonlyArray<string>): View => ({
    files,
    quoted: folders("-iquote", words),
    folders: [
      generated,
      ...folders("-I", words),
      ...more,
      ...prefixed("-iwithprefixbefore", words),
      ...prefixed("-iwithprefix", words),
      ...folders("-isystem", words),
      ...standardBehind(words),
      ...folders("-idirafter", words)
    ]
  })
  const all = {
    core: view(words, coreFolders),
    library: view(words, [...coreFolders, ...libraries]),
    project: view([...words, ...ownWords], [...projectFolders, ...coreFolders, ...libraries])
  }
  const views = { ...all, sketch: { ...all.project, quoted: [...all.project.quoted, "src"] } }
  const forced = [...folders("-include", words), ...folders("-imacros", words)]
  const textsOf = (paths: Iterable<string>) => [...paths].sort().map((path) => [path, files[path] ?? ""])
  const tools = [
    board,
    world.tool,
    world.tools[world.tool],
    local,
    files["core:boards.local.txt"] ?? ""
  ]
  const common = [...tools, flags, ini.debug, hooks.generates ? environment : ""]
  const key = (name: string, action: ReadonlyArray<unknown>, inputs: ReadonlyArray<unknown> = []): Key => ({
    action: sha256(JSON.stringify([name, action])),
    inputs: sha256(JSON.stringify(inputs)),
    isWrittenOver: hooks.patches && name.endsWith(".elf"),
    isUncacheable: name === copied
  })
  const compile = (
    name: string,
    command: ReadonlyArray<unknown>,
    from: ReadonlyArray<string>,
    view: View,
    isApart = false
  ) => {
    const closures = from.map((source) => closureOf(source, view, forced, isApart))
    const beside = new Set(closures.flatMap(({ beside }) => [...beside]))
    const read = new Set([...responses, ...closures.flatMap(({ read }) => [...read])])
    return key(name, [...command, from.map((source) => [source, files[source]])], [textsOf(read), [...beside].sort()])
  }

  return (name: string): Key => {
    if (name.endsWith(".ino.cpp")) return key(name, [textsOf(tabs)])
    const project = [...common, ini.srcFlags, projectFolders, libraries]
    if (name.endsWith(".ino.cpp.o")) return compile(name, [...project, environment], tabs, views.sketch, true)
    if (name.startsWith("core/") && name.endsWith(".o")) {
      return compile(name, common, [name.replace(/^core\/(.*)\.o$/, "core:cores/tiny/$1")], views.core)
    }
    if (name.startsWith("lib/") && name.endsWith(".o")) {
      const [, library = ""] = name.split("/")
      const manifest = JSON.parse(files[`lib/${library}/library.json`] ?? "{}") as Manifest
      const command = [...common, libraries, manifest.build?.flags ?? ""]
      return compile(name, command, [librarySource(name, libraries)], views.library)
    }
    if (name.endsWith(".o")) return compile(name, project, [name.replace(/\.o$/, "")], views.project)
    if (name.endsWith(".a")) {
      return key(name, tools, [actual(new RegExp(`^${name.replace(/(?:\/core)?\.a$/, "")}/.*\\.o$`))])
    }
    if (name.endsWith(".elf")) {
      // With LTO it is the link that assembles what sources hand to the assembler.
      const assembled = words.includes("-flto") ? Object.keys(files).filter((path) => /\.(?:bin|inc)$/.test(path)) : []
      // A library with a manifest goes into the link as an archive.
      const archived = libraries.filter((folder) => `${folder.replace(/\/src$/, "")}/library.json` in files)
      const command = [...common, environment, libraries, archived]
      return key(name, command, [actual(/\.o$/), textsOf([...responses, ...assembled])])
    }
    if (name === copied) return key(name, [...tools, environment], [files["data/extra.txt"]])
    return key(name, [...tools, environment], [actual(/^firmware\.elf$/)])
  }
}

/** Words of flags with response files in place, whose names go to `responses`. */
const expand = (flags: string, files: Files, responses: Set<string>): ReadonlyArray<string> =>
  flags.split(/\s+/).flatMap((word) => {
    if (!word.startsWith("@")) return [word.replaceAll("'", "")]
    responses.add(word.slice(1))
    return expand(files[word.slice(1)] ?? "", files, responses)
  })

/** What stands behind an option, in its word or in the next one. */
const folders = (option: string, words: ReadonlyArray<string>): ReadonlyArray<string> =>
  words.flatMap((word, at) =>
    word === option ? words.slice(at + 1, at + 2) : word.startsWith(option) ? [word.slice(option.length)] : []
  )

/** The same of folders that stand behind the last prefix before them. The options stand apart from their values. */
const prefixed = (option: string, words: ReadonlyArray<string>): ReadonlyArray<string> =>
  words.flatMap((word, at) => {
    const before = words.lastIndexOf("-iprefix", at)
    return word === option && before >= 0 ? [`${words[before + 1]}${words[at + 1]}`] : []
  })

/** GCC looks for its own folder of headers behind the last prefix, too. Source: `add_standard_paths` in gcc/incpath.c. */
const standardBehind = (words: ReadonlyArray<string>): ReadonlyArray<string> =>
  folders("-iprefix", words).slice(-1).map((prefix) => `${prefix.replace(/^\.\//, "")}include`)

const isCompiled = (path: string, filter: string): boolean =>
  (/^src\/.*\.(?:cpp|c|S)$/.test(path) || /^src\/[^/]*\.ino$/.test(path)) &&
  !(filter.includes("b.cpp") && path === "src/b.cpp") && !(filter.includes("sub/") && path.startsWith("src/sub/"))

/** `lib/LibB/src/more.cpp` of `lib/LibB/more.cpp.o`. */
const librarySource = (name: string, libraries: ReadonlyArray<string>): string => {
  const [, library = "", ...rest] = name.replace(/\.o$/, "").split("/")
  const folder = libraries.find((folder) => folder.startsWith(`lib/${library}`)) ?? `lib/${library}`
  const path = rest.join("/")
  return folder.endsWith("/src") && !path.startsWith("src/") ? `${folder}/${path}` : `lib/${library}/${path}`
}
