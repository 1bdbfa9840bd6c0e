/**
 * The name by which an entry of `lib_deps` can be found among libraries that are already there: without owner, version
 * and source (`owner/Name@^1.2`, `Name=symlink://…`), or `undefined` for an entry that names only a place (a URL, a path).
 *
 * Source: PlatformIO documentation, "lib_deps".
 */
export const dependencyName = (entry: string): string | undefined => {
  const text = entry.trim()
  if (text.startsWith("git@")) return undefined
  const named = /^([^=@:/\\]+?)\s*[=@]\s*(?=\S)/.exec(text)
  if (named !== null) return named[1]
  if (/:|^[./\\~]/.test(text.replace(/@.*$/s, ""))) return undefined
  const name = text.replace(/@.*$/s, "").trim().split("/")
  return name.length <= 2 && name.at(-1) !== "" ? name.at(-1) : undefined
}

/** For comparing names: case does not count, nor does a space against `_`, which the Arduino library manager puts for it. */
export const nameKey = (name: string): string => name.trim().toLowerCase().replaceAll(" ", "_")
