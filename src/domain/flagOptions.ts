/** One option of a compiler's command line, with its value wherever that stands. */
export interface FlagOption {
  /** `-D`, `-I`, `-include` …; for an option that takes no separate value the whole argument. */
  readonly name: string
  readonly value: string | undefined
  /** The arguments as they came: one, or two when the value stands apart. */
  readonly tokens: ReadonlyArray<string>
}

/**
 * Groups arguments into options, so that `-I x` and `-Ix` are told to be the same.
 *
 * Source: GCC 14 manual, "Preprocessor Options", "Directory Options", "Link Options".
 */
export const flagOptions = (tokens: ReadonlyArray<string>): ReadonlyArray<FlagOption> => {
  const options: Array<FlagOption> = []
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!
    const next = tokens[at + 1]
    if (separateOrJoined.includes(token) || separate.includes(token)) {
      options.push({ name: token, value: next, tokens: next === undefined ? [token] : [token, next] })
      at++
      continue
    }
    const name = separateOrJoined.find((prefix) => token.startsWith(prefix))
    options.push(
      name === undefined
        ? { name: token, value: undefined, tokens: [token] }
        : { name, value: token.slice(name.length), tokens: [token] }
    )
  }
  return options
}

/** Options whose value is the rest of the argument, or the next one. */
const separateOrJoined = ["-D", "-U", "-I", "-L", "-l", "-T"]

/** Options whose value is the next argument: also GNU names of options that have short ones, as GCC takes them. */
export const separate = [
  "-include",
  "-imacros",
  "-isystem",
  "-iquote",
  "-idirafter",
  "-iprefix",
  "-iwithprefix",
  "-iwithprefixbefore",
  "-isysroot",
  "--include",
  "--imacros",
  "--include-directory",
  "--include-directory-after",
  "--include-prefix",
  "--include-with-prefix",
  "--include-with-prefix-after",
  "--include-with-prefix-before",
  "--define-macro",
  "--undefine-macro",
  "--library-directory",
  "--sysroot",
  "--param",
  "--prefix",
  "-B",
  "-wrapper",
  "-specs",
  "--specs",
  "-A",
  "--assert",
  "-MF",
  "-MT",
  "-MQ",
  "-o",
  "--output",
  "-dumpbase",
  "-dumpdir",
  "-aux-info",
  "--language",
  "--for-assembler",
  "--for-linker",
  "--force-link",
  "--entry",
  "-u",
  "-Xlinker",
  "-Xassembler",
  "-Xpreprocessor",
  "-Ttext",
  "-Tdata",
  "-Tbss",
  "-z",
  "-e",
  "-x"
]
