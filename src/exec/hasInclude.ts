import { passedTo } from "../cache/passedOn.ts"
import { baseName } from "../domain/paths.ts"
import { plainText } from "../domain/sourceText.ts"
import { folderOf } from "./inFolder.ts"
import type { Search } from "./searchOf.ts"
import type { Place } from "./shadows.ts"

/*
 * What files ask for with `__has_include`: the depfile has no word of it. Source: GCC manual, "__has_include"; GCC 5 to 9
 * have it as a macro of `__has_include__`.
 */

const asking = /__has_include(?:_next)?(?:__)?/.source

/** Every place where a name could be that a file asks for. */
export const askedFor = (text: string, search: Search): ReadonlyArray<Place> =>
  [text, plainText(text)].flatMap((text) =>
    [...text.matchAll(new RegExp(`${asking}\\s*\\(\\s*(?:"([^"\\n]+)"|<([^>\\n]+)>)`, "g"))].flatMap((
      [, quoted, angled]
    ) => placesOf(quoted ?? angled ?? "", search))
  )

/** Whether a file asks for what a macro stands for, or gives the question another name. */
export const asksByMacro = (text: string): boolean => {
  const plain = plainText(text)
  return new RegExp(`${asking}\\s*\\(\\s*[A-Za-z_]`).test(plain) || isRenamed(directivesOf(plain))
}

/**
 * Every place where a name could be that the macros of these texts, and of the words of the command line, stand for where
 * it is asked for. `undefined`: the preprocessor puts a name together, by `#`, by `##`, or out of other macros between angles.
 */
export const askedByMacro = (
  texts: ReadonlyArray<string>,
  words: ReadonlyArray<string>,
  search: Search
): ReadonlyArray<Place> | undefined => namesOf(texts, words)?.flatMap((name) => placesOf(name, search))

/** The names that are asked for; `undefined`: there is no telling. */
const namesOf = (texts: ReadonlyArray<string>, words: ReadonlyArray<string>): ReadonlyArray<string> | undefined => {
  const directives = texts.flatMap((text) => directivesOf(plainText(text)))
  if (isRenamed(directives)) return undefined
  const macros = macrosOf(directives, words)
  const wrappers = wrappersOf(macros)
  const names = new Set<string>()

  /** Whether there is telling what this argument, or the first of these, stands for; notes it. */
  const isNamed = (argument: string, seen: ReadonlySet<string>): boolean => {
    const text = argument.trim()
    if (/^\\?"/.test(text)) return note(/^\\?"([^"\\\n]+)\\?"/.exec(text)?.[1])
    if (text.startsWith("<")) {
      const name = /^<([^>\n]+)>/.exec(text)?.[1]
      return name?.includes("##") !== true && !wordsOf(name ?? "").some((word) => macros.has(word)) && note(name)
    }
    const [, word, call] = /^([A-Za-z_]\w*)\s*(\()?/.exec(text) ?? []
    if (word === undefined || call !== undefined) return false
    if (seen.has(word)) return true
    const further = new Set([...seen, word])
    const bodies = macros.get(word)
    if (bodies !== undefined) return bodies.every(({ body }) => isNamed(body, further))
    // The parameter of a macro that asks: what that is given.
    return [...wrappers].every(([wrapper, some]) =>
      some.map(({ parameters }) => parameters.indexOf(word)).filter((index) => index >= 0).every((index) =>
        argumentsOf(wrapper, directives).every((given) => isNamed(partsOf(given)[index] ?? "", further))
      )
    )
  }
  const note = (name: string | undefined): boolean => {
    if (name !== undefined) names.add(name)
    return name !== undefined
  }

  return argumentsOf(asking, directives).every((argument) => isNamed(argument, new Set())) ? [...names] : undefined
}

/** Lines for the preprocessor. */
const directivesOf = (plain: string): ReadonlyArray<string> => plain.match(/^[ \t]*#.*$/gm) ?? []

/** Whether one of these lines lets another word ask. */
const isRenamed = (directives: ReadonlyArray<string>): boolean =>
  directives.some((line) =>
    /^\s*#\s*define\b/.test(line) && line.replaceAll(asksOrDefines, "").includes("__has_include")
  )

/** Where the word is an operator, or only asked after. */
const asksOrDefines = new RegExp(`${asking}\\s*\\(|\\bdefined\\s*\\(?\\s*${asking}`, "g")

interface Macro {
  readonly parameters: ReadonlyArray<string>
  readonly body: string
}

const macrosOf = (
  directives: ReadonlyArray<string>,
  words: ReadonlyArray<string>
): ReadonlyMap<string, ReadonlyArray<Macro>> => {
  const found = [
    ...directives.map((line) => /^\s*#\s*define\s+(\w+)(\([^)]*\))?\s*(.*)$/.exec(line)),
    ...given(words).map((word) => /^(\w+)(\([^)]*\))?=?(.*)$/s.exec(word))
  ].filter((match) => match !== null)
  return Map.groupBy(
    found.map(([, name = "", parameters = "", body = ""]) => ({
      name,
      body,
      parameters: parameters === ""
        ? []
        : partsOf(parameters.slice(1)).map((text) => text.replace(/\s*\.\.\.\s*$/, "").trim() || "__VA_ARGS__")
    })),
    ({ name }) => name
  )
}

/** The macros of a command line, `NAME=text`. */
const given = (words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const all = [...words, ...passedTo("p", words)]
  return all.flatMap((word, index) =>
    word === "-D" || word === "--define-macro"
      ? all.slice(index + 1, index + 2)
      : /^(?:-D|--define-macro=)(.*)$/s.exec(word)?.[1] ?? []
  )
}

/** Macros that ask for what they are given, themselves or through others. */
const wrappersOf = (macros: ReadonlyMap<string, ReadonlyArray<Macro>>) => {
  const wrappers = new Map<string, ReadonlyArray<Macro>>()
  for (let count = -1; count < wrappers.size;) {
    count = wrappers.size
    for (const [name, some] of macros) {
      const asks = some.filter(({ body }) =>
        wordsOf(body).some((word) => word.startsWith("__has_include") || wrappers.has(word))
      )
      if (asks.length > 0) wrappers.set(name, asks)
    }
  }
  return wrappers
}

const wordsOf = (text: string): ReadonlyArray<string> => text.match(/[A-Za-z_]\w*/g) ?? []

/** What stands behind the parenthesis wherever these lines call something, but for its definition. */
const argumentsOf = (name: string, directives: ReadonlyArray<string>): ReadonlyArray<string> =>
  directives.filter((line) => !new RegExp(`^\\s*#\\s*define\\s+${name}\\(`).test(line)).flatMap((line) =>
    [...line.matchAll(new RegExp(`\\b${name}\\s*\\(\\s*`, "g"))].map(({ 0: begin, index }) =>
      line.slice(index + begin.length)
    )
  )

/** What commas part, up to the parenthesis that ends it. */
const partsOf = (text: string): ReadonlyArray<string> => {
  const parts = [""]
  let depth = 0
  for (const [piece] of text.matchAll(/"(?:\\.|[^"\\])*"|<[^>,()]*>|[^]/g)) {
    if (piece === ")" && depth-- === 0) break
    if (piece === "(") depth++
    if (piece === "," && depth === 0) parts.push("")
    else parts[parts.length - 1] += piece
  }
  return parts
}

const placesOf = (name: string, search: Search): ReadonlyArray<Place> =>
  name.startsWith("/")
    ? [[folderOf(name), baseName(name)]]
    : [...search.includers, ...search.folders].map((folder) => [folder, name])
