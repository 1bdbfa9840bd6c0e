/** A stretch of time, in any unit. */
export interface Interval {
  readonly start: number
  readonly end: number
}

/** The average number of intervals that are open in each of `count` equal parts of the time from 0 to `duration`. */
export const parallelism = (
  intervals: ReadonlyArray<Interval>,
  duration: number,
  count: number
): ReadonlyArray<number> => {
  const parts = Array.from({ length: count }, () => 0)
  if (duration <= 0) return parts
  const width = duration / count
  for (const { end, start } of intervals) {
    const first = Math.max(0, Math.floor(start / width))
    const last = Math.min(count - 1, Math.floor(end / width))
    for (let part = first; part <= last; part++) {
      const open = Math.min(end, (part + 1) * width) - Math.max(start, part * width)
      if (open > 0) parts[part]! += open / width
    }
  }
  return parts
}
