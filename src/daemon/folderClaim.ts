// @effect-diagnostics nodeBuiltinImport:off -- files that processes leave for each other
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Fs from "node:fs"
import { makeFolder } from "../disk/makeFolder.ts"
import { lockPrefix } from "../disk/ownNames.ts"
import { ownName, pidNamespace } from "../disk/processName.ts"
import { monotonicMillis } from "../domain/monotonic.ts"
import { baseName, dirName } from "../domain/paths.ts"
import { claimsOf, makeClaim, type OwnClaim } from "./claims.ts"
import { forgetListener, isListening, listenAs } from "./listeners.ts"

/** Who uses a folder, since when: `monotonicMillis`. */
export interface Holder {
  readonly command: string
  readonly sinceMillis: number
}

/** How long to wait before the next try, ms: different times, because two that try at once both leave. */
const [shortestWait, longestWait] = [10, 50]
/** A claim that is younger may be that of somebody who only tries, ms. */
const triedMillis = 100

/**
 * Runs an effect while this process claims a build folder (real, absolute; need not exist), once no other process does. The
 * claims are beside it, in `.fbuild-lock-<name>`, because cleaning removes the folder. `told` hears once who holds it, if it
 * has to wait. Where no claim can be put, on a read-only disk for instance, it goes on without.
 */
export const claimingFolder = <A, E, R>(
  folder: string,
  command: string,
  told: (holder: Holder) => Effect.Effect<void>,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function*() {
      const claims = `${dirName(folder)}/${lockPrefix}${baseName(folder)}`
      let hasTold = false
      while (true) {
        const now = yield* monotonicMillis
        const release = yield* tryToClaim(claims, `${now} ${command}`)
        if (release !== undefined) return yield* Effect.ensuring(restore(effect), Effect.sync(release))
        const holder = hasTold ? undefined : holderOf(claims, now)
        if (holder !== undefined) {
          hasTold = true
          yield* restore(told(holder))
        }
        yield* restore(Effect.sleep(yield* Random.nextIntBetween(shortestWait, longestWait)))
      }
    })
  )

/** What gives the claim up; `undefined` when it is not to be had now. */
const tryToClaim = Effect.fnUntraced(function*(claims: string, text: string) {
  const claim = putClaim(claims, text)
  for (const name of claim?.foreign ?? []) {
    if (yield* isListening(claims, name)) {
      claim?.release()
      return undefined
    }
    forgetListener(claims, name)
    Fs.rmSync(`${claims}/${name}`, { force: true })
  }
  return claim?.release
})

/** Puts a claim, having begun to listen for those in other pid namespaces; `undefined` when it is not to be had now. */
const putClaim = (claims: string, text: string): OwnClaim | undefined => {
  const name = ownName(pidNamespace())
  let deafen = () => {}
  try {
    makeFolder(claims)
    deafen = listenAs(claims, name)
    const claim = makeClaim(claims, name, text)
    if (claim === undefined) {
      deafen()
      return undefined
    }
    const release = () => {
      try {
        claim.release()
        deafen()
        Fs.rmdirSync(claims)
      } catch {
        // Somebody else claims it already.
      }
    }
    return { ...claim, release }
  } catch (cause) {
    deafen()
    // Somebody has just given it up, and removed the folder.
    if ((cause as NodeJS.ErrnoException).code === "ENOENT" && Fs.existsSync(dirName(claims))) return undefined
    return { release: () => {}, foreign: [] }
  }
}

/** Who has been there for the longest. */
const holderOf = (claims: string, now: number): Holder | undefined =>
  claimsOf(claims).flatMap(({ pid, text }) => {
    const [, since, command] = /^(\d+) (.*)$/s.exec(text) ?? []
    const process = pid === undefined ? "in another container" : `process ${pid}`
    return since === undefined ? [] : [{ command: `${command} (${process})`, sinceMillis: Number(since) }]
  }).toSorted((one, other) => one.sinceMillis - other.sinceMillis)
    // One of the future too: it is of another time namespace.
    .find(({ sinceMillis }) => Math.abs(now - sinceMillis) > triedMillis)
