import * as Result from "effect/Result"

/**
 * The body of a `Result.gen`: a long computation that can pause wherever it yields. `Result.gen` runs it at once, `inTurns`
 * lets others have their turn in between.
 */
export type Steps<A, E = never> = Generator<Result.Result<any, E>, A, any>

/** Nothing but a place to pause. */
export const pause: Result.Result<void> = Result.void

/** How many small things (lines, keys, files to look at) are done between two pauses: some tenths of a ms. */
export const manySmall = 128
