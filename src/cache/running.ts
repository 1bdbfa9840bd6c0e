import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { Disk } from "../disk/Disk.ts"
import { runningDir, writeWhole } from "./layout.ts"

/** Whether a process of this machine is alive. */
export type IsAlive = (pid: number) => boolean

/** No build takes longer, ms; an older mark is a leftover whose process id has been given away again. */
const longestBuild = 24 * 60 * 60 * 1000

let marks = 0

/**
 * Tells others, until the scope closes, that a build of process `pid` runs: what it uses is not removed from the cache. A
 * disk that refuses costs that protection, and thereby hits, only.
 */
export const markRunning: (
  options: { readonly home: string; readonly pid: number }
) => Effect.Effect<void, never, Disk | Scope.Scope> = Effect.fnUntraced(function*({ home, pid }) {
  const disk = yield* Disk
  const path = `${runningDir(home)}/${pid}.${marks++}`
  yield* Effect.acquireRelease(Effect.ignore(writeWhole(disk, path, "")), () => Effect.ignore(disk.remove(path)))
})

/** When the oldest of the builds that run began, ms since 1970. Removes the marks of builds that died. */
export const oldestRunning = Effect.fnUntraced(function*(home: string, isAlive: IsAlive) {
  const disk = yield* Disk
  const now = yield* Clock.currentTimeMillis
  let oldest: number | undefined
  for (const { modifiedMillis, name } of yield* disk.ages(runningDir(home))) {
    const [, pid] = /^(\d+)\.\d+$/.exec(name) ?? []
    if (pid !== undefined && isAlive(Number(pid)) && modifiedMillis > now - longestBuild) {
      oldest = Math.min(modifiedMillis, oldest ?? modifiedMillis)
    } else {
      yield* Effect.ignore(disk.remove(`${runningDir(home)}/${name}`))
    }
  }
  return oldest
})
