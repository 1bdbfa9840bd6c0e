import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import { monotonicMillis } from "../../domain/monotonic.ts"
import type { BuildEvent } from "../../exec/BuildEvent.ts"
import type { BuildReporter } from "../../exec/BuildReporter.ts"
import { dim } from "../colors.ts"
import { plainReporter } from "./plain.ts"
import { actionLine, type Look } from "./text.ts"

/** Running actions shown at once. */
const shown = 4

/** Between redraws of the block, ms. */
const interval = 80

/**
 * A terminal: one live block (running actions, done of total, elapsed time) under the diagnostics, which stand for good.
 * The block is gone when the build has ended.
 */
export const liveReporter = Effect.fnUntraced(function*(look: Look) {
  const running = new Map<string, string>()
  const started = yield* monotonicMillis
  // One writer at a time: a block drawn between an erasure and the text that follows it could never be erased.
  const turn = yield* Semaphore.make(1)
  let done = 0
  let total = 0
  let lines = 0

  const erase = () => lines === 0 ? "" : `\x1b[${lines}A\x1b[J`
  const block = (now: number) => {
    const width = look.stdout.columns() ?? 80
    const elapsed = ((now - started) / 1000).toFixed(1)
    const text = [
      `[${done}/${total}] ${elapsed} s`,
      ...[...running.values()].slice(0, shown).map((line) => `  ${line}`),
      ...(running.size > shown ? [`  and ${running.size - shown} more`] : [])
    ].map((line) => dim(line.slice(0, width - 1), look.stdoutColor))
    return text
  }
  const draw = Effect.flatMap(monotonicMillis, (now) => {
    const before = erase()
    const text = block(now)
    lines = text.length
    return look.stdout.write(`${before}${text.join("\n")}\n`)
  })
  const clear = Effect.suspend(() => {
    const before = erase()
    lines = 0
    return before === "" ? Effect.void : look.stdout.write(before)
  })

  // Short lines for finished actions belong to plain output; here the block tells.
  const quiet = plainReporter({ ...look, stdout: { ...look.stdout, write: () => Effect.void } })
  const plain = plainReporter(look)
  const above = (text: Effect.Effect<void>) => turn.withPermit(Effect.andThen(clear, text))
  const emit = (event: BuildEvent): Effect.Effect<void> => {
    switch (event._tag) {
      case "EnvironmentStarted":
        total += event.actions
        return Effect.void
      case "ActionStarted":
        running.set(event.id, actionLine(event))
        return look.detail === "commands" ? above(plain.emit(event)) : Effect.void
      case "ActionUpToDate":
        done++
        return Effect.void
      case "ActionCached":
        done++
        return event.output === "" ? Effect.void : above(quiet.emit(event))
      case "ActionFinished":
        done++
        running.delete(event.id)
        return event.output === "" ? Effect.void : above(quiet.emit(event))
      case "BuildFinished":
        // Nothing is drawn under the last line, though actions may not have run.
        total = 0
        return above(plain.emit(event))
      default:
        return above(plain.emit(event))
    }
  }
  const tick = turn.withPermit(Effect.suspend(() => total === 0 || done === total ? Effect.void : draw))
  yield* Effect.addFinalizer(() => clear)
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep(interval), tick)))
  return { emit } satisfies BuildReporter["Service"]
})
