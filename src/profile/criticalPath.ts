/** A part of a schedule: how long it takes by itself, and the indices of those that must have ended before. */
export interface Work {
  readonly work: number
  readonly needs: ReadonlyArray<number>
}

/**
 * The chain of works, each needing the one before, that takes longest: as indices, from the first to the last. However
 * many jobs there were, the whole could not take less. Empty when there is nothing. There must be no cycle.
 */
export const criticalPath = (works: ReadonlyArray<Work>): ReadonlyArray<number> => {
  /** The longest time to the end of each, and through which of its needs. */
  const longest: Array<{ readonly time: number; readonly through: number | undefined } | undefined> = []
  const settle = (index: number): void => {
    const { needs, work } = works[index]!
    let time = 0
    let through: number | undefined
    for (const need of needs) {
      const before = longest[need]!.time
      if (through !== undefined && before <= time) continue
      time = before
      through = need
    }
    longest[index] = { time: time + work, through }
  }
  // An explicit stack: a chain may be longer than the call stack.
  for (let root = 0; root < works.length; root++) {
    const stack = [root]
    while (stack.length > 0) {
      const index = stack.at(-1)!
      const missing = longest[index] === undefined
        ? works[index]!.needs.filter((need) => longest[need] === undefined)
        : []
      if (missing.length > 0) {
        stack.push(...missing)
        continue
      }
      stack.pop()
      if (longest[index] === undefined) settle(index)
    }
  }
  let last: number | undefined
  for (let index = 0; index < works.length; index++) {
    if (last === undefined || longest[index]!.time > longest[last]!.time) last = index
  }
  const path: Array<number> = []
  for (let index = last; index !== undefined; index = longest[index]!.through) path.push(index)
  return path.reverse()
}
