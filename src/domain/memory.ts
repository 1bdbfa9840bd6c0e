/** Values of one process that serves many requests, by key. */
export interface Memory<A> {
  readonly get: (key: string) => A | undefined
  readonly set: (key: string, value: A) => void
  /** How many there are. */
  readonly count: () => number
  /** Forgets it. */
  readonly take: (key: string) => A | undefined
}

/** Remembers as much as there is room for, by default so many values, and forgets those that were used least recently. */
export const makeMemory = <A>(room: number, sizeOf: (value: A) => number = () => 1): Memory<A> => {
  /** Used last is last. */
  const all = new Map<string, A>()
  let size = 0
  const forget = (key: string): A | undefined => {
    const known = all.get(key)
    if (known === undefined) return undefined
    all.delete(key)
    size -= sizeOf(known)
    return known
  }
  const remember = (key: string, value: A) => {
    all.set(key, value)
    size += sizeOf(value)
  }
  return {
    get: (key) => {
      const found = forget(key)
      if (found !== undefined) remember(key, found)
      return found
    },
    count: () => all.size,
    take: forget,
    set: (key, value) => {
      forget(key)
      remember(key, value)
      for (const oldest of all.keys()) {
        if (size <= room) break
        forget(oldest)
      }
    }
  }
}
