import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as Option from "effect/Option"
import { once } from "node:events"
import * as Http from "node:http"
import * as Net from "node:net"
import { gunzipSync } from "node:zlib"
import { makeExportQueue } from "../../src/telemetry/ExportQueue.ts"
import { httpSender } from "../../src/telemetry/httpSender.ts"
import type { Target } from "../../src/telemetry/target.ts"

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

/** An item after which a batch is full. */
const fills = 1000

const target = (url: string, compression: "gzip" | "none" = "none"): Target => ({
  url,
  headers: { "x-key": "secret" },
  protocol: "http/json",
  compression,
  timeoutMillis: 5000,
  files: {}
})

const makeQueue = (
  url: string,
  more: { readonly maxQueue?: number; readonly compression?: "gzip"; readonly timeoutMillis?: number } = {}
) =>
  Effect.gen(function*() {
    return yield* makeExportQueue<number>({
      sender: httpSender(yield* HttpClient.HttpClient)(target(url, more.compression)),
      timeoutMillis: more.timeoutMillis ?? 5000,
      batch: () => {
        const items: Array<number> = []
        return {
          add: (item) => {
            if (item < 0) throw new Error("cannot be encoded")
            items.push(item)
          },
          bytes: () => items.includes(fills) ? 2 ** 20 : items.length,
          body: () => HttpBody.text(JSON.stringify(items), "application/json")
        }
      },
      maxQueue: more.maxQueue ?? 1000,
      maxBatch: 3
    })
  }).pipe(Effect.provide(NodeHttpClient.layerNodeHttpOptions({ keepAlive: true })))

