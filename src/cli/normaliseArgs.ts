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
  "--emulator",
  "--chrome"
])

/**
 * Puts the command first, wherever it stands among the options and the project folder: `fbuild DIR build` and
 * `fbuild -v build` mean `fbuild build DIR` and `fbuild build -v`. Values that are joined to a short option (`-j4`) are
 * taken apart. Without a command the order stays as it is.
 */
export const normaliseArgs = (written: ReadonlyArray<string>, commands: ReadonlySet<string>): ReadonlyArray<string> => {
  const args: Array<string> = []
  let operands = 0
  let command: number | undefined
  for (let index = 0; index < written.length; index++) {
    const arg = written[index]!
    if (arg === "--") {
      args.push(...written.slice(index))
      break
    }
    if (arg.startsWith("-") && arg !== "-") {
      args.push(...splitShortOption(arg))
      if (takesValue.has(arg)) args.push(...written.slice(++index, index + 1))
      continue
    }
    // The folder may stand before the command, nothing else may.
    if (operands++ < 2 && command === undefined && commands.has(arg)) command = args.length
    args.push(arg)
  }
  return command === undefined ? args : [args[command]!, ...args.toSpliced(command, 1)]
}

/** `-j4` as make's and ninja's users write it: `-j 4`. */
const splitShortOption = (arg: string): ReadonlyArray<string> =>
  /^-[ejd][^-=]/.test(arg) ? [arg.slice(0, 2), arg.slice(2)] : [arg]
