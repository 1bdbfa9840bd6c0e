import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { once } from "node:events"
import * as Fs from "node:fs"
import * as Net from "node:net"
import * as Os from "node:os"
import * as Path from "node:path"
import { encodeFrame, type Frame } from "../../src/daemon/frames.ts"
import { type Call, makeServer, type ServerOptions } from "../../src/daemon/Server.ts"
import { StatusText } from "../../src/daemon/Status.ts"

const hello = (args: ReadonlyArray<string>, buildId = "id", place = "here") =>
  encodeFrame(
    "H",
    ["fbuild-3", buildId, "1", place, "/", "80", "000", "7", String(args.length), ...args, "0"].map((s) => `${s}\0`)
      .join("")
  )

/** A server with the handler given, and what connects to it. */
const served = (handle: ServerOptions["handle"]) =>
  Effect.gen(function*() {
    const lines: Array<string> = []
    const server = yield* makeServer({
      version: "1",
      buildId: "id",
      refuses: ([place]) => place === "here" ? undefined : `${place} is elsewhere`,
      handle,
      report: (_call, cause) => Effect.succeed(`reported: ${Cause.squash(cause)}\n`),
      log: (line) => void lines.push(line),
      cachedPlans: () => 3,
      rests: () => () => {}
    })
    const folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "fbuild-server-"))
    const listener = Net.createServer(server.accept).listen(`${folder}/socket`)
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        listener.close()
        Fs.rmSync(folder, { recursive: true })
      })
    )
    yield* Effect.promise(() => once(listener, "listening"))
    const connect = Effect.promise(async () => {
      const socket = Net.connect(`${folder}/socket`)
      await once(socket, "connect")
      return socket
    })
    /** Sends a first frame, and gives all that comes back until the end. */
    const ask = (first: Uint8Array) =>
      Effect.flatMap(connect, (socket) => {
        socket.write(first)
        return answer(socket)
      })
    return { server, connect, ask, lines }
  })

const answer = (socket: Net.Socket) =>
  Effect.promise(async () => {
    const chunks: Array<Buffer> = []
    for await (const chunk of socket) chunks.push(chunk as Buffer)
    return framesOf(Buffer.concat(chunks))
  })

const framesOf = (bytes: Buffer): ReadonlyArray<string> => {
  const frames: Array<Frame> = []
  for (let at = 0; at < bytes.length;) {
    const end = at + 5 + bytes.readUInt32BE(at)
    frames.push({ type: String.fromCharCode(bytes[at + 4]!), payload: bytes.subarray(at + 5, end) })
    at = end
  }
  return frames.map(({ payload, type }) => `${type}${payload}`)
}

/** Handles by what the first argument says; `kills` counts second signals. */
const handler = (kills: Array<number> = []): ServerOptions["handle"] => (call: Call) => {
  const [what] = call.request.args
  const run: Effect.Effect<number, string> = what === "say"
    ? Effect.as(Effect.andThen(call.stdout("out"), call.stderr("err")), 3)
    : what === "die"
    ? Effect.die("no reason")
    : what === "fail"
    ? Effect.fail("a failure nobody handled")
    : what === "stay"
    ? Effect.andThen(call.stdout("here"), Effect.never).pipe(
      Effect.onInterrupt(() => call.stdout(`bye ${call.interruptCode()}`))
    )
    : Effect.andThen(call.stdout("here"), Effect.uninterruptible(Effect.sleep(300))).pipe(Effect.as(0))
  return Effect.succeed({ run, kill: Effect.sync(() => void kills.push(call.id)), afterwards: Effect.void })
}

/** A server that runs a request, which stays until `leave`. */
const occupied = Effect.gen(function*() {
  const { connect, ...more } = yield* served(handler())
  const busy = yield* connect
  busy.write(hello(["stay"]))
  yield* Effect.promise(() => once(busy, "data"))
  const leave = Effect.suspend(() => {
    busy.write(encodeFrame("S", "INT"))
    return answer(busy)
  })
  return { ...more, leave }
})

