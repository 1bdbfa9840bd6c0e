/**
 * Where a header could appear and be found before the one that a compilation used. The compiler does not say where it
 * looked in vain, but its search order and the paths of what it found do: quoted includes look beside the file that has
 * them, then all in the folders of the command line, in order. Source: GCC manual, "Search Path".
 */
export interface Search {
  /** Folders of `-iquote`, `-I`, `-isystem` and `-idirafter`, in the order in which they are searched. */
  readonly folders: ReadonlyArray<string>
  /** Folders of the files that include something, but for the toolchain's own. */
  readonly includers: ReadonlyArray<string>
  /** Names of `-include` and `-imacros`, which are looked for where the compiler runs before all else. */
  readonly forced: ReadonlyArray<string>
  /** Folders where the assembler may look: those, and `-Wa,-I`. */
  readonly assembler: ReadonlyArray<string>
  /** Equal for equal searches. */
  readonly key: string
}

/** A place to look: `name` below `folder`. */
export type Place = readonly [folder: string, name: string]

const options = ["-iquote", "-I", "-isystem", "-idirafter"]

/** The search order that a command line sets up for a source and the headers that it was found to read. */
export const searchOf = (argv: ReadonlyArray<string>, read: ReadonlyArray<string>): Search => {
  // Words that the driver hands on to the preprocessor.
  const words = argv.flatMap((arg) =>
    arg.startsWith("-Wp,") ? arg.slice("-Wp,".length).split(",") : arg === "-Xpreprocessor" ? [] : [arg]
  )
  const folders = options.flatMap((option) => valuesOf(option, words))
  const forced = ["-include", "-imacros"].flatMap((option) => valuesOf(option, words))
  const includers = new Set<string>()
  for (const path of read) {
    const folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "."
    if (!path.startsWith("/") || folders.some((one) => path.startsWith(`${one}/`))) includers.add(folder)
  }
  const sorted = [...includers].sort()
  const told = argv.flatMap((arg) =>
    arg.startsWith("-Wa,") ? [...arg.matchAll(/,-I,?([^,]+)/g)].map(([, dir = ""]) => dir) : []
  )
  return {
    folders,
    includers: sorted,
    forced,
    assembler: [...folders, ...told],
    key: [...folders, "", ...sorted, "", ...forced].join("\0")
  }
}

/** What stands behind an option, in its word or in the next one. */
const valuesOf = (option: string, words: ReadonlyArray<string>): ReadonlyArray<string> =>
  words.flatMap((word, index) =>
    word === option ? words.slice(index + 1, index + 2) : word.startsWith(option) ? [word.slice(option.length)] : []
  )

/**
 * The places where something would have been found instead of `header`. A header below a folder of the command line was
 * found there by the rest of its path; one of the toolchain's own by some end of its path, so all of them count.
 */
export const shadowsOf = (header: string, search: Search): ReadonlyArray<Place> => {
  const places: Array<Place> = []
  const add = (folders: ReadonlyArray<string>, name: string) => {
    for (const folder of folders) if (`${folder}/${name}` !== header) places.push([folder, name])
  }
  const addForced = (name: string) => {
    if (search.forced.includes(name)) places.push([".", name], [".", `${name}.gch`])
  }
  let known = false
  for (const [index, folder] of search.folders.entries()) {
    if (!header.startsWith(`${folder}/`)) continue
    known = true
    const name = header.slice(folder.length + 1)
    places.push([folder, `${name}.gch`])
    addForced(name)
    add(search.includers, name)
    add(search.folders.slice(0, index), name)
  }
  if (known || search.includers.some((folder) => header.startsWith(`${folder}/`) || folder === ".")) return places
  for (let slash = header.indexOf("/"); slash >= 0; slash = header.indexOf("/", slash + 1)) {
    const name = header.slice(slash + 1)
    addForced(name)
    add(search.includers, name)
    add(search.folders, name)
  }
  return places
}

/** Every place where a name could be that a file asks for with `__has_include`. */
export const askedFor = (text: string, search: Search): ReadonlyArray<Place> =>
  [...text.matchAll(/__has_include(?:_next)?\s*\(\s*(?:"([^"\n]+)"|<([^>\n]+)>)/g)].flatMap(([, quoted, angled]) =>
    [...search.includers, ...search.folders].map((folder): Place => [folder, quoted ?? angled ?? ""])
  )

/** Whether `__has_include` is asked for what a macro stands for. */
export const asksByMacro = (text: string): boolean => /__has_include(?:_next)?\s*\(\s*[A-Za-z_]/.test(text)

/**
 * Every place where a name could be that a macro of these texts and of the command line may stand for: all names between
 * quotes or angles that are a macro's text or the one argument of something.
 */
export const askedByMacro = (texts: ReadonlyArray<string>, search: Search): ReadonlyArray<Place> => {
  const names = new Set(
    texts.flatMap((text) =>
      [...text.matchAll(/(?:^\s*#\s*define\s+\w+\s+|\w\s*\(\s*|^-D\w+=)(?:\\?"([\w./+-]+)\\?"|<([\w./+-]+)>)/gm)].map((
        [, quoted, angled]
      ) => quoted ?? angled ?? "")
    )
  )
  return [...names].flatMap((name) => [...search.includers, ...search.folders].map((folder): Place => [folder, name]))
}

/**
 * What the assembler is told to take in: for each name, where it looks, in order. `undefined` when a file is named in a way
 * that its text does not tell. Source: GNU as manual, `.incbin`, `.include`, `-I`.
 */
export const binariesOf = (text: string, search: Search): ReadonlyArray<ReadonlyArray<string>> | undefined => {
  const all = [...text.matchAll(/\.incbin(?![\w.])|^\s*\.include(?![\w.])/gm)].length
  const names = [...text.matchAll(/\.inc(?:bin|lude)\s*\\?"([^"\\\n]+)\\?"/g)].map(([, name = ""]) => name)
  if (names.length < all) return undefined
  return names.map((name) =>
    name.startsWith("/") ? [name] : [name, ...search.assembler.map((folder) => `${folder}/${name}`)]
  )
}

/**
 * Where a link looks for each library and each script that its command names, in order, as far as the command says where.
 * Source: GNU ld manual, `-l`, `-L`, `-T`.
 */
export const libraryPlaces = (argv: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> => {
  const folders = valuesOf("-L", argv)
  return argv.flatMap((arg, index) => {
    if (/^-l./.test(arg)) return [folders.map((folder) => `${folder}/${libraryFile(arg.slice(2))}`)]
    const script = arg === "-T" ? argv[index + 1] : /^(?:-T|-Wl,-T,?|-Wl,--script=)(.+)$/.exec(arg)?.[1]
    return script === undefined || script.startsWith("/")
      ? []
      : [[script, ...folders.map((folder) => `${folder}/${script}`)]]
  })
}

/** `-lm` → `libm.a`, `-l:x.a` → `x.a`: shared libraries are not for microcontrollers. */
const libraryFile = (name: string): string => name.startsWith(":") ? name.slice(1) : `lib${name}.a`
