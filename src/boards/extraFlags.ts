/**
 * PlatformIO's `extra_flags` of a board as properties: `-DARDUINO_X`, the first of them, is `build.board=X`, which recipes make the same flag
 * of; the others are `build.extra_flags`, behind those of the vendor's board (`before`), which may be its USB identity.
 */
export const extraFlags = (
  written: string,
  before: string | undefined
): ReadonlyArray<readonly [key: string, value: string]> => {
  const flags = written.split(/\s+/).filter((flag) => flag !== "")
  const board = flags.flatMap((flag) => /^-DARDUINO_((?!ARCH_)\w+)$/.exec(flag)?.[1] ?? [])[0]
  const others = flags.filter((flag) => flag !== `-DARDUINO_${board}`)
  return [
    ...(board === undefined ? [] : [["build.board", board] as const]),
    ...(flags.length === 0 ? [] : [["build.extra_flags", [before ?? "", ...others].join(" ").trim()] as const])
  ]
}