describe("server", () => {
  it.live("runs a request and relays output and status", () =>
    Effect.gen(function*() {
      const { ask } = yield* served(handler())
      assert.deepStrictEqual(yield* ask(hello(["say"])), ["B", "Oout", "Rerr", "X3"])
    }))

  it.live("ends a request that dies with 70 and a report, and lives on", () =>
    Effect.gen(function*() {
      const { ask } = yield* served(handler())
      assert.deepStrictEqual(yield* ask(hello(["die"])), ["B", "Rreported: no reason\n", "X70"])
      assert.deepStrictEqual(yield* ask(hello(["fail"])), ["B", "Rreported: a failure nobody handled\n", "X70"])
      assert.deepStrictEqual(yield* ask(hello(["say"])), ["B", "Oout", "Rerr", "X3"])
    }))

  it.live("interrupts for a signal, kills for a second, each only its own request", () =>
    Effect.gen(function*() {
      const kills: Array<number> = []
      const { ask, connect } = yield* served(handler(kills))
      const other = yield* connect
      other.write(hello(["stay"]))
      const socket = yield* connect
      socket.write(hello(["stay"]))
      yield* Effect.promise(() => once(socket, "readable"))
      socket.write(encodeFrame("S", "TERM"))
      assert.deepStrictEqual(yield* answer(socket), ["B", "Ohere", "A", "Obye 143", "X143"])
      assert.deepStrictEqual(
        yield* ask(Buffer.concat([hello(["stay"]), encodeFrame("S", "HUP")])),
        ["B", "A", "X129"],
        "before it has begun"
      )
      const slow = yield* connect
      slow.write(hello(["slow"]))
      yield* Effect.promise(() => once(slow, "readable"))
      slow.write(Buffer.concat([encodeFrame("S", "INT"), encodeFrame("S", "INT")]))
      assert.deepStrictEqual(yield* answer(slow), ["B", "Ohere", "A", "A", "X130"])
      assert.deepStrictEqual(kills, [4])
      other.write(encodeFrame("S", "HUP"))
      assert.deepStrictEqual((yield* answer(other)).at(-1), "X129")
    }))

  it.live("does what is left to do when it has answered, before it begins another request or stops", () =>
    Effect.gen(function*() {
      const steps: Array<string> = []
      const step = (name: string) => Effect.sync(() => void steps.push(name))
      const { ask, server } = yield* served(({ request: { args: [name] } }) =>
        Effect.succeed({
          run: Effect.as(step(`${name} runs`), 0),
          kill: Effect.void,
          afterwards: Effect.andThen(Effect.sleep(50), step(`${name} is done`))
        })
      )
      yield* Effect.andThen(ask(hello(["one"])), step("one is answered"))
      yield* Effect.andThen(ask(hello(["other"])), step("other is answered"))
      yield* Effect.andThen(server.stop, step("stopped"))
      const expected = ["one", "other"].flatMap((name) =>
        ["runs", "is answered", "is done"].map((what) => `${name} ${what}`)
      )
      assert.deepStrictEqual(steps, [...expected, "stopped"])
    }))

  it.live("tells of itself, of what it has answered and not finished too", () =>
    Effect.gen(function*() {
      const { ask, server } = yield* served(() =>
        Effect.succeed({ run: Effect.succeed(0), kill: Effect.void, afterwards: Effect.sleep(300) })
      )
      const status = Effect.map(ask(encodeFrame("C", "status")), ([text = ""]) =>
        Schema.decodeUnknownSync(StatusText)(text.slice(1)))
      yield* ask(hello(["one"]))
      const { cachedPlans, finishing, pid, requests, served: count } = yield* status
      assert.deepStrictEqual([cachedPlans, finishing, pid, requests, count], [3, 1, process.pid, [], 1])
      yield* Effect.sleep(400)
      assert.strictEqual((yield* status).finishing, 0)
      yield* server.stop
    }))

  it.live("does not wait for long for what another has left to do", () =>
    Effect.gen(function*() {
      const { ask, server } = yield* served(() =>
        Effect.succeed({ run: Effect.succeed(0), kill: Effect.void, afterwards: Effect.sleep(2000) })
      )
      const began = performance.now()
      yield* ask(hello(["one"]))
      assert.deepStrictEqual(yield* ask(hello(["other"])), ["B", "X0"])
      assert.isBelow(performance.now() - began, 1500)
      yield* server.stop
      assert.isAbove(performance.now() - began, 2000)
    }))

  it.live("stops while somebody has much left to do", () =>
    Effect.gen(function*() {
      const { ask, server } = yield* served(() =>
        Effect.succeed({ run: Effect.succeed(0), kill: Effect.void, afterwards: Effect.sleep(60_000) })
      )
      yield* ask(hello(["one"]))
      const began = performance.now()
      yield* server.stop
      // Who has asked for it waits for 5 s.
      assert.isBelow(performance.now() - began, 4000)
    }))

  it.live("takes a lost launcher for Ctrl-C", () =>
    Effect.gen(function*() {
      const interrupted = yield* Deferred.make<number>()
      const begun = yield* Deferred.make<void>()
      const { connect } = yield* served((call) =>
        Effect.succeed({
          run: Effect.andThen(Deferred.succeed(begun, undefined), Effect.never).pipe(
            Effect.onInterrupt(() => Deferred.succeed(interrupted, call.interruptCode()))
          ),
          kill: Effect.void,
          afterwards: Effect.void
        })
      )
      const socket = yield* connect
      socket.write(hello([]))
      yield* Deferred.await(begun)
      socket.destroy()
      assert.strictEqual(yield* Deferred.await(interrupted), 130)
    }))

  it.live("refuses another build, and leaves for it when nothing runs", () =>
    Effect.gen(function*() {
      const { ask, leave, server } = yield* occupied
      assert.deepStrictEqual(yield* ask(hello(["say"], "other")), ["M"])
      assert.deepStrictEqual(yield* ask(hello(["say"])), ["B", "Oout", "Rerr", "X3"])
      yield* leave
      assert.deepStrictEqual(yield* ask(hello(["say"], "other")), ["M"])
      yield* server.stopped
      assert.deepStrictEqual(yield* ask(hello(["say"])), ["M"])
    }))

  it.live("leaves for a build that speaks another version of the protocol", () =>
    Effect.gen(function*() {
      const { ask, server } = yield* served(handler())
      assert.deepStrictEqual(yield* ask(encodeFrame("H", "fbuild-9\0")), ["M"])
      yield* server.stopped
    }))

  it.live("refuses another place, cuts off who speaks another language", () =>
    Effect.gen(function*() {
      const { ask } = yield* served(handler())
      assert.deepStrictEqual(yield* ask(hello([], "id", "77 ")), ["M"])
      assert.deepStrictEqual(yield* ask(encodeFrame("S", "INT")), [])
      assert.deepStrictEqual(yield* ask(Buffer.from("GET / HTTP/1.1\r\n\r\n")), [])
    }))

  it.live("stops when all requests have ended, and tells them why", () =>
    Effect.gen(function*() {
      const { ask, connect, server } = yield* served(handler())
      const socket = yield* connect
      socket.write(hello(["stay"]))
      yield* Effect.promise(() => once(socket, "readable"))
      assert.deepStrictEqual(yield* ask(encodeFrame("C", "stop")), ["X0"])
      yield* server.stopped
      const said = yield* answer(socket)
      assert.include(said, "Rfbuild: the daemon is being stopped\n")
      assert.deepStrictEqual(said.slice(-2), ["Obye 143", "X143"])
    }))

  it.live("stops a request that has not quite begun, and forgets one that could not", () =>
    Effect.gen(function*() {
      let ready = Effect.sleep(50)
      const { ask, connect, lines, server } = yield* served((call) => Effect.andThen(ready, handler()(call)))
      ready = Effect.die("no handler")
      assert.deepStrictEqual(yield* ask(hello(["say"])), [])
      ready = Effect.sleep(50)
      const socket = yield* connect
      socket.write(hello(["stay"]))
      while (lines.filter((line) => line.includes("begins")).length < 2) yield* Effect.sleep(1)
      yield* server.stop
      assert.deepStrictEqual(yield* answer(socket), ["B", "X143"])
    }))

  it.live("is retired when nothing runs, and takes nothing new meanwhile", () =>
    Effect.gen(function*() {
      const { ask, leave, server } = yield* occupied
      assert.isUndefined(yield* server.retire(({ idleMillis }) => idleMillis > 0 ? "idle" : undefined))
      assert.deepStrictEqual(yield* ask(hello(["say"])), ["B", "Oout", "Rerr", "X3"])
      assert.isUndefined(yield* server.retire(() => "too large"))
      assert.deepStrictEqual(yield* ask(hello(["say"])), ["M"])
      yield* leave
      assert.strictEqual(yield* server.retire(() => "too large"), "too large")
    }))

  it.live("keeps nothing of 100 MB that a launcher does not read, and serves others meanwhile", () =>
    Effect.gen(function*() {
      const piece = Buffer.alloc(64 * 1024, "x")
      const pieces = 1600
      let written = 0
      const { ask, connect } = yield* served((call) =>
        call.request.args[0] === "say" ? handler()(call) : Effect.succeed({
          run: Effect.as(
            Effect.forEach(
              Array.from({ length: pieces }),
              () => Effect.andThen(call.stdout(piece), Effect.sync(() => ++written)),
              { discard: true }
            ),
            0
          ),
          kill: Effect.void,
          afterwards: Effect.void
        })
      )
      const socket = yield* connect
      socket.pause()
      socket.write(hello(["much"]))
      while (written === 0) yield* Effect.sleep(5)
      yield* Effect.sleep(100)
      // What the kernel takes, and one piece that waits.
      assert.isBelow(written, 100)
      assert.deepStrictEqual(yield* ask(hello(["say"])), ["B", "Oout", "Rerr", "X3"])
      let bytes = 0
      yield* Effect.promise(async () => {
        for await (const chunk of socket) bytes += (chunk as Buffer).length
      })
      assert.isAbove(bytes, pieces * piece.length)
      assert.strictEqual(written, pieces)
    }))

  it.live("does not wait for a reader that was interrupted", () =>
    Effect.gen(function*() {
      const { connect } = yield* served((call) =>
        Effect.succeed({
          run: Effect.forever(call.stdout("x".repeat(100_000))).pipe(Effect.onInterrupt(() => call.stdout("bye"))),
          kill: Effect.void,
          afterwards: Effect.void
        })
      )
      const socket = yield* connect
      socket.pause()
      socket.write(hello([]))
      yield* Effect.sleep(50)
      socket.write(encodeFrame("S", "INT"))
      assert.deepStrictEqual((yield* answer(socket)).slice(-2), ["Obye", "X130"])
    }))
})
