import { notPassedOn, passedTo } from "../cache/passedOn.ts"
import { belowSysroot } from "../cache/sysroot.ts"
import { belowFolder, folderOf } from "./inFolder.ts"

/** Where a compiler looks for headers, as far as its command line says. */
export interface Search {
  /** Folders of the command line, in the order in which they are searched; a folder may be there more than once. */
  readonly folders: ReadonlyArray<string>
  /** Folders of the files that include something, but for the toolchain's own. */
  readonly includers: ReadonlyArray<string>
  /** Whether there are more that only the compiler knows. */
  readonly unseen: boolean
  /** Names of `-include` and `-imacros`, which are looked for where the compiler runs before all else. */
  readonly forced: ReadonlyArray<string>
  /** Folders where the assembler may look: those, and `-Wa,-I`. */
  readonly assembler: ReadonlyArray<string>
  /** The target in the compiler's name, `avr`: a folder of that name has what the toolchain brings along. */
  readonly target: string
  /** Equal for equal searches. */
  readonly key: string
}

/**
 * The search order that a command line, response files in place, sets up for a source and the headers that it was found to
 * read. Source: GCC 14 manual, "Directory Options"; `-v` of GCC 5.4 and 12.2 for what it does not say: all `-I` come
 * before what begins with `-i`, and what is for the preprocessor alone comes last.
 */
export const searchOf = (argv: ReadonlyArray<string>, read: ReadonlyArray<string>): Search => {
  const target = /([^/]*)-[^-/]*$/.exec(argv[0] ?? "")?.[1] ?? ""
  const { folders, forced, unseen } = foldersOf(argv, target)
  const includers = new Set<string>()
  for (const path of read) {
    if (path.startsWith("/") && !folders.some((folder) => belowFolder(path, folder) !== undefined)) continue
    includers.add(folderOf(path))
  }
  const sorted = [...includers].sort()
  const told = optionsOf(passedTo("a", argv)).flatMap(([meaning, value]) => meaning === "bracket" ? [value] : [])
  return {
    folders,
    unseen,
    includers: sorted,
    forced,
    assembler: [...new Set([...folders, ...told])],
    target,
    key: [target, ...folders, "", ...sorted, "", ...forced].join("\0")
  }
}

/** What an option says of the search: where its folder comes in, what comes before other folders, what is read first. */
type Meaning = "bracket" | "quote" | "before" | "with" | "system" | "after" | "prefix" | "root" | "forced"

/** Their value is the rest of the word, or the next one. The first that fits counts. */
const joined: ReadonlyArray<readonly [name: string, meaning: Meaning]> = [
  ["-I", "bracket"],
  ["-iquote", "quote"],
  ["-iwithprefixbefore", "before"],
  ["-iwithprefix", "with"],
  ["-isystem", "system"],
  ["-idirafter", "after"],
  ["-iprefix", "prefix"],
  ["-isysroot", "root"],
  ["-include", "forced"],
  ["-imacros", "forced"]
]

/** Their value stands behind `=`, or is the next word. */
const long: ReadonlyMap<string, Meaning> = new Map([
  ["--include-directory", "bracket"],
  ["--include-with-prefix-before", "before"],
  ["--include-with-prefix-after", "with"],
  ["--include-with-prefix", "with"],
  ["--include-directory-after", "after"],
  ["--include-prefix", "prefix"],
  ["--sysroot", "root"],
  ["--include", "forced"],
  ["--imacros", "forced"]
])

type Option = readonly [meaning: Meaning, value: string]

const optionsOf = (words: ReadonlyArray<string>): Array<Option> => {
  const found: Array<Option> = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!
    if (!/^-[-Ii]/.test(word)) continue
    if (word === "--include-barrier") found.push(["bracket", "-"])
    const [name, meaning] = word.startsWith("--")
      ? longOption(word)
      : joined.find(([name]) => word.startsWith(name)) ?? []
    if (name === undefined || meaning === undefined) continue
    const value = word === name ? words[++at] : word.slice(word.startsWith("--") ? name.length + 1 : name.length)
    if (value !== undefined) found.push([meaning, value])
  }
  return found
}

const longOption = (word: string): readonly [name: string, meaning: Meaning | undefined] => {
  const [name = ""] = word.split("=", 1)
  return [name, long.get(name)]
}

const foldersOf = (argv: ReadonlyArray<string>, target: string) => {
  const told = optionsOf(notPassedOn(argv))
  const isFirst = ([meaning]: Option) => meaning === "bracket"
  const options = [
    ...told.filter(isFirst),
    ...told.filter((option) => !isFirst(option)),
    ...optionsOf(passedTo("p", argv))
  ]
  let [quote, bracket]: [Array<string>, Array<string>] = [[], []]
  const [system, after, forced]: [Array<string>, Array<string>, Array<string>] = [[], [], []]
  const roots = options.flatMap(([meaning, value]) => meaning === "root" ? [value.replace(/\/$/, "")] : [])
  let prefix: string | undefined
  let unseen = false
  const add = (to: Array<string>, value: string) => void to.push(...spellings(value, roots))
  // Without a prefix it is below the toolchain's own folder.
  const addPrefixed = (to: Array<string>, value: string) => {
    if (prefix === undefined) unseen = true
    else add(to, `${prefix}${value}`)
  }
  for (const [meaning, value] of options) {
    switch (meaning) {
      case "bracket":
        if (value !== "-") add(bracket, value)
        else {
          // What came before is for quoted names alone, and comes before `-iquote`.
          quote = [...bracket, ...quote]
          bracket = []
        }
        break
      case "quote":
        add(quote, value)
        break
      case "before":
        addPrefixed(bracket, value)
        break
      case "with":
        addPrefixed(system, value)
        break
      case "system":
        add(system, value)
        break
      case "after":
        add(after, value)
        break
      case "prefix":
        prefix = value
        break
      case "forced":
        forced.push(value)
        break
      case "root":
    }
  }
  const translated = prefix === undefined ? [] : ownFolders(target).map((folder) => plain(prefix + folder))
  const standard = [...translated, ...roots.flatMap((root) => standardFolders.map((folder) => `${root}/${folder}`))]
  return { folders: [...quote, ...bracket, ...system, ...standard, ...after], forced, unseen }
}

/** A folder as depfiles have it; below every root if it is below one. */
const spellings = (folder: string, roots: ReadonlyArray<string>): ReadonlyArray<string> => {
  const below = belowSysroot(folder)
  return below === folder ? [plain(folder)] : ["", ...roots].map((root) => plain(root + below))
}

/** GCC leaves `./` at the front out of a depfile, and puts no slash behind a slash. */
const plain = (folder: string): string => {
  const name = folder.replace(/^(?:\.\/+)+/, "")
  return name === "" || name === "." ? "." : name.length > 1 && name.endsWith("/") ? name.slice(0, -1) : name
}

/** Below a root, where GCC looks by itself, as far as that is the same everywhere. Source: GCC manual, "Search Path". */
const standardFolders = ["usr/local/include", "usr/include", "sys-include", "include"]

/**
 * Where GCC's own headers are below its own folder, and where it looks before that below the last prefix that it is given. Not those of C++, which
 * have its version in their name. Source: `-v` of GCC 5.4 and 12.2, whose manual does not tell.
 */
const ownFolders = (target: string): ReadonlyArray<string> => [
  "include",
  "include-fixed",
  `../../../${target}/sys-include`,
  `../../../${target}/include`
]
