// What may run at most: a command runs only if it has not yet run on what it would read now.
import type { Outcome } from "./fbuild.ts"
import { keysOf } from "./keys.ts"
import type { World } from "./World.ts"

/** As many runs of one action as the cache keeps. */
const maximumRuns = 16

export type Local = Map<string, string>

/** What a home knows, and (each in its `Local`) what checkouts know. */
export const makeModel = () => {
  const cache = new Map<string, ReadonlyArray<string>>()

  return {
    /** The cache has been damaged: it need not know anything. */
    forget: () => cache.clear(),
    /** The actions of a build that ran although they need not; learns from what it did. */
    surplus: (world: World, dir: string, local: Local, build: {
      readonly outcomes: ReadonlyMap<string, Outcome>
      readonly ok: boolean
      readonly isCached: boolean
    }): ReadonlyArray<string> => {
      const surplus: Array<string> = []
      const keys = keysOf(world, dir, [...build.outcomes.keys()])
      // Two environments may do the same at once.
      const before = new Map(cache)
      for (const [id, outcome] of build.outcomes) {
        // Of a hook nobody knows what it reads.
        if (/\/hooks\//.test(id)) continue
        const { action, inputs, isUncacheable, isWrittenOver } = keys.get(id)!
        if (outcome === "Executed") {
          const known = before.get(action) ?? []
          const stands = local.get(id) === `${action} ${inputs}` && !isWrittenOver
          if (stands || (build.isCached && !isUncacheable && known.includes(inputs))) surplus.push(id)
        }
        const runs = cache.get(action) ?? []
        if (build.isCached && (outcome === "Executed" || (outcome === "Cached" && !runs.includes(inputs)))) {
          cache.set(action, [inputs, ...runs.filter((other) => other !== inputs)].slice(0, maximumRuns))
        }
        local.set(id, `${action} ${inputs}`)
      }
      if (build.ok && build.outcomes.size > 0) {
        for (const id of local.keys()) if (!build.outcomes.has(id)) local.delete(id)
      }
      return surplus
    }
  }
}
