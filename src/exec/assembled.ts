import { plainText } from "../domain/sourceText.ts"
import { inFolder } from "./inFolder.ts"
import type { Search } from "./searchOf.ts"

/** What a text has the assembler take in. */
export interface Binary {
  /** Where it is looked for, in order. */
  readonly places: ReadonlyArray<string>
  /** `.include`, which may have further directives in it. */
  readonly isText: boolean
}

/**
 * What the assembler is told to take in, by a text of its own or by one in a C string. `undefined` when a file is named in a
 * way that the text does not tell. Source: GNU as manual, `.incbin`, `.include`, `-I`.
 */
export const binariesOf = (text: string, search: Search): ReadonlyArray<Binary> | undefined => {
  const binaries: Array<Binary> = []
  for (const line of plainText(text).split("\n")) {
    for (const { 0: word, 1: kind = "", index } of line.matchAll(/\.inc(bin|lude)(?![\w.])/gi)) {
      const before = line.slice(0, index)
      const isText = kind.toLowerCase() === "lude"
      // `a.include` is a member, or the name of a file.
      if (isText && /[\w)\]]$/.test(before)) continue
      const name = nameAfter(line.slice(index + word.length), isInString(before))
      if (name === undefined) return undefined
      const places = name.startsWith("/")
        ? [name]
        : [name, ...search.assembler.map((folder) => inFolder(folder, name))]
      binaries.push({ places, isText })
    }
    if (partsDirective.test(line)) return undefined
  }
  return binaries
}

/** In a C string, quotes have a backslash. Other backslashes stand for another character or for the argument of a macro. */
const nameAfter = (text: string, isString: boolean): string | undefined =>
  (isString ? /^\s*\\"([^"\\]+)\\"/ : /^\s*"([^"\\]+)"/).exec(text)?.[1]

/** Whether a string has begun and not ended on a line. Of one that has no escapes, quotes are quotes. */
const isInString = (before: string): boolean =>
  !/R"[^(]*\([^"]*$/.test(before) && (before.replaceAll(/\\./g, "").match(/"/g) ?? []).length % 2 === 1

/** A string that ends within the name of a directive, and goes on with another string or a macro. */
const partsDirective = /\.inc(?:b|bi|l|lu|lud)?"[ \t]*["A-Za-z_]/i
