/** Names of version folders, the newest first: numbers count as numbers, a pre-release comes before its release. */
export const newestFirst = (versions: ReadonlyArray<string>): ReadonlyArray<string> =>
  versions.toSorted((one, other) => compare(other, one))

const compare = (one: string, other: string): number => {
  const [a, b] = [one, other].map((text) => text.split(/[-+]/)) as [Array<string>, Array<string>]
  const release = compareParts(a[0] ?? "", b[0] ?? "")
  if (release !== 0) return release
  if (a.length === 1 || b.length === 1) return b.length - a.length
  return compareParts(a.slice(1).join("."), b.slice(1).join("."))
}

const compareParts = (one: string, other: string): number => {
  const [a, b] = [one.split("."), other.split(".")]
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const [x = "0", y = "0"] = [a[at], b[at]]
    if (x === y) continue
    if (/^\d+$/.test(x) && /^\d+$/.test(y)) {
      if (Number(x) !== Number(y)) return Number(x) - Number(y)
    } else return x < y ? -1 : 1
  }
  return 0
}
