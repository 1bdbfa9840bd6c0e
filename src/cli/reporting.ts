import * as Effect from "effect/Effect"
import { BuildReporter } from "../exec/BuildReporter.ts"
import type { ColorMode } from "./colors.ts"
import { usesColor } from "./colors.ts"
import { errorText, exitCodeOf, type FbuildError, reportedError, warningText } from "./reportError.ts"
import { Terminal } from "./Terminal.ts"
import { CommandExit } from "./UsageError.ts"

/**
 * Runs a command that prints a document, not the events of a build: warnings and its failure go to stderr, and the
 * failure ends it with its exit status.
 */
export const reporting = <A, E extends FbuildError | CommandExit, R>(
  flags: { readonly color: ColorMode },
  command: Effect.Effect<A, E, R>
) =>
  Effect.gen(function*() {
    const { stderr, variables } = yield* Terminal
    const color = usesColor(flags.color, stderr, variables)
    const reporter = BuildReporter.of({
      emit: (event) =>
        event._tag === "Warning"
          ? stderr.write(warningText(event.error, color))
          : Effect.void
    })
    return yield* command.pipe(
      Effect.provideService(BuildReporter, reporter),
      Effect.catch((error: FbuildError | CommandExit) =>
        error._tag === "CommandExit"
          ? Effect.fail(error)
          : Effect.andThen(
            stderr.write(errorText(reportedError(error), color)),
            Effect.fail(new CommandExit({ code: exitCodeOf(error) }))
          )
      )
    )
  })
