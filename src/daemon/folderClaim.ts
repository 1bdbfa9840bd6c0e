// @effect-diagnostics nodeBuiltinImport:off -- files that processes leave for each other
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Fs from "node:fs"
import { makeFolder } from "../disk/makeFolder.ts"
import { lockPrefix } from "../disk/ownNames.ts"
import { ownName, pidNamespace } from "../disk/processName.ts"
import { sha256 } from "../disk/sha256.ts"
import { monotonicMillis } from "../domain/monotonic.ts"
import { baseName, dirName } from "../domain/paths.ts"
import { beingMade, type Claims, claimsOf, makeClaim, type OwnClaim } from "./claims.ts"
import { heard, listenAs } from "./listeners.ts"

/** Who uses a folder, since when: `monotonicMillis`. */
export interface Holder {
  readonly command: string
  readonly sinceMillis: number
}

/** How long to wait before the next try, ms: different times, because two that try at once both leave. */
const [shortestWait, longestWait] = [10, 50]
/** A claim that is younger may be that of somebody who only tries, ms. */
const triedMillis = 100
/** How long a holder may take to say who it is, ms. */
const heardMillis = 200
/** Names of sockets have at most 107 bytes, of which the process takes some 60. Source: unix(7), `sun_path`. */
const longestName = 24

/**
 * Runs an effect while this process claims a build folder (real, absolute; need not exist), once no other process does. The
 * claims are beside it, `.fbuild-lock-<name>.<process>`, because cleaning removes the folder: sockets, which say who holds it. `told` hears
 * that once, if it has to wait. Where no claim can be put, on a read-only disk for instance, it goes on without.
 */
export const claimingFolder = <A, E, R>(
  folder: string,
  command: string,
  told: (holder: Holder) => Effect.Effect<void>,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function*() {
      const name = baseName(folder)
      const short = Buffer.byteLength(name) > longestName ? sha256(name).slice(0, longestName) : name
      const claims: Claims = { folder: dirName(folder), prefix: `${lockPrefix}${short}.` }
      let hasTold = false
      while (true) {
        const now = yield* monotonicMillis
        const release = yield* tryToClaim(claims, `${now} ${command}`)
        if (release !== undefined) return yield* Effect.ensuring(restore(effect), Effect.sync(release))
        const holder = hasTold ? undefined : yield* holderOf(claims, now)
        if (holder !== undefined) {
          hasTold = true
          yield* restore(told(holder))
        }
        yield* restore(Effect.sleep(yield* Random.nextIntBetween(shortestWait, longestWait)))
      }
    })
  )

/** What gives the claim up; `undefined` when it is not to be had now. */
const tryToClaim = Effect.fnUntraced(function*(claims: Claims, text: string) {
  const claim = putClaim(claims, text)
  for (const path of claim?.foreign ?? []) {
    if ((yield* heard(path, 0)) !== undefined) {
      claim?.release()
      return undefined
    }
    Fs.rmSync(path, { force: true })
  }
  return claim?.release
})

/** Puts a claim; `undefined` when it is not to be had now. */
const putClaim = (claims: Claims, text: string): OwnClaim | undefined => {
  let deafen = () => {}
  const put = (path: string) => {
    try {
      deafen = listenAs(path, `${path}${beingMade}`, text)
    } catch {
      // A file system without sockets: seen in this pid namespace only.
      Fs.writeFileSync(path, text)
    }
  }
  try {
    makeFolder(claims.folder)
    const claim = makeClaim(claims, ownName(pidNamespace()), put)
    if (claim === undefined) {
      deafen()
      return undefined
    }
    const release = () => {
      deafen()
      try {
        claim.release()
      } catch {
        // The folder cannot be written to any more.
      }
    }
    return { ...claim, release }
  } catch {
    deafen()
    return { release: () => {}, foreign: [] }
  }
}

/** Who has been there for the longest. */
const holderOf = Effect.fnUntraced(function*(claims: Claims, now: number) {
  const holders: Array<Holder> = []
  for (const { path, pid } of claimsOf(claims)) {
    const [, since, command] = /^(\d+) (.*)$/s.exec((yield* heard(path, heardMillis)) ?? textOf(path)) ?? []
    const process = pid === undefined ? "in another container" : `process ${pid}`
    // One of the future too: it is of another time namespace.
    const holds = since !== undefined && Math.abs(now - Number(since)) > triedMillis
    if (holds) holders.push({ command: `${command} (${process})`, sinceMillis: Number(since) })
  }
  return holders.toSorted((one, other) => one.sinceMillis - other.sinceMillis)[0]
})

/** Empty if it has just been given up. */
const textOf = (path: string): string => {
  try {
    return Fs.readFileSync(path, "utf8")
  } catch {
    return ""
  }
}
