import * as Effect from "effect/Effect"
import { BuildMemory } from "../cache/BuildMemory.ts"
import type { KnownDigest, SavedState } from "../cache/BuildState.ts"
import { type BuildEnd, findChanged, findUndecided, isAsBefore, type LastLook, lookBack } from "../cache/LastLook.ts"
import { Disk } from "../disk/Disk.ts"
import { Looks } from "../disk/Looks.ts"
import { recordDisk } from "../disk/recording.ts"
import { pathFrom, relativeTo } from "../domain/paths.ts"
import type { Action } from "../plan/Action.ts"
import type { ActionGraph } from "../plan/ActionGraph.ts"
import type { Edits } from "./surelyRun.ts"

/** What a process knows from building the same before; nothing, if it does not remember. */
export const makeLookingBack = Effect.fnUntraced(
  function*(options: { readonly statePath: string; readonly cwd: string }) {
    const disk = yield* Disk
    const memory = (yield* BuildMemory)?.looks
    const recording = memory === undefined ? undefined : recordDisk(disk)
    const absolute = (path: string) => pathFrom(options.cwd, path)
    const brought = new Set<Action>()
    let last: LastLook | undefined
    let since: BuildEnd["since"]

    return {
      /** Whatever decides by what is around the files that are read, looks at this one. */
      disk: recording?.disk ?? disk,
      /** To be asked first: what the plan was found to be edited by; `undefined`: nothing is known. */
      edits: Effect.fnUntraced(function*({ actions }: ActionGraph, saved: SavedState) {
        const found = memory?.take(options.statePath)
        if (found?.state !== saved || found.actions !== actions) return undefined
        last = found
        const { changed = new Set<string>() } = (yield* Looks) ?? {}
        return {
          paths: new Set(Array.from(changed, (path) => relativeTo(options.cwd, path))),
          usersOf: (path) => found.files.get(path)?.readers ?? []
        } satisfies Edits
      }),
      /** To be asked next: the actions that have to be decided; `undefined`: all. */
      undecided: Effect.provideService(Disk, disk)(Effect.gen(function*() {
        if (last === undefined) return undefined
        const changed = yield* findChanged(last)
        const undecided = yield* findUndecided(last, changed)
        if (undecided !== undefined) since = { last, changed, undecided }
        return undecided
      })),
      /** Whether somebody has found in this build that a file still has this signature. */
      isAsBefore: (path: string, signature: string): boolean =>
        since !== undefined && isAsBefore(since.last, since.changed, path, signature),
      /** The action is up to date, or its outputs have been made. */
      bring: (action: Action) => void brought.add(action),
      /** At the end of the build. */
      keep: Effect.fnUntraced(function*(end: {
        readonly actions: ReadonlyArray<Action>
        readonly state: SavedState
        readonly trusted: ReadonlyMap<string, KnownDigest>
        readonly settledNanos: bigint
      }) {
        if (memory === undefined) return
        const sights = recording?.sights() ?? []
        const look = yield* lookBack({ ...end, absolute, brought, sights, since })
        if (look !== undefined) memory.set(options.statePath, look)
      })
    }
  }
)
