import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberSet from "effect/FiberSet"
import { type Afterwards, allTaken, type Remainder } from "../telemetry/Afterwards.ts"

/** How many traces, and how many items of all of them, may wait for their endpoints. The oldest go first. */
const [mostTraces, mostItems] = [32, 131_072]
/** Addresses that are remembered. */
const mostAddresses = 100

/** What goes on behind the requests of a daemon. */
export interface Behind extends Afterwards {
  /** Returns when nothing goes on any more, or after this long, ms. */
  readonly settled: (millis: number) => Effect.Effect<void>
}

/** What goes on ends with the scope. Whatever is lost is told in the log. */
export const makeAfterwards = Effect.fnUntraced(function*(log: (line: string) => void) {
  const fibers = yield* FiberSet.make<void>()
  const pending = new Map<Remainder, Fiber.Fiber<void>>()
  /** What each address did with what it was sent last. */
  const taken = new Map<string, boolean>()

  const makeRoom = Effect.gen(function*() {
    let items = 0
    for (const { held } of pending.keys()) items += held()
    for (const [oldest, fiber] of pending) {
      if (pending.size < mostTraces && items <= mostItems) return
      items -= oldest.held()
      yield* Fiber.interrupt(fiber)
    }
  })

  const behind: Behind = {
    goOn: (remainder) =>
      Effect.gen(function*() {
        yield* makeRoom
        const end = Effect.sync(() => {
          pending.delete(remainder)
          const loss = remainder.loss()
          if (loss !== undefined) log(loss)
        })
        const fiber = yield* FiberSet.run(fibers, Effect.ensuring(remainder.sending, end))
        pending.set(remainder, fiber)
        return fiber
      }),
    note: (urls, isTaken) => {
      for (const url of urls) {
        taken.delete(url)
        taken.set(url, isTaken)
      }
      for (const oldest of taken.keys()) if (taken.size > mostAddresses) taken.delete(oldest)
    },
    isTaken: (urls) => allTaken(urls.map((url) => taken.get(url))),
    settled: (millis) => Effect.asVoid(Effect.timeoutOption(FiberSet.awaitEmpty(fibers), Duration.millis(millis)))
  }
  return behind
})