describe("ExportQueue", () => {
  it.live("sends all, in batches, in order", () =>
    Effect.gen(function*() {
      const { requests, url } = yield* serve(200)
      const queue = yield* makeQueue(url)
      for (let item = 0; item < 8; item++) queue.push(item)
      yield* queue.drain(5000, 5000)
      assert.deepStrictEqual(requests.map(({ items }) => items), [[0, 1, 2], [3, 4, 5], [6, 7]])
      assert.isUndefined(queue.loss("lost"))
      assert.strictEqual(requests[0]!.headers["x-key"], "secret")
      assert.isUndefined(requests[0]!.headers["traceparent"])
    }))

  it.live("leaves to the next time what comes while it sends", () =>
    Effect.gen(function*() {
      const { requests, url } = yield* serve(200)
      const queue = yield* makeQueue(url)
      queue.push(0)
      const sending = yield* Effect.forkChild(queue.send, { startImmediately: true })
      queue.push(1)
      yield* Fiber.await(sending)
      assert.deepStrictEqual(requests.map(({ items }) => items), [[0]])
      yield* queue.drain(5000, 5000)
      assert.deepStrictEqual(requests.map(({ items }) => items), [[0], [1]])
    }))

  it.live("starts another batch when one is full", () =>
    Effect.gen(function*() {
      const { requests, url } = yield* serve(200)
      const queue = yield* makeQueue(url)
      for (const item of [0, fills, 1, 2, 3, 4, fills, 5]) queue.push(item)
      yield* queue.drain(5000, 5000)
      assert.deepStrictEqual(requests.map(({ items }) => items), [[0, fills], [1, 2, 3], [4, fills], [5]])
    }))

  it.live("takes no more when 64 MiB wait, until they have arrived", () =>
    Effect.gen(function*() {
      const { requests, url } = yield* serve(200)
      const queue = yield* makeQueue(url)
      for (let item = 0; item < 70; item++) queue.push(fills)
      assert.strictEqual(queue.held(), 64)
      yield* queue.send
      queue.push(1)
      yield* queue.drain(5000, 5000)
      assert.lengthOf(requests, 65)
      assert.deepStrictEqual(queue.loss("lost"), { count: 6, reason: "more than 64 MiB waited" })
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
      assert.deepStrictEqual(queue.loss("lost"), { count: 7, reason: "HTTP status 503" })
      yield* Effect.sleep(40)
      yield* queue.send
      assert.deepStrictEqual(requests.map(({ items }) => items), [[0, 1, 2], [0, 1, 2], [3, 4, 5], [6]])
      assert.deepStrictEqual(queue.loss("lost"), { count: 3, reason: "HTTP status 400" })
    }))

  it.live("says what was not taken of a batch, and does not send it again", () =>
    Effect.gen(function*() {
      const { requests, url } = yield* serve(206, 200)
      const queue = yield* makeQueue(url)
      for (let item = 0; item < 5; item++) queue.push(item)
      yield* queue.send
      assert.deepStrictEqual(requests.map(({ items }) => items), [[0, 1, 2], [3, 4]])
      assert.deepStrictEqual(queue.loss("lost"), { count: 2, reason: "too old" })
    }))

  it.live("does not wait for who does not answer, nor for who is not there", () =>
    Effect.gen(function*() {
      const { url } = yield* serve(0)
      const mute = yield* makeQueue(url)
      mute.push(1)
      const started = performance.now()
      yield* mute.drain(50, 50)
      assert.isBelow(performance.now() - started, 500)
      assert.deepStrictEqual(mute.loss("lost"), { count: 1, reason: "no answer in time" })
      const nobody = yield* makeQueue("http://127.0.0.1:1/")
      nobody.push(1)
      yield* nobody.send
      assert.deepStrictEqual(nobody.loss("lost"), { count: 1, reason: "connection refused" })
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
      assert.match(queue.loss("lost")!.reason, /is it a port for gRPC\?$/)
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
      assert.strictEqual(queue.loss("lost")?.count, 1)
      const other = yield* makeQueue(url)
      other.push(1)
      yield* Effect.uninterruptible(other.drain(50, 50))
      assert.deepStrictEqual(other.loss("lost"), { count: 1, reason: "no answer in time" })
    }))

  it.live("does not ask who is not to be waited for, and knows since when it waits", () =>
    Effect.gen(function*() {
      const { requests, url } = yield* serve(0)
      const unasked = yield* makeQueue(url)
      unasked.push(1)
      yield* unasked.drain(0, 0)
      assert.deepStrictEqual(unasked.loss("lost"), { count: 1, reason: "no answer in time" })
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
      assert.deepStrictEqual(queue.loss("lost"), { count: 990, reason: "more than 10 waited" })
    }))

  it.live("waits in the end for who asks for a moment, and not for who is not there", () =>
    Effect.gen(function*() {
      const { requests, url } = yield* serve(503, 200)
      const busy = yield* makeQueue(url)
      busy.push(1)
      yield* busy.drain(5000, 5000)
      assert.isUndefined(busy.loss("lost"))
      assert.isTrue(busy.isTaken())
      assert.lengthOf(requests, 2)
      const nobody = yield* makeQueue("http://127.0.0.1:1/")
      nobody.push(1)
      const started = performance.now()
      yield* nobody.drain(5000, 5000)
      assert.isBelow(performance.now() - started, 500)
      assert.isFalse(nobody.isTaken())
      assert.strictEqual(nobody.held(), 1)
    }))

  it.live("is heard of when the first answer is known, or that there will be none", () =>
    Effect.gen(function*() {
      const { url } = yield* serve(0)
      const mute = yield* makeQueue(url, { timeoutMillis: 50 })
      mute.push(1)
      yield* Effect.forkChild(mute.send)
      yield* Effect.sleep(10)
      assert.isTrue(Option.isNone(yield* Effect.timeoutOption(mute.heard, 10)))
      yield* mute.heard
      assert.isFalse(mute.isTaken())
      const idle = yield* makeQueue(url)
      yield* idle.drain(5000, 5000)
      yield* idle.heard
      assert.isTrue(idle.isTaken())
    }))

  it.live("loses what cannot be encoded, and what is in the same batch", () =>
    Effect.gen(function*() {
      const { requests, url } = yield* serve(200)
      const queue = yield* makeQueue(url)
      for (const item of [1, 2, 3, 4, -5, 6]) queue.push(item)
      yield* queue.drain(5000, 5000)
      assert.deepStrictEqual(requests.map(({ items }) => items), [[1, 2, 3], [6]])
      assert.deepStrictEqual(queue.loss("lost"), { count: 2, reason: "Error: cannot be encoded" })
    }))

  it.live("sends again what met a connection that was just being closed", () =>
    Effect.gen(function*() {
      let requests = 0
      // It answers, and closes without having said so.
      const server = Net.createServer((socket) => {
        socket.on("error", () => {}).once("data", () => {
          requests++
          socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", () => socket.destroy())
        })
      }).listen(0, "127.0.0.1")
      yield* Effect.addFinalizer(() => Effect.sync(() => server.close()))
      yield* Effect.promise(() => once(server, "listening"))
      const queue = yield* makeQueue(`http://127.0.0.1:${(server.address() as Net.AddressInfo).port}/`)
      for (let item = 0; item < 30; item++) queue.push(item)
      yield* queue.send
      assert.isUndefined(queue.loss("lost"))
      assert.strictEqual(requests, 10)
    }))

  it.live("reads no answer that has no end", () =>
    Effect.gen(function*() {
      let written = 0
      const server = Http.createServer((request, response) => {
        const write = () => {
          do written += 65_536
          while (response.write("x".repeat(65_536)))
          response.once("drain", write)
        }
        request.resume().on("end", write)
      }).listen(0, "127.0.0.1")
      yield* Effect.addFinalizer(() => Effect.sync(() => server.close()))
      yield* Effect.promise(() => once(server, "listening"))
      const queue = yield* makeQueue(`http://127.0.0.1:${(server.address() as Net.AddressInfo).port}/`)
      queue.push(1)
      yield* queue.send
      assert.isTrue(queue.isTaken())
      assert.isBelow(written, 32 * 2 ** 20, "what fits into the buffers of two sockets")
    }))

  it.live("ends in time, however much waits and whatever each batch takes of this thread", () =>
    Effect.gen(function*() {
      const busy = Effect.sync(() => {
        const until = performance.now() + 5
        while (performance.now() < until);
        return { _tag: "Delivered", rejected: undefined } as const
      })
      const queue = yield* makeExportQueue<number>({
        sender: () => busy,
        timeoutMillis: 5000,
        batch: () => ({ add: () => {}, bytes: () => 0, body: () => HttpBody.empty }),
        maxQueue: 1000,
        maxBatch: 1
      })
      for (let item = 0; item < 1000; item++) queue.push(item)
      const started = performance.now()
      yield* queue.drain(70, 70)
      assert.isBelow(performance.now() - started, 170)
      assert.strictEqual(queue.loss("lost")?.reason, "no answer in time")
      assert.isAbove(queue.held(), 900)
    }))
})
