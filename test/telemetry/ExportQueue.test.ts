import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpBody from "effect/http/HttpBody"
import { once } from "node:events"
import * as Http from "node:http"
import * as Net from "node:net"
import { gunzipSync } from "node:zlib"
import { makeExportQueue } from "../../src/telemetry/ExportQueue.ts"

interface Request {
  readonly headers: Http.IncomingHttpHeaders
  readonly items: ReadonlyArray<number>
}

/** A server that answers with these statuses in turn, the last one for ever; 0: not at all, 206: it has taken all but two. */
const serve = (...statuses: ReadonlyArray<number>) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly url: string; readonly requests: Array<Request>; readonly server: Http.Server }>(
      (resume) => {
        const requests: Array<Request> = []
        const server = Http.createServer((request, response) => {
          const chunks: Array<Buffer> = []
          request.on("data", (chunk: Buffer) => chunks.push(chunk)).on("end", () => {
            const body = Buffer.concat(chunks)
            const text = request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body
            requests.push({ headers: request.headers, items: JSON.parse(text.toString()) as ReadonlyArray<number> })
            const status = statuses[Math.min(requests.length, statuses.length) - 1]!
            if (status === 206) {
              response.writeHead(200).end("{\"partialSuccess\":{\"rejectedSpans\":\"2\",\"errorMessage\":\"too old\"}}")
            } else if (status !== 0) {
              response.writeHead(status, status === 503 ? { "retry-after": "0.02" } : {}).end("{}")
            }
          })
        }).listen(0, "127.0.0.1", () => {
          const { port } = server.address() as Net.AddressInfo
          resume(Effect.succeed({ url: `http://127.0.0.1:${port}/v1/traces`, requests, server }))
        })
      }
    ),
    ({ server }) =>
      Effect.sync(() => {
        server.closeAllConnections()
        server.close()
      })
  )

const makeQueue = (url: string, more: { readonly maxQueue?: number; readonly compression?: "gzip" } = {}) =>
  makeExportQueue<number>({
    target: {
      url,
      headers: { "x-key": "secret" },
      protocol: "http/json",
      compression: "none",
      timeoutMillis: 5000,
      ...more
    },
    encode: (items) => HttpBody.text(JSON.stringify(items), "application/json"),
    maxQueue: more.maxQueue ?? 1000,
    maxBatch: 3
  }).pipe(Effect.provide(NodeHttpClient.layerNodeHttp))

