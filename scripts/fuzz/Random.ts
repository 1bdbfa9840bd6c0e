/** Numbers from a seed: the same ones each time. */
export interface Random {
  /** From 0 to 1, without 1. */
  readonly fraction: () => number
  /** From 0 to `count`, without `count`. */
  readonly below: (count: number) => number
  readonly chance: (probability: number) => boolean
  readonly pick: <A>(values: ReadonlyArray<A>) => A
  /** What this seed is fond of: about one of four things, always the same. Worlds that do little, but often, find more. */
  readonly likes: (thing: string) => boolean
  /** One of the values, mostly one that this seed is fond of. */
  readonly pickLiked: <A>(values: ReadonlyArray<A>) => A
  /** One of the values, as often as its weight says. */
  readonly weighted: <A>(values: ReadonlyArray<readonly [weight: number, value: A]>) => A
}

/** Source: "mulberry32" by Tommy Ettinger, public domain. */
export const makeRandom = (seed: number): Random => {
  let state = seed >>> 0
  const fraction = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  const below = (count: number) => Math.floor(fraction() * count)
  const pick = <A>(values: ReadonlyArray<A>) => values[below(values.length)]!
  const likes = (thing: string) => {
    let hash = seed ^ 0x9e3779b9
    for (const char of thing) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193)
    return (Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 24) % 4 === 0
  }
  return {
    fraction,
    below,
    chance: (probability) => fraction() < probability,
    pick,
    likes,
    pickLiked: (values) => {
      const liked = values.filter((value) => likes(String(value)))
      return pick(liked.length > 0 && fraction() < 0.65 ? liked : values)
    },
    weighted: (values) => {
      let left = fraction() * values.reduce((sum, [weight]) => sum + weight, 0)
      for (const [weight, value] of values) if ((left -= weight) < 0) return value
      return values.at(-1)![1]
    }
  }
}
