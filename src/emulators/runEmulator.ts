import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Span } from "../telemetry/names.ts"
import { Emulator, type ImageInvalid, type Machine, type MissingEmulator } from "./Emulator.ts"
import { type Judge, judgeDeadline, judgeEnd, judgeText, startJudging } from "./judge.ts"
import { Outcome } from "./Outcome.ts"
import type { Patterns } from "./patterns.ts"

/**
 * Runs an image and judges its serial output. The run is stopped as soon as it is decided, and the emulator is gone
 * when this returns.
 */
export const runEmulator: (
  machine: Machine,
  options: {
    readonly patterns: Patterns
    /** Time on the wall, not in the emulated program. Without it, the run may be endless. */
    readonly timeout?: Duration.Input
    /** Gets every byte, as it comes and before it is judged. */
    readonly onOutput: (bytes: Uint8Array) => Effect.Effect<void>
  }
) => Effect.Effect<Outcome, MissingEmulator | ImageInvalid, Emulator> = Effect.fn(Span.emulate)(
  function*(machine, options) {
    const emulator = yield* Emulator
    if (!emulator.supports(machine)) {
      return Outcome.cases.Unsupported.make({ message: `${emulator.name} does not run the ${machine.mcu}` })
    }

    // Serial output is bytes: what is no UTF-8 is judged as U+FFFD.
    const decoder = new TextDecoder()
    let judge: Judge = startJudging(options.patterns)

    const toTheEnd = emulator.run(machine).pipe(
      Stream.runForEachWhile((bytes) =>
        Effect.map(options.onOutput(bytes), () => {
          judge = judgeText(judge, decoder.decode(bytes, { stream: true }))
          return judge.outcome === undefined
        })
      ),
      Effect.map(() => judgeEnd(judge, emulator.name)),
      Effect.catchTags({
        ProgramCrashed: (error) => Effect.succeed(Outcome.cases.Crashed.make({ message: error.message })),
        EmulatorExited: (error) => Effect.succeed(Outcome.cases.Failed.make({ message: error.message }))
      })
    )
    if (options.timeout === undefined) return yield* toTheEnd
    const inTime = yield* Effect.timeoutOption(toTheEnd, options.timeout)
    return Option.getOrElse(inTime, () => judgeDeadline(judge))
  }
)
