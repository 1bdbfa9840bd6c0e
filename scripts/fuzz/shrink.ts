import type { Edit, Script, Step } from "./Script.ts"

/** Shortens a failing script for as long as `fails` says so and there is time, ms: fewer steps, then fewer edits and files. */
export const shrink = async (
  script: Script,
  fails: (script: Script) => Promise<boolean>,
  limit: number
): Promise<Script> => {
  const end = Date.now() + limit
  let best = script
  const attempt = async (candidate: Script): Promise<boolean> => {
    if (Date.now() > end || !(await fails(candidate))) return false
    best = candidate
    return true
  }
  for (let size = best.steps.length >> 1; size >= 1; size >>= 1) {
    for (let at = Math.max(0, best.steps.length - 1 - size); at >= 0 && Date.now() < end; at -= size) {
      await attempt({ ...best, steps: best.steps.toSpliced(at, size) })
    }
  }
  for (let at = best.steps.length - 1; at >= 0; at--) {
    for (const step of simpler(best.steps[at]!)) if (await attempt({ ...best, steps: best.steps.with(at, step) })) break
  }
  for (const path of Object.keys(best.files)) {
    const { [path]: _, ...files } = best.files
    await attempt({ ...best, files })
  }
  return best
}

const simpler = (step: Step): ReadonlyArray<Step> => {
  if ("edits" in step) return without<Edit>(step.edits).map((edits) => ({ ...step, edits }))
  if (step.do === "damage") return without(step.damage).map((damage) => ({ ...step, damage }))
  return []
}

const without = <A>(values: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  values.length < 2 ? [] : values.map((_, index) => values.toSpliced(index, 1))
