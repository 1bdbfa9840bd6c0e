import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { type Action, subjectOf } from "../plan/Action.ts"
import { ActionTimedOut } from "./ActionError.ts"

/** Ends what an action does after a time, if there is a limit: `--tu-timeout`. */
export const limitTime =
  (limit: Duration.Duration | undefined, action: Action) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | ActionTimedOut, R> =>
    limit === undefined ? effect : Effect.timeoutOrElse(effect, {
      duration: limit,
      orElse: () =>
        Effect.fail(
          new ActionTimedOut({
            id: action.id,
            mnemonic: action.mnemonic,
            path: subjectOf(action),
            limit: Duration.format(limit)
          })
        )
    })
