/**
 * Files that a command line makes GCC read besides its sources and their headers, for those options that name one:
 * response files, linker scripts, specs, plugins. Candidates: a name may stand for a file of a search folder, or for
 * nothing. Source: GCC manual, "Overall Options", "Link Options".
 */
export const namedFiles = (argv: ReadonlyArray<string>): ReadonlyArray<string> => {
  const folders = argv.filter((arg) => arg.startsWith("-L")).map((arg) => arg.slice(2))
  const names = argv.slice(1).flatMap((arg, index) => {
    const next = argv[index + 2]
    if (arg === "-T" && next !== undefined) return [next]
    const [, value] =
      /^(?:@|-T|--?specs=|-fplugin=|-Wl,(?:-T,?|--script[=,]|--version-script[=,]|--just-symbols[=,]))(.+)$/.exec(
        arg
      ) ?? []
    return value === undefined ? [] : [value]
  })
  return names.flatMap((name) =>
    name.startsWith("/") ? [name] : [name, ...folders.map((folder) => `${folder}/${name}`)]
  )
}

/**
 * The files that a link has read, by the map that GNU ld wrote, but for those of `temporary`, the folder of intermediate
 * files. Source: GNU ld manual, `-Map`; the `LOAD` lines of its output.
 */
export const linkedFiles = (map: string, temporary: string): ReadonlyArray<string> =>
  [...map.matchAll(/^LOAD (.+)$/gm)]
    .map(([, path = ""]) => path)
    .filter((path) => !path.startsWith(`${temporary}/`))
