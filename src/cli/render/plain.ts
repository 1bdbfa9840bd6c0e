import * as Effect from "effect/Effect"
import type { BuildEvent } from "../../exec/BuildEvent.ts"
import type { BuildReporter } from "../../exec/BuildReporter.ts"
import { shellQuote } from "../../plan/render.ts"
import { errorText, warningText } from "../reportError.ts"
import { actionLine, finishedText, type Look, outputText } from "./text.ts"

/** Plain lines: what is run, what it said, and how it ended. Nothing is ever redrawn. */
export const plainReporter = (look: Look): BuildReporter["Service"] => {
  let done = 0
  let total = 0
  const emit = (event: BuildEvent): Effect.Effect<void> => {
    switch (event._tag) {
      case "Warning":
        return look.stderr.write(warningText(event.error, look.stderrColor))
      case "EnvironmentStarted":
        total += event.actions
        return Effect.void
      case "ActionPlanned":
        return event.command === "" ? Effect.void : look.stdout.write(`${event.command}\n`)
      case "ActionStarted":
        return look.detail === "commands" && event.argv.length > 0
          ? look.stdout.write(`${event.argv.map(shellQuote).join(" ")}\n`)
          : Effect.void
      case "ActionUpToDate":
        done++
        return Effect.void
      case "ActionCached":
        done++
        return event.output === "" ? Effect.void : look.stderr.write(outputText(event.output, look.stderrColor))
      case "ActionFinished":
        done++
        return Effect.andThen(
          look.detail === "commands" ? Effect.void : look.stdout.write(`[${done}/${total}] ${actionLine(event)}\n`),
          event.output === "" ? Effect.void : look.stderr.write(outputText(event.output, look.stderrColor))
        )
      case "EnvironmentFinished":
        return Effect.void
      case "BuildFinished":
        return Effect.andThen(
          Effect.forEach(event.errors, (error) => look.stderr.write(errorText(error, look.stderrColor)), {
            discard: true
          }),
          look.stdout.write(finishedText(event, look.stdoutColor))
        )
    }
  }
  return { emit }
}
