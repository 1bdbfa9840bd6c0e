import * as ByteSize from "effect/ByteSize"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import type { HttpClientError } from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import * as Option from "effect/Option"
import * as Scheduler from "effect/Scheduler"
import { rejected } from "./partialSuccess.ts"
import { codeOf, longestAnswer, pauseMillis, reasonOf, type Sender, type Sent, unanswered } from "./Sender.ts"
import type { Target } from "./target.ts"

/** Sends by OTLP/HTTP. */
export const httpSender = (client: HttpClient.HttpClient) => (target: Target): Sender => {
  const answered = (request: HttpClientRequest.HttpClientRequest) =>
    client.execute(request).pipe(
      // A connection that was kept open, and that the server closed when this was on its way: there is one for each signal.
      Effect.retry({ times: 3, while: ({ reason }: HttpClientError) => closed.has(codeOf(reason) ?? "") }),
      Effect.flatMap((response) =>
        // Unread answers would keep their connections.
        Effect.map(
          Effect.option(response.arrayBuffer),
          (body) => answerOf(target, response.status, response.headers["retry-after"], body)
        )
      ),
      Effect.catch((error: HttpClientError) => Effect.succeed(unanswered(describe(error))))
    )
  return (body) => {
    const request = HttpClientRequest.post(target.url, { headers: target.headers, body })
    const sent = target.compression === "gzip"
      ? Effect.flatMap(HttpClientRequest.compressBody(request, "gzip"), answered)
      : answered(request)
    return sent.pipe(
      Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(longestAnswer)),
      // What sends spans must not hand on the trace.
      Effect.provideService(HttpClient.TracerPropagationEnabled, false),
      // Effect's client for Node listens some steps after it has begun to connect: in between a refusal would not be heard.
      Effect.provideService(Scheduler.PreventSchedulerYield, true)
    )
  }
}

const closed: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE"])

/** What the status of an answer means. Source: OTLP/HTTP, "Failures" and "Retryable response codes". */
const answerOf = (
  { protocol }: Target,
  status: number,
  retryAfter: string | undefined,
  body: Option.Option<ArrayBuffer>
): Sent => {
  if (status >= 200 && status < 300) {
    return {
      _tag: "Delivered",
      rejected: Option.isSome(body) ? rejected(protocol, new Uint8Array(body.value)) : undefined
    }
  }
  const seconds = Number(retryAfter)
  const retryMillis = seconds > 0 ? seconds * 1000 : pauseMillis
  const isPassing = status === 429 || status === 502 || status === 503 || status === 504
  return {
    _tag: "Failed",
    reason: `HTTP status ${status}`,
    retryMillis: isPassing ? retryMillis : undefined,
    isAnswer: true
  }
}

const describe = ({ message, reason }: HttpClientError): string => {
  const code = codeOf(reason)
  return code === undefined ? message : reasonOf(code)
}
