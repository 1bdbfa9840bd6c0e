// @effect-diagnostics nodeBuiltinImport:off -- asks what a file system is, which no Effect service models
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Fs from "node:fs"
import { longestBuildMillis } from "../domain/durations.ts"
import { ownName, pidNamespace, processState } from "./processName.ts"
import { sha256 } from "./sha256.ts"

/** Where Linux keeps files in memory, for all users. Source: shm_overview(7). */
const shared = "/dev/shm"
/** Before `ownName`, which a dot follows, and what it is for. */
const prefix = "fbuild-"

/** Source: statfs(2). */
const tmpfs = 0x01021994
/** Must be free, bytes: many times what links with `-flto` leave for a moment. Containers have 64 MB as a rule, and make do without. */
const enoughBytes = 1024 ** 3

/**
 * A folder in memory for files that live for a moment, empty, until the scope closes: to make one there takes 10 µs, on a disk up to 400. It is
 * this process's and this user's alone, one for each `purpose`. `undefined` where there is none, or less than `freeBytes` are free. Removes those
 * of processes that have died, and what has been left in other pid namespaces for a day.
 */
export const memoryFolder = (
  purpose: string,
  freeBytes = enoughBytes
): Effect.Effect<string | undefined, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => makeIn(shared, purpose, freeBytes)),
    (folder) => Effect.sync(() => folder === undefined ? undefined : removed(folder))
  )

const makeIn = (place: string, purpose: string, freeBytes: number): string | undefined => {
  try {
    const { bavail, bsize, type } = Fs.statfsSync(place)
    if (type !== tmpfs || bavail * bsize < freeBytes) return undefined
    const own = ownName(pidNamespace())
    for (const name of Fs.readdirSync(place)) {
      const [process = ""] = name.slice(prefix.length).split(".", 1)
      if (!name.startsWith(prefix) || process === own || !isOwn(`${place}/${name}`)) continue
      const state = processState(process)
      if (state === "dead" || (state === "elsewhere" && isOld(`${place}/${name}`))) removed(`${place}/${name}`)
    }
    const folder = `${place}/${prefix}${own}.${sha256(purpose).slice(0, 16)}`
    // Anybody could have made it; what is left of ours goes.
    if (isOwn(folder)) removed(folder)
    Fs.mkdirSync(folder, { mode: 0o700 })
    return folder
  } catch {
    return undefined
  }
}

const isOwn = (folder: string): boolean => Fs.lstatSync(folder, { throwIfNoEntry: false })?.uid === process.getuid?.()

/** That of a container which is gone cannot be told otherwise. */
const isOld = (folder: string): boolean => Date.now() - Fs.lstatSync(folder).mtimeMs > longestBuildMillis

const removed = (folder: string): void => {
  try {
    Fs.rmSync(folder, { recursive: true, force: true })
  } catch {
    // Somebody still writes into it; it goes with the next one.
  }
}
