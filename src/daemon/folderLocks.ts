// @effect-diagnostics nodeBuiltinImport:off -- real paths, asked for synchronously
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import * as Fs from "node:fs"
import { seconds } from "../domain/durations.ts"
import type { BuildFolderLock } from "../orchestrator/BuildFolderLock.ts"

/** Who holds a lock or waits for it. */
export interface Holder {
  /** The command line, for the others to read. */
  readonly command: string
  /** Tells the user of this request. */
  readonly tell: (text: string) => Effect.Effect<void>
}

interface Lock {
  readonly semaphore: Semaphore.Semaphore
  /** Requests that hold it or wait. */
  users: number
  holder: { readonly command: string; readonly sinceMillis: number } | undefined
}

/** The locks of a daemon: gives each request its own `BuildFolderLock`. Those who wait are served in order. */
export const makeFolderLocks = (): (holder: Holder) => BuildFolderLock => {
  const locks = new Map<string, Lock>()

  const locked = <A, E, R>(folder: string, { command, tell }: Holder, effect: Effect.Effect<A, E, R>) =>
    Effect.suspend(() => {
      const lock = locks.get(folder) ?? { semaphore: Semaphore.makeUnsafe(1), users: 0, holder: undefined }
      locks.set(folder, lock)
      lock.users++
      const held = Effect.flatMap(Clock.currentTimeMillis, (sinceMillis) => {
        lock.holder = { command, sinceMillis }
        return effect
      }).pipe(Effect.ensuring(Effect.sync(() => lock.holder = undefined)))
      const told = lock.holder === undefined ? Effect.void : Effect.flatMap(Clock.currentTimeMillis, (now) => {
        const { command = "another request", sinceMillis = now } = lock.holder ?? {}
        return tell(`waiting for ${command}, which has used ${folder} for ${seconds(now - sinceMillis)}\n`)
      })
      return Effect.andThen(told, lock.semaphore.withPermit(held)).pipe(
        Effect.ensuring(Effect.sync(() => --lock.users === 0 && locks.delete(folder)))
      )
    })

  return (holder) => ({
    // In one order for all, so that no two requests wait for each other.
    hold: (folders, effect) =>
      [...new Set(folders.map(realFolder))].sort().reduceRight(
        (inner, folder) => locked(folder, holder, inner),
        effect
      )
  })
}

/** The one name of a folder, which need not exist yet. */
const realFolder = (folder: string): string => {
  try {
    return Fs.realpathSync.native(folder)
  } catch {
    const slash = folder.lastIndexOf("/")
    return slash <= 0 ? folder : `${realFolder(folder.slice(0, slash))}${folder.slice(slash)}`
  }
}
