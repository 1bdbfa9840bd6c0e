import type { BuildRecord } from "./BuildRecord.ts"

/** For each action the lane it is drawn in, from 0: the first that is free when it starts. Fetched ones start with their fetch. */
export const lanesOf = ({ actions }: BuildRecord): ReadonlyArray<number> => {
  const order = actions.map((action, index) => ({ index, end: action.finished, start: startOf(action) }))
    .toSorted((a, b) => a.start - b.start)
  const freeAt: Array<number> = []
  const lanes: Array<number> = Array.from({ length: actions.length }, () => 0)
  for (const { end, index, start } of order) {
    const free = freeAt.findIndex((time) => time <= start)
    const lane = free < 0 ? freeAt.length : free
    freeAt[lane] = end
    lanes[index] = lane
  }
  return lanes
}

/** Where the bar of an action begins: with its command, or with its fetch from the cache. */
export const startOf = (
  { decided, fetched, outcome, ready, started }: BuildRecord["actions"][number]
): number => outcome === "Cached" ? decided ?? ready : started ?? fetched ?? ready
