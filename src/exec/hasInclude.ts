import type { Search } from "./searchOf.ts"
import type { Place } from "./shadows.ts"

/*
 * What files ask for with `__has_include`: the depfile has no word of it. Source: GCC manual, "__has_include".
 */

/** Every place where a name could be that a file asks for. */
export const askedFor = (text: string, search: Search): ReadonlyArray<Place> =>
  [text, plainText(text)].flatMap((text) =>
    [...text.matchAll(/__has_include(?:_next)?\s*\(\s*(?:"([^"\n]+)"|<([^>\n]+)>)/g)].flatMap(([, quoted, angled]) =>
      placesOf(quoted ?? angled ?? "", search)
    )
  )

/** Whether a file asks for what a macro stands for. */
export const asksByMacro = (text: string): boolean =>
  [text, plainText(text)].some((text) => /__has_include(?:_next)?\s*\(\s*[A-Za-z_]/.test(text))

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
  // `print(".")` names a folder, which is no header.
  return [...names].filter((name) => !/(?:^|\/)\.{0,2}$/.test(name)).flatMap((name) => placesOf(name, search))
}

/**
 * Whether `askedByMacro` has all that these texts, and the words of the command line, ask for. Not so where the preprocessor
 * puts a name together: by `#`, by `##`, or out of other macros between angles.
 */
export const namesAll = (texts: ReadonlyArray<string>, words: ReadonlyArray<string>): boolean => {
  const directives = texts.flatMap((text) => plainText(text).match(/^[ \t]*#.*$/gm) ?? [])
  const macros = macrosOf(directives, words)
  const wrappers = wrappersOf(macros)
  const isNamed = (argument: string, seen: ReadonlySet<string>): boolean => {
    const text = argument.trim()
    if (text.startsWith("\"") || text.startsWith("\\\"")) return true
    if (text.startsWith("<")) return !(text.match(/[A-Za-z_]\w*/g) ?? []).some((word) => macros.has(word))
    const [, name, call] = /^([A-Za-z_]\w*)\s*(\()?/.exec(text) ?? []
    if (name === undefined || call !== undefined) return false
    if (seen.has(name)) return true
    const further = new Set([...seen, name])
    const bodies = macros.get(name)
    if (bodies !== undefined) return bodies.every(({ body }) => isNamed(body, further))
    // The parameter of a macro that asks: what that is given.
    return [...wrappers].filter(([, parameters]) => parameters.has(name)).every(([wrapper]) =>
      argumentsOf(wrapper, directives).every((argument) => isNamed(argument, further))
    )
  }
  return argumentsOf("__has_include(?:_next)?", directives).every((argument) =>
    argument.startsWith("<") || isNamed(argument, new Set())
  )
}

interface Macro {
  readonly parameters: ReadonlySet<string>
  readonly body: string
}

const macrosOf = (
  directives: ReadonlyArray<string>,
  words: ReadonlyArray<string>
): ReadonlyMap<string, ReadonlyArray<Macro>> => {
  const given = words.flatMap((word, index) =>
    word === "-D" ? words.slice(index + 1, index + 2) : word.startsWith("-D") ? [word.slice(2)] : []
  )
  const found = [
    ...directives.map((line) => /^\s*#\s*define\s+(\w+)(\([^)]*\))?\s*(.*)$/.exec(line)),
    ...given.map((word) => /^(\w+)(\([^)]*\))?=?(.*)$/s.exec(word))
  ].filter((match) => match !== null)
  return Map.groupBy(
    found.map(([, name = "", parameters = "", body = ""]) => ({
      name,
      body,
      parameters: new Set(parameters.includes("...") ? [...wordsOf(parameters), "__VA_ARGS__"] : wordsOf(parameters))
    })),
    ({ name }) => name
  )
}

/** Macros that ask for what they are given, themselves or through others, and their parameters. */
const wrappersOf = (macros: ReadonlyMap<string, ReadonlyArray<Macro>>): ReadonlyMap<string, ReadonlySet<string>> => {
  const wrappers = new Map<string, ReadonlySet<string>>()
  for (let count = -1; count < wrappers.size;) {
    count = wrappers.size
    for (const [name, some] of macros) {
      const asking = some.filter(({ body }) =>
        wordsOf(body).some((word) => word.startsWith("__has_include") || wrappers.has(word))
      )
      if (asking.length > 0) wrappers.set(name, new Set(asking.flatMap(({ parameters }) => [...parameters])))
    }
  }
  return wrappers
}

const wordsOf = (text: string): ReadonlyArray<string> => text.match(/[A-Za-z_]\w*/g) ?? []

/** What stands behind the parenthesis wherever these lines call something, but for its definition. */
const argumentsOf = (name: string, directives: ReadonlyArray<string>): ReadonlyArray<string> =>
  directives.filter((line) => !new RegExp(`^\\s*#\\s*define\\s+${name}\\(`).test(line)).flatMap((line) =>
    [...line.matchAll(new RegExp(`\\b${name}\\s*\\(\\s*([^\\n]*)`, "g"))].map(([, argument = ""]) => argument)
  )

/** Lines that a backslash parts are one, comments are blanks. */
const plainText = (text: string): string => text.replaceAll(/\\\r?\n/g, "").replaceAll(/\/\*[^]*?\*\//g, " ")

const placesOf = (name: string, search: Search): ReadonlyArray<Place> => {
  if (!name.startsWith("/")) return [...search.includers, ...search.folders].map((folder): Place => [folder, name])
  const slash = name.lastIndexOf("/")
  return [[name.slice(0, slash), name.slice(slash + 1)]]
}
