/**
 * The files that a link has read, by the map that GNU ld wrote, but for those in the `temporary` folders, of intermediate
 * files. Source: GNU ld manual, `-Map`; the `LOAD` lines of its output.
 */
export const linkedFiles = (map: string, temporary: ReadonlyArray<string>): ReadonlyArray<string> =>
  [...map.matchAll(/^LOAD (.+)$/gm)]
    .map(([, path = ""]) => path)
    .filter((path) => !temporary.some((folder) => path.startsWith(`${folder}/`)))
