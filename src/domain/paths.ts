/** `path` below `base`, unless it is absolute; `.`, `..` and doubled separators are resolved, by text alone. */
export const joinPath = (base: string, path: string): string =>
  normalizePath(isAbsolute(path) ? path : `${base}/${path}`)

/** `path` as it stands, from `base` on unless it is absolute: what `..` behind a link leads to, only the disk knows. */
export const pathFrom = (base: string, path: string): string => isAbsolute(path) ? path : `${base}/${path}`

/** Whether a path with `/` separators starts at a root: `/…` or `C:/…`. */
export const isAbsolute = (path: string): boolean => /^(?:\/|[A-Za-z]:\/)/.test(path)

/** A path inside a folder as relative to it, any other as it is: two checkouts then have the same text. */
export const relativeTo = (dir: string, path: string): string =>
  path === dir ? "." : path.startsWith(`${dir}/`) ? path.slice(dir.length + 1) : path

export const dirName = (path: string): string => {
  const slash = path.lastIndexOf("/")
  return slash > 0 ? path.slice(0, slash) : path.slice(0, slash + 1)
}

export const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1)

/** The name without its last extension: `SPI.h` → `SPI`. */
export const stemOf = (name: string): string => name.replace(/(?!^)\.[^.]*$/, "")

/** Whether `path` is `dir` or lies below it. */
export const isWithin = (dir: string, path: string): boolean =>
  path === dir || path.startsWith(dir.endsWith("/") ? dir : `${dir}/`)

const normalizePath = (path: string): string => {
  if (!/(?:^|\/)(?:\.{1,2})?(?:\/|$)/.test(path.slice(1))) return path
  const parts: Array<string> = []
  for (const part of path.split("/")) {
    if (part === ".." && parts.length > 0) parts.pop()
    else if (part !== "" && part !== "." && part !== "..") parts.push(part)
  }
  return (path.startsWith("/") ? "/" : "") + parts.join("/")
}
