import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { Afterwards } from "../telemetry/Afterwards.ts"
import type { Exporter, Loss } from "../telemetry/Exporter.ts"
import type { Settings } from "../telemetry/settings.ts"
import { Terminal } from "./Terminal.ts"

/** The longest that sending goes on behind a request, ms. */
const longestMillis = 10_000

/**
 * Sends what is left of a request's telemetry, and says on stderr what did not arrive. The user waits for it for a moment
 * at most; where the process lives on, only until it is clear that there is nothing to be told.
 */
export const farewell = Effect.fnUntraced(function*(
  exporter: Exporter & { readonly settings: Settings },
  traceId: string,
  close: Effect.Effect<void>
) {
  const { stderr } = yield* Terminal
  const afterwards = yield* Afterwards
  const { farewellMillis, targets } = exporter.settings
  const tell = (loss: Loss | undefined, verb: string, end = "") =>
    loss === undefined ? Effect.void : stderr.write(`fbuild: ${loss.what} ${verb} ${loss.why}${end}\n`)
  if (afterwards === undefined) {
    // In a fiber of its own: this one may have been interrupted.
    yield* Effect.flatMap(Effect.forkChild(exporter.drain(farewellMillis), { startImmediately: true }), Fiber.await)
    yield* tell(exporter.loss("lost"), "did not reach")
    return yield* close
  }
  const end = Effect.suspend(() => {
    afterwards.note(exporter.urls, exporter.isTaken() === true)
    return close
  })
  const patience = Math.min(
    longestMillis,
    Math.max(...Object.values(targets).map(({ timeoutMillis }) => timeoutMillis))
  )
  const sending = yield* afterwards.goOn({
    sending: Effect.ensuring(exporter.drain(patience), end),
    held: exporter.held,
    loss: () => {
      const loss = exporter.loss("lost")
      return loss && `trace ${traceId}: ${loss.what} did not reach ${loss.why}`
    }
  })
  const wasTaken = afterwards.isTaken(exporter.urls)
  if (exporter.isTaken() === false || wasTaken !== true) {
    const known = Effect.raceFirst(
      Effect.as(Fiber.await(sending), true),
      Effect.as(exporter.taken(farewellMillis), false)
    )
    const isOver = yield* Effect.flatMap(Effect.forkChild(known, { startImmediately: true }), Fiber.await)
    const isTaken = exporter.isTaken()
    if (Exit.isSuccess(isOver) && isOver.value) return yield* tell(exporter.loss("lost"), "did not reach")
    if (isTaken === true) afterwards.note(exporter.urls, true)
    // Who has never been asked may only be slow, and so may be what asks: nothing has failed.
    else if (isTaken === false || wasTaken === false) {
      return yield* tell(exporter.loss("lost"), "have not reached", "; the daemon goes on trying")
    }
  }
  yield* tell(exporter.loss("may arrive"), "did not reach")
})
