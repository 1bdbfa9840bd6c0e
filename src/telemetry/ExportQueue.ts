import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { HttpBody } from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import type { HttpClientError } from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Semaphore from "effect/Semaphore"
import type { Target } from "./settings.ts"

/** Sends items of one signal in batches, one request at a time. Whatever an endpoint does, memory stays bounded. */
export interface ExportQueue<A> {
  readonly push: (item: A) => void
  /** Sends what is waiting, unless that is going on already. */
  readonly send: Effect.Effect<void>
  /** The same, for at most this long, ms. Does not wait for an endpoint that has just failed. */
  readonly drain: (millis: number) => Effect.Effect<void>
  /** What was lost, and why; `undefined` when all has arrived. */
  readonly loss: () => { readonly count: number; readonly reason: string } | undefined
}

export interface QueueOptions<A> {
  readonly target: Target
  readonly encode: (items: ReadonlyArray<A>) => HttpBody
  readonly maxQueue: number
  readonly maxBatch: number
}

/** How long an endpoint that has failed is left alone, ms, unless it says itself. Source: OTLP/HTTP, "Failures". */
const pauseMillis = 1000

type Sent = { readonly _tag: "Delivered" } | {
  readonly _tag: "Failed"
  readonly reason: string
  /** When to try again, ms from now; `undefined`: never, the batch itself is refused. */
  readonly retryMillis: number | undefined
}

export const makeExportQueue = Effect.fnUntraced(function*<A>(options: QueueOptions<A>) {
  const { encode, maxBatch, maxQueue, target } = options
  const client = yield* HttpClient.HttpClient
  const clock = yield* Clock.Clock
  const turn = yield* Semaphore.make(1)
  const queue: Array<A> = []
  let inFlight = 0
  let lost = 0
  let reason = ""
  let pausedUntil = 0

  const post = (items: ReadonlyArray<A>) =>
    Effect.suspend(() => {
      const request = HttpClientRequest.post(target.url, { headers: target.headers, body: encode(items) })
      return target.compression === "gzip" ? HttpClientRequest.compressBody(request, "gzip") : Effect.succeed(request)
    }).pipe(
      Effect.flatMap(client.execute),
      Effect.flatMap((response) =>
        // Unread answers would keep their connections.
        Effect.as(Effect.ignore(response.arrayBuffer), answerOf(response.status, response.headers["retry-after"]))
      ),
      Effect.catch((error: HttpClientError) =>
        Effect.succeed<Sent>({ _tag: "Failed", reason: describe(error), retryMillis: pauseMillis })
      ),
      // What cannot be encoded is lost, and the build goes on.
      Effect.catchDefect((defect) =>
        Effect.succeed<Sent>({ _tag: "Failed", reason: String(defect), retryMillis: undefined })
      ),
      Effect.timeoutOrElse({
        duration: Duration.millis(target.timeoutMillis),
        orElse: () =>
          Effect.succeed<Sent>({
            _tag: "Failed",
            reason: `no answer in ${target.timeoutMillis} ms`,
            retryMillis: pauseMillis
          })
      }),
      // What sends spans must not make any, nor hand on the trace.
      Effect.withTracerEnabled(false),
      Effect.provideService(HttpClient.TracerPropagationEnabled, false)
    )

  const sendAll = Effect.gen(function*() {
    while (queue.length > 0 && clock.currentTimeMillisUnsafe() >= pausedUntil) {
      const batch = queue.splice(0, maxBatch)
      inFlight = batch.length
      const sent = yield* post(batch)
      inFlight = 0
      if (sent._tag === "Delivered") continue
      reason = sent.reason
      if (sent.retryMillis === undefined) {
        lost += batch.length
        continue
      }
      queue.unshift(...batch)
      pausedUntil = clock.currentTimeMillisUnsafe() + sent.retryMillis
    }
  })
  const send = turn.withPermit(sendAll)

  const result: ExportQueue<A> = {
    send: Effect.asVoid(turn.withPermitsIfAvailable(1)(sendAll)),
    push: (item) => {
      if (queue.length + inFlight < maxQueue) queue.push(item)
      else {
        lost++
        reason ||= `more than ${maxQueue} waited`
      }
    },
    drain: (millis) => Effect.asVoid(Effect.timeoutOption(Effect.interruptible(send), Duration.millis(millis))),
    loss: () => {
      const count = lost + inFlight + queue.length
      return count === 0 ? undefined : { count, reason: reason || "no answer in time" }
    }
  }
  return result
})

/** What the status of an answer means. Source: OTLP/HTTP, "Failures" and "Retryable response codes". */
const answerOf = (status: number, retryAfter: string | undefined): Sent => {
  if (status >= 200 && status < 300) return { _tag: "Delivered" }
  const seconds = Number(retryAfter)
  const retryMillis = seconds > 0 ? seconds * 1000 : pauseMillis
  const isPassing = status === 429 || status === 502 || status === 503 || status === 504
  return { _tag: "Failed", reason: `HTTP status ${status}`, retryMillis: isPassing ? retryMillis : undefined }
}

const describe = ({ message, reason }: HttpClientError): string => {
  const code = codeOf(reason)
  return code === "ECONNREFUSED" ? "connection refused" : code ?? message
}

/** The system's code of an error or of what caused it: clients wrap them differently. */
const codeOf = (error: unknown): string | undefined => {
  if (typeof error !== "object" || error === null) return undefined
  if ("code" in error && typeof error.code === "string") return error.code
  return "cause" in error ? codeOf(error.cause) : undefined
}
