// @effect-diagnostics nodeBuiltinImport:off -- asks the system for memory, which no Effect service models
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fs from "node:fs"
import type { Listening } from "./listen.ts"
import type { Server } from "./Server.ts"

/** How long a daemon waits for work that has had some more than once, and one that has not: it may be nobody's. */
const [idleLong, idleShort] = [Duration.hours(3), Duration.minutes(10)]
/** When the system has less memory than this left, a share, one that has waited for `shortMillis` leaves. */
const [shortShare, shortMillis] = [0.15, 10_000]
/** A daemon of this size, bytes, finishes what it does and leaves; the next request after that starts another. */
const maximumBytes = 1024 * 1024 * 1024
/** The longest time between two looks, ms: a home may have been removed, with a socket that nobody can find any more. */
const lookMillis = 1000

/** Returns the reason to leave, once there is one and nothing runs. `idle` is used instead of both times. */
export const leaving = Effect.fnUntraced(function*(
  server: Server,
  listening: Listening,
  idle: Duration.Duration | undefined
) {
  const [long, short] = [idle ?? idleLong, idle ?? idleShort].map((duration) => Duration.toMillis(duration))
  while (true) {
    yield* Effect.sleep(Math.min(lookMillis, Math.max(50, short! / 4)))
    const reason = yield* server.retire(({ idleMillis, served }) => {
      if (process.memoryUsage.rss() > maximumBytes) return "has grown too large"
      if (!listening.isReachable()) return "its socket has gone"
      if (idleMillis >= (served > 1 ? long! : short!)) return `nothing to do for ${idleMillis} ms`
      return idleMillis >= shortMillis && memoryShare() < shortShare ? "memory is short" : undefined
    })
    if (reason !== undefined) return reason
  }
})

/** How much of the memory can be had, a share of all; 1 where the system does not say. Source: proc(5), `/proc/meminfo`. */
const memoryShare = (): number => {
  try {
    const text = Fs.readFileSync("/proc/meminfo", "latin1")
    const [total, available] = ["MemTotal", "MemAvailable"].map((name) =>
      Number(new RegExp(`^${name}: +(\\d+)`, "m").exec(text)?.[1])
    )
    return available! >= 0 && total! > 0 ? available! / total! : 1
  } catch {
    return 1
  }
}
