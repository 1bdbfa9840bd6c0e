// @effect-diagnostics nodeBuiltinImport:off -- real paths, asked for synchronously
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import * as Fs from "node:fs"
import { seconds } from "../domain/durations.ts"
import { monotonicMillis } from "../domain/monotonic.ts"
import { baseName, dirName, joinPath } from "../domain/paths.ts"
import type { BuildFolderLock } from "../orchestrator/BuildFolderLock.ts"
import { claimingFolder, type Holder } from "./folderClaim.ts"

/** Who asks for locks. */
export interface Asker {
  /** The command line, for the others to read. */
  readonly command: string
  /** Tells the user of this request. */
  readonly tell: (text: string) => Effect.Effect<void>
}

interface Lock {
  readonly semaphore: Semaphore.Semaphore
  /** Requests that hold it or wait. */
  users: number
  holder: Holder | undefined
}

/**
 * The locks of a process: gives each request its own `BuildFolderLock`. Those of one process who wait are served in order;
 * who is served claims the folder, so that other processes wait.
 */
export const makeFolderLocks = (): (asker: Asker) => BuildFolderLock => {
  const locks = new Map<string, Lock>()

  const locked = <A, E, R>(folder: string, { command, tell }: Asker, effect: Effect.Effect<A, E, R>) =>
    Effect.suspend(() => {
      const lock = locks.get(folder) ?? { semaphore: Semaphore.makeUnsafe(1), users: 0, holder: undefined }
      locks.set(folder, lock)
      lock.users++
      const waitFor = (holder: Holder) =>
        Effect.flatMap(monotonicMillis, (now) =>
          tell(
            `waiting for ${holder.command}, which has used ${folder} for ${
              seconds(Math.max(0, now - holder.sinceMillis))
            }\n`
          ))
      const held = Effect.flatMap(monotonicMillis, (sinceMillis) => {
        lock.holder = { command, sinceMillis }
        return effect
      })
      const other = (holder: Holder) => {
        lock.holder = holder
        return waitFor(holder)
      }
      const claimed = Effect.ensuring(
        claimingFolder(folder, command, other, held),
        Effect.sync(() => lock.holder = undefined)
      )
      const told = lock.holder === undefined ? Effect.void : waitFor(lock.holder)
      return Effect.andThen(told, lock.semaphore.withPermit(claimed)).pipe(
        Effect.ensuring(Effect.sync(() => --lock.users === 0 && locks.delete(folder)))
      )
    })

  return (asker) => ({
    // In one order for all, so that no two requests wait for each other.
    hold: (folders, effect) =>
      [...new Set(folders.map(realFolder))].sort().reduceRight(
        (inner, folder) => locked(folder, asker, inner),
        effect
      )
  })
}

/** The one name of a folder, which need not exist yet. */
const realFolder = (folder: string): string => {
  try {
    return Fs.realpathSync.native(folder)
  } catch {
    const above = dirName(folder)
    return above === folder ? folder : joinPath(realFolder(above), baseName(folder))
  }
}
