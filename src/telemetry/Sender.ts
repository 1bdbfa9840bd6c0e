import type * as Effect from "effect/Effect"
import type { HttpBody } from "effect/http/HttpBody"
import type { Rejected } from "./partialSuccess.ts"

/** What became of one batch. */
export type Sent = {
  readonly _tag: "Delivered"
  /** What the endpoint did not take of it. */
  readonly rejected: Rejected | undefined
} | {
  readonly _tag: "Failed"
  readonly reason: string
  /** When to try again, ms from now; `undefined`: never, the batch itself is refused. */
  readonly retryMillis: number | undefined
  /** Whether it was the endpoint that said so: one that is there may take it later. */
  readonly isAnswer: boolean
}

/** Sends one batch and waits for the answer, however long that takes. */
export type Sender = (body: HttpBody) => Effect.Effect<Sent>

/** How long an endpoint that has failed is left alone, ms, unless it says itself. Source: OTLP/HTTP, "Failures". */
export const pauseMillis = 1000

/** The most that is read of an answer, bytes: a few words are all that one may say. */
export const longestAnswer = 65_536

/** What it means that nobody has answered: it is worth another try. */
export const unanswered = (reason: string): Sent => ({
  _tag: "Failed",
  reason,
  retryMillis: pauseMillis,
  isAnswer: false
})

/** The system's code of an error or of what caused it: clients wrap them differently. */
export const codeOf = (error: unknown): string | undefined => {
  if (typeof error !== "object" || error === null) return undefined
  if ("code" in error && typeof error.code === "string") return error.code
  if ("cause" in error && error.cause !== undefined) return codeOf(error.cause)
  return "reason" in error ? codeOf(error.reason) : undefined
}

/** How such a code is told. */
export const reasonOf = (code: string): string => {
  if (code === "ECONNREFUSED") return "connection refused"
  // Of Node's parser. A port for gRPC answers so.
  return code.startsWith("HPE_") ? `no answer of HTTP/1.1 (${code}); is it a port for gRPC?` : code
}
