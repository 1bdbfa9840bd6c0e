/** Options whose value is the next argument. */
const takesValue = new Set([
  "-e",
  "--environment",
  "-d",
  "--project-dir",
  "-j",
  "--jobs",
  "--timeout",
  "--tu-timeout",
  "--color",
  "--expect",
  "--halt-on-success",
  "--halt-on-error",
  "--emulator"
])

/**
 * Puts the command first, wherever it stands among the options and the project folder: `fbuild DIR build` and
 * `fbuild -v build` mean `fbuild build DIR` and `fbuild build -v`. Values that are joined to a short option (`-j4`) are
 * taken apart. Without a command the order stays as it is.
 */
export const normaliseArgs = (written: ReadonlyArray<string>, commands: ReadonlySet<string>): ReadonlyArray<string> => {
  const args = written.flatMap(splitShortOption)
  let operands = 0
  for (let index = 0; index < args.length; index++) {
    const arg = args[index]!
    if (arg === "--") return args
    if (arg.startsWith("-") && arg !== "-") {
      if (takesValue.has(arg)) index++
      continue
    }
    if (commands.has(arg)) return [arg, ...args.slice(0, index), ...args.slice(index + 1)]
    // The folder may stand before the command, nothing else may.
    if (++operands > 1) return args
  }
  return args
}

/** `-j4` as make's and ninja's users write it: `-j 4`. */
const splitShortOption = (arg: string): ReadonlyArray<string> =>
  /^-[ejd][^-]/.test(arg) ? [arg.slice(0, 2), arg.slice(2)] : [arg]
