import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { Disk } from "../disk/Disk.ts"
import { longestBuildMillis } from "../domain/durations.ts"
import { runningDir, writeWhole } from "./layout.ts"

/** Whether a process of this machine is alive. */
export type IsAlive = (pid: number) => boolean

/** After how long a build says that it runs, ms: most are over by then, and for as long nothing that was used is removed anyway. */
const saidAfterMillis = 60_000

let marks = 0

/**
 * Tells others, until the scope closes, that a build of process `pid` runs: what it uses is not removed from the cache. A
 * disk that refuses costs that protection, and thereby hits, only.
 */
export const markRunning: (
  options: { readonly home: string; readonly pid: number; readonly afterMillis?: number }
) => Effect.Effect<void, never, Disk | Scope.Scope> = Effect.fnUntraced(
  function*({ afterMillis = saidAfterMillis, home, pid }) {
    const disk = yield* Disk
    const path = `${runningDir(home)}/${pid}.${marks++}`
    const mark = Effect.acquireRelease(
      Effect.ignore(writeWhole(disk, path, "")),
      () => Effect.ignore(disk.remove(path))
    )
    yield* Effect.forkScoped(Effect.delay(mark, afterMillis))
  }
)

/** A time when the oldest of the builds that say that they run had not begun, ms since 1970. Removes the marks of builds that died. */
export const oldestRunning = Effect.fnUntraced(function*(home: string, isAlive: IsAlive) {
  const disk = yield* Disk
  const now = yield* Clock.currentTimeMillis
  let oldest: number | undefined
  for (const { modifiedMillis, name } of yield* disk.ages(runningDir(home))) {
    const [, pid] = /^(\d+)\.\d+$/.exec(name) ?? []
    // An older mark is a leftover whose process id has been given away again.
    if (pid !== undefined && isAlive(Number(pid)) && modifiedMillis > now - longestBuildMillis) {
      // A thread that is busy is late, but not by a minute.
      oldest = Math.min(modifiedMillis - 2 * saidAfterMillis, oldest ?? modifiedMillis)
    } else {
      yield* Effect.ignore(disk.remove(`${runningDir(home)}/${name}`))
    }
  }
  return oldest
})
