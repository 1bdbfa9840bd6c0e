import * as Effect from "effect/Effect"

/** Runs an effect once for each key, and again for those who ask for the same meanwhile. What it gives is kept, failures are not. */
export const onceEach = <Key, A, E, R>(
  keyOf: (key: Key) => string,
  effect: (key: Key) => Effect.Effect<A, E, R>
) => {
  const known = new Map<string, A>()
  return (key: Key): Effect.Effect<A, E, R> =>
    Effect.suspend(() => {
      const name = keyOf(key)
      const found = known.get(name)
      if (found !== undefined || known.has(name)) return Effect.succeed(found as A)
      return Effect.tap(effect(key), (made) => Effect.sync(() => known.set(name, made)))
    })
}