describe("ExportQueue", () => {
  it.live("sends all, in batches, in order", () =>
    Effect.gen(function*() {
      const { requests, url } = yield* serve(200)
      const queue = yield* makeQueue(url)
      for (let item = 0; item < 8; item++) queue.push(item)
      yield* queue.drain(5000, 5000)
      assert.deepStrictEqual(requests.map(({ items }) => items), [[0, 1, 2], [3, 4, 5], [6, 7]])
      assert.isUndefined(queue.loss())
      assert.strictEqual(requests[0]!.headers["x-key"], "secret")
      assert.isUndefined(requests[0]!.headers["traceparent"])
    }))

  it.live("compresses", () =>
    Effect.gen(function*() {
      const { requests, url } = yield* serve(200)
      const queue = yield* makeQueue(url, { compression: "gzip" })
      for (let item = 0; item < 3; item++) queue.push(item * 10 ** 300)
      yield* queue.drain(5000, 5000)
      assert.lengthOf(requests, 1)
    }))

  it.live("tries again what was refused for now, and not what was refused for good", () =>
    Effect.gen(function*() {
      const { requests, url } = yield* serve(503, 200, 400, 200)
      const queue = yield* makeQueue(url)
      for (let item = 0; item < 7; item++) queue.push(item)
      yield* queue.send
      assert.deepStrictEqual(queue.loss(), { count: 7, reason: "HTTP status 503" })
      yield* Effect.sleep(40)
      yield* queue.send
      assert.deepStrictEqual(requests.map(({ items }) => items), [[0, 1, 2], [0, 1, 2], [3, 4, 5], [6]])
      assert.deepStrictEqual(queue.loss(), { count: 3, reason: "HTTP status 400" })
    }))

  it.live("says what was not taken of a batch, and does not send it again", () =>
    Effect.gen(function*() {
      const { requests, url } = yield* serve(206, 200)
      const queue = yield* makeQueue(url)
      for (let item = 0; item < 5; item++) queue.push(item)
      yield* queue.send
      assert.deepStrictEqual(requests.map(({ items }) => items), [[0, 1, 2], [3, 4]])
      assert.deepStrictEqual(queue.loss(), { count: 2, reason: "too old" })
    }))

  it.live("does not wait for who does not answer, nor for who is not there", () =>
    Effect.gen(function*() {
      const { url } = yield* serve(0)
      const mute = yield* makeQueue(url)
      mute.push(1)
      const started = performance.now()
      yield* mute.drain(50, 50)
      assert.isBelow(performance.now() - started, 500)
      assert.deepStrictEqual(mute.loss(), { count: 1, reason: "no answer in time" })
      const nobody = yield* makeQueue("http://127.0.0.1:1/")
      nobody.push(1)
      yield* nobody.send
      assert.deepStrictEqual(nobody.loss(), { count: 1, reason: "connection refused" })
      // It has just failed, so that it is not even asked.
      const again = performance.now()
      yield* nobody.drain(5000, 5000)
      assert.isBelow(performance.now() - again, 20)
    }))

  it.live("knows a port for gRPC", () =>
    Effect.gen(function*() {
      // A settings frame of HTTP/2, with which its servers begin.
      const server = Net.createServer((socket) => {
        socket.on("error", () => {})
        socket.write(Buffer.from("000000040000000000", "hex"))
      }).listen(0, "127.0.0.1")
      yield* Effect.addFinalizer(() => Effect.sync(() => server.close()))
      yield* Effect.promise(() => once(server, "listening"))
      const queue = yield* makeQueue(`http://127.0.0.1:${(server.address() as Net.AddressInfo).port}/v1/traces`)
      queue.push(1)
      yield* queue.send
      assert.match(queue.loss()!.reason, /is it a port for gRPC\?$/)
    }))

  it.live("ends as soon as the endpoint has been waited for long enough, also where nothing is interruptible", () =>
    Effect.gen(function*() {
      const { url } = yield* serve(0)
      const queue = yield* makeQueue(url)
      queue.push(1)
      yield* Effect.forkChild(queue.send)
      yield* Effect.sleep(20)
      const started = performance.now()
      yield* Effect.uninterruptible(queue.drain(50, 50))
      assert.isBelow(performance.now() - started, 500)
      assert.strictEqual(queue.loss()?.count, 1)
      const other = yield* makeQueue(url)
      other.push(1)
      yield* Effect.uninterruptible(other.drain(50, 50))
      assert.deepStrictEqual(other.loss(), { count: 1, reason: "no answer in time" })
    }))

  it.live("does not ask who is not to be waited for, and knows since when it waits", () =>
    Effect.gen(function*() {
      const { requests, url } = yield* serve(0)
      const unasked = yield* makeQueue(url)
      unasked.push(1)
      yield* unasked.drain(0, 0)
      assert.deepStrictEqual(unasked.loss(), { count: 1, reason: "no answer in time" })
      assert.isEmpty(requests)
      const queue = yield* makeQueue(url)
      queue.push(1)
      assert.isUndefined(queue.askedMillis())
      const before = yield* Clock.currentTimeMillis
      yield* Effect.forkChild(queue.send)
      yield* Effect.sleep(20)
      assert.isAtLeast(queue.askedMillis()!, before)
      assert.isAtMost(queue.askedMillis()!, yield* Clock.currentTimeMillis)
    }))

  it.live("keeps no more than it may", () =>
    Effect.gen(function*() {
      const { url } = yield* serve(200)
      const queue = yield* makeQueue(url, { maxQueue: 10 })
      for (let item = 0; item < 1000; item++) queue.push(item)
      yield* queue.drain(5000, 5000)
      assert.deepStrictEqual(queue.loss(), { count: 990, reason: "more than 10 waited" })
    }))
})
