import { belowSysroot } from "./sysroot.ts"

/** What a linker script names. */
export interface ScriptNames {
  /** Of `INCLUDE`. */
  readonly scripts: ReadonlyArray<string>
  /** Of `INPUT`, `GROUP` and `STARTUP`: a file, or `-l` and the name of a library. */
  readonly inputs: ReadonlyArray<string>
  /** Of `SEARCH_DIR`, without what stands for the sysroot. */
  readonly folders: ReadonlyArray<string>
}

/** The names in a linker script. Source: GNU ld manual, "Commands Dealing with Files". */
export const scriptNames = (text: string): ScriptNames => {
  const plain = text.replaceAll(/\/\*[^]*?\*\//g, " ")
  const named = (command: string) =>
    [...plain.matchAll(new RegExp(`(?<![\\w.])${command}\\s*\\(`, "g"))].flatMap(({ 0: begin, index }) =>
      namesOf(plain.slice(index + begin.length))
    )
  return {
    scripts: [...plain.matchAll(/(?<![\w.])INCLUDE\s+("[^"\n]*"|[^\s;{}"]+)/g)].map(([, name = ""]) => unquoted(name)),
    inputs: named("(?:INPUT|GROUP|STARTUP)"),
    folders: named("SEARCH_DIR").map(belowSysroot)
  }
}

/** What blanks and commas part, up to the parenthesis that ends it; `AS_NEEDED (…)` has some within. */
const namesOf = (text: string): ReadonlyArray<string> => {
  const names: Array<string> = []
  let depth = 0
  for (const [word] of text.matchAll(/"[^"\n]*"|[()]|[^\s,"()]+/g)) {
    if (word === "(") depth++
    else if (word === ")") {
      if (depth-- === 0) break
    } else if (word !== "AS_NEEDED") names.push(unquoted(word))
  }
  return names
}

const unquoted = (name: string): string => name.replaceAll("\"", "")

/** Whether a file may be a linker script, by what it begins with: no object, no archive. */
export const mayBeScript = (content: Uint8Array): boolean =>
  !["\x7fELF", "!<arch>\n", thinArchive].some((magic) =>
    [...magic].every((char, index) => content[index] === char.charCodeAt(0))
  )

/** What an archive begins with that names its members, which are read in their places. Source: GNU ar manual, `--thin`. */
export const thinArchive = "!<thin>\n"
