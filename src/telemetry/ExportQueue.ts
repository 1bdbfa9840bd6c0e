import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { HttpBody } from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import type { HttpClientError } from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Option from "effect/Option"
import * as Semaphore from "effect/Semaphore"
import { type Rejected, rejected } from "./partialSuccess.ts"
import type { Target } from "./settings.ts"

/** Sends items of one signal in batches, one request at a time. Whatever an endpoint does, memory stays bounded. */
export interface ExportQueue<A> {
  readonly push: (item: A) => void
  /** Sends what is waiting, unless that is going on already. */
  readonly send: Effect.Effect<void>
  /** When the request was made that has not been answered yet, ms; `undefined`: none. */
  readonly askedMillis: () => number | undefined
  /**
   * The last to be called. Sends what is left, waiting for the endpoint at most `millis` in all, of them `firstMillis` for what
   * is under way, and not at all for one that has just failed. What encoding takes is not counted: it is bounded by how much may wait.
   */
  readonly drain: (millis: number, firstMillis: number) => Effect.Effect<void>
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
  /** For the endpoint, in the sending that goes on, ms. */
  let waited = 0
  /** When the last request was made. */
  let askedMillis = 0

  const refuse = (part: Rejected | undefined) => {
    if (part === undefined) return
    lost += part.count
    reason = part.reason || "refused"
  }

  /** Sends one batch, and waits for the answer at most this long, ms. */
  const post = (items: ReadonlyArray<A>, patience: number) =>
    Effect.suspend(() => {
      const request = HttpClientRequest.post(target.url, { headers: target.headers, body: encode(items) })
      return target.compression === "gzip" ? HttpClientRequest.compressBody(request, "gzip") : Effect.succeed(request)
    }).pipe(
      Effect.flatMap((request) =>
        Effect.timeoutOrElse(answered(request), {
          duration: Duration.millis(patience),
          orElse: () => Effect.succeed<Sent>({ _tag: "Failed", reason: "no answer in time", retryMillis: pauseMillis })
        })
      ),
      // What cannot be encoded is lost, and the build goes on.
      Effect.catchDefect((defect) =>
        Effect.succeed<Sent>({ _tag: "Failed", reason: String(defect), retryMillis: undefined })
      ),
      // What sends spans must not make any, nor hand on the trace.
      Effect.withTracerEnabled(false),
      Effect.provideService(HttpClient.TracerPropagationEnabled, false)
    )

  const answered = (request: HttpClientRequest.HttpClientRequest) =>
    Effect.suspend(() => {
      askedMillis = clock.currentTimeMillisUnsafe()
      return Effect.ensuring(
        client.execute(request),
        Effect.sync(() => waited += clock.currentTimeMillisUnsafe() - askedMillis)
      )
    }).pipe(
      Effect.flatMap((response) =>
        // Unread answers would keep their connections.
        Effect.map(Effect.option(response.arrayBuffer), (body) => {
          const answer = answerOf(response.status, response.headers["retry-after"])
          if (answer._tag === "Delivered" && Option.isSome(body)) {
            refuse(rejected(target.protocol, new Uint8Array(body.value)))
          }
          return answer
        })
      ),
      Effect.catch((error: HttpClientError) =>
        Effect.succeed<Sent>({ _tag: "Failed", reason: describe(error), retryMillis: pauseMillis })
      )
    )

  /** Sends all that waits, as long as the endpoint has not been waited for longer than this in all, ms. */
  const sendAll = (limit: number) =>
    Effect.gen(function*() {
      waited = 0
      while (queue.length > 0 && clock.currentTimeMillisUnsafe() >= pausedUntil) {
        if (waited >= limit) {
          reason ||= "no answer in time"
          return
        }
        const batch = queue.splice(0, maxBatch)
        inFlight = batch.length
        const sent = yield* post(batch, Math.min(target.timeoutMillis, limit - waited))
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

  const result: ExportQueue<A> = {
    askedMillis: () => inFlight === 0 ? undefined : askedMillis,
    send: Effect.asVoid(turn.withPermitsIfAvailable(1)(sendAll(Number.POSITIVE_INFINITY))),
    push: (item) => {
      if (queue.length + inFlight < maxQueue) queue.push(item)
      else {
        lost++
        reason ||= `more than ${maxQueue} waited`
      }
    },
    drain: (millis, firstMillis) =>
      // Whoever is sending waits for the endpoint as well, and this is called where nothing is interruptible by itself.
      Effect.interruptible(Effect.suspend(() => {
        const calledMillis = clock.currentTimeMillisUnsafe()
        const rest = () => millis - (clock.currentTimeMillisUnsafe() - calledMillis)
        return turn.take(1).pipe(
          Effect.timeoutOption(Duration.millis(firstMillis)),
          Effect.flatMap((taken) => Option.isNone(taken) ? Effect.void : sendAll(rest()))
        )
      })),
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
  if (code === "ECONNREFUSED") return "connection refused"
  // Of Node's parser. A port for gRPC answers so.
  return code?.startsWith("HPE_") === true ? `no answer of HTTP/1.1 (${code}); is it a port for gRPC?` : code ?? message
}

/** The system's code of an error or of what caused it: clients wrap them differently. */
const codeOf = (error: unknown): string | undefined => {
  if (typeof error !== "object" || error === null) return undefined
  if ("code" in error && typeof error.code === "string") return error.code
  return "cause" in error ? codeOf(error.cause) : undefined
}
