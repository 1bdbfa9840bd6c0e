/** Of each program behind the driver of a compiler: the option that hands on the next word. Source: GCC manual, "Option Summary". */
const options = { p: "-Xpreprocessor", a: "-Xassembler", l: "-Xlinker" } as const

/** A program behind the driver, by the letter of its list: `-Wl,…`. */
export type Behind = keyof typeof options

/** The words that a driver hands on to a program. */
export const passedTo = (behind: Behind, argv: ReadonlyArray<string>): ReadonlyArray<string> =>
  argv.flatMap((word, index) =>
    word.startsWith(`-W${behind},`) ? wordsOf(word) : argv[index - 1] === options[behind] ? [word] : []
  )

/** A command without the words that are handed on one by one. */
export const notPassedOn = (argv: ReadonlyArray<string>): ReadonlyArray<string> =>
  argv.filter((_, index) => !names.has(argv[index - 1]))

/** The words of a list, and the option that hands on one alone; `undefined`: it is none. */
export const listOf = (word: string) => {
  const [, behind] = /^-W([pal]),/.exec(word) ?? []
  return behind === undefined ? undefined : { words: wordsOf(word), option: options[behind as Behind] }
}

const names: ReadonlySet<string | undefined> = new Set(Object.values(options))

const wordsOf = (list: string): ReadonlyArray<string> => list.slice("-Wl,".length).split(",")
