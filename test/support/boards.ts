import * as Result from "effect/Result"
import { boardsOf } from "../../src/arduino/boards.ts"

/** `boardsOf`, at once. */
export const boardsFrom = (...files: Parameters<typeof boardsOf>) => Result.gen(() => boardsOf(...files))
