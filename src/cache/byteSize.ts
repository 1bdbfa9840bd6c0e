import * as Option from "effect/Option"

const units = ["", "K", "M", "G", "T"]

/** How large a cache may get when nobody says: 5 GiB. */
export const defaultCacheBytes = 5 * 1024 ** 3

/** Reads `500M`, `5G`, `1.5 GiB`, `64KB`, `1048576`: a number of bytes, units in powers of 1024 as ccache's `Ki`, `Mi`, `Gi`. */
export const parseByteSize = (text: string): Option.Option<number> => {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)\s*(?:([KMGT])(?:i?B)?|B)?$/i.exec(text.trim()) ?? []
  const bytes = Math.floor(Number(number) * 1024 ** units.indexOf(unit.toUpperCase()))
  return Number.isSafeInteger(bytes) ? Option.some(bytes) : Option.none()
}

/** `0 B`, `812 B`, `34.2 MiB`. */
export const formatByteSize = (bytes: number): string => {
  // 1023.95 of a unit and more would be shown as 1024.0 of it.
  const power = Math.min(units.length - 1, bytes < 1024 ? 0 : Math.floor(Math.log2(bytes / 0.99995) / 10))
  return power === 0 ? `${bytes} B` : `${(bytes / 1024 ** power).toFixed(1)} ${units[power]}iB`
}

/** The limit that `FBUILD_CACHE_MAX_SIZE` sets, bytes; none when it cannot be read. */
export const cacheLimit = (variables: Readonly<Record<string, string>>): Option.Option<number> => {
  const text = variables["FBUILD_CACHE_MAX_SIZE"]
  return text === undefined || text === "" ? Option.some(defaultCacheBytes) : parseByteSize(text)
}
