/**
 * The files that a link has read, by the map that GNU ld wrote, but for those of `temporary`, the folder of intermediate
 * files. Source: GNU ld manual, `-Map`; the `LOAD` lines of its output.
 */
export const linkedFiles = (map: string, temporary: string): ReadonlyArray<string> =>
  [...map.matchAll(/^LOAD (.+)$/gm)]
    .map(([, path = ""]) => path)
    .filter((path) => !path.startsWith(`${temporary}/`))
