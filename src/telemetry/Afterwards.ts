import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"

/** What a request has left to send when its user has been told how it ended. */
export interface Remainder {
  /** Ends by itself. Interrupted, it gives up. */
  readonly sending: Effect.Effect<void>
  /** How many items have not arrived yet. */
  readonly held: () => number
  /** What was lost when `sending` has ended: a sentence for the log. */
  readonly loss: () => string | undefined
}

/** Who serves many requests goes on sending what they tell of themselves when they have ended. */
export interface Afterwards {
  readonly goOn: (remainder: Remainder) => Effect.Effect<Fiber.Fiber<void>>
  /** Notes whether addresses take what they are sent. */
  readonly note: (urls: ReadonlyArray<string>, isTaken: boolean) => void
  /** Whether all of them did the last time; `undefined`: not known of all, and none did not. */
  readonly isTaken: (urls: ReadonlyArray<string>) => boolean | undefined
}

/** Whether all addresses take what they are sent, by what each does. */
export const allTaken = (parts: ReadonlyArray<boolean | undefined>): boolean | undefined =>
  parts.includes(false) ? false : parts.includes(undefined) ? undefined : true

/** None in a process that ends with its request. */
export const Afterwards = Context.Reference<Afterwards | undefined>("fbuild/telemetry/Afterwards", {
  defaultValue: () => undefined
})
