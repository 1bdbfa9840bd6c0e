// @effect-diagnostics nodeBuiltinImport:off -- a server of Node
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as Net from "node:net"
import { type Connection, makeConnection, type Signal, signalStatus } from "./Connection.ts"
import { decodeRequest, type Request } from "./Request.ts"
import { type Status, StatusText } from "./Status.ts"

/** One request that is served. */
export interface Call {
  readonly id: number
  readonly request: Request
  readonly stdout: (text: string | Uint8Array) => Effect.Effect<void>
  readonly stderr: (text: string | Uint8Array) => Effect.Effect<void>
  /** Width of the terminal now, characters; 0: not known. */
  readonly columns: () => number
  /** The exit status of an interruption. */
  readonly interruptCode: () => number
}

export interface ServerOptions {
  readonly version: string
  readonly buildId: string
  /** Octal. A request from under another one is refused: it is a property of the process. */
  readonly umask: string
  /** What serves a request; `run` gives the exit status, `kill` ends its commands at once. */
  readonly handle: (
    call: Call
  ) => Effect.Effect<{ readonly run: Effect.Effect<number>; readonly kill: Effect.Effect<void> }>
  /** Keeps a report of a defect; gives what the user is told. */
  readonly report: (call: Call, cause: Cause.Cause<unknown>) => Effect.Effect<string>
  readonly log: (line: string) => void
}

/** The server, apart from where it listens. */
export interface Server {
  readonly accept: (socket: Net.Socket) => void
  /** Refuses new requests, interrupts those that run, and returns when they have ended. */
  readonly stop: Effect.Effect<void>
  /** Completes when someone has asked it to stop. */
  readonly stopped: Effect.Effect<void>
  /** How long nothing has been asked of it, ms; 0 while a request runs. */
  readonly idleMillis: Effect.Effect<number>
}

interface Active {
  readonly call: Call
  readonly startedMillis: number
  readonly signal: (signal: Signal) => void
  readonly ended: Deferred.Deferred<void>
}

/** Serves requests, each in a fiber of its own. A defect ends its request; the server goes on. */
export const makeServer = Effect.fnUntraced(function*(options: ServerOptions) {
  const { log } = options
  const fork = Effect.runForkWith(yield* Effect.context())
  const clock = yield* Clock.Clock
  const now = () => clock.currentTimeMillisUnsafe()
  const startedMillis = now()
  const stopped = yield* Deferred.make<void>()
  const active = new Map<number, Active>()
  let calls = 0
  let lastMillis = startedMillis
  let stopping = false

  const serve = Effect.fnUntraced(function*(request: Request, connection: Connection, hooks: Hooks) {
    const id = ++calls
    let received: Signal | undefined
    const call: Call = {
      id,
      request,
      stdout: (text) => connection.send("O", text),
      stderr: (text) => connection.send("R", text),
      columns: () => hooks.columns,
      interruptCode: () => signalStatus[received ?? "INT"]
    }
    const { kill, run } = yield* options.handle(call)
    const fiber = yield* Effect.forkChild(Effect.suspend(() => run))
    hooks.signal = (signal) => {
      if (received !== undefined) return fork(kill)
      received = signal
      connection.hurry()
      return fork(Fiber.interrupt(fiber))
    }
    const one: Active = { call, startedMillis: now(), signal: hooks.signal, ended: yield* Deferred.make<void>() }
    active.set(id, one)
    log(`request ${id} begins: ${request.args.join(" ")} in ${request.cwd}`)
    yield* connection.send("B", "")
    const exit = yield* Fiber.await(fiber)
    let status = Exit.isSuccess(exit) ? exit.value : call.interruptCode()
    if (Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause)) {
      status = 70
      yield* call.stderr(yield* options.report(call, exit.cause))
    }
    active.delete(id)
    lastMillis = now()
    log(`request ${id} ends with ${status} after ${now() - one.startedMillis} ms`)
    yield* connection.send("X", String(status))
    connection.end()
    yield* Deferred.succeed(one.ended, undefined)
  })

  const status = (): Status => ({
    pid: process.pid,
    version: options.version,
    buildId: options.buildId,
    uptimeMs: now() - startedMillis,
    memoryBytes: process.memoryUsage.rss(),
    served: calls - active.size,
    requests: [...active.values()].map(({ call: { id, request: { args, cwd } }, startedMillis }) => ({
      id,
      args,
      cwd,
      runningMs: now() - startedMillis
    }))
  })

  const stop = Effect.suspend(() => {
    if (!stopping) log(`stops, ${active.size} requests running`)
    stopping = true
    return Effect.forEach(
      active.values(),
      ({ call, ended, signal }) =>
        call.stderr("fbuild: the daemon is being stopped\n").pipe(
          Effect.andThen(Effect.sync(() => signal("TERM"))),
          Effect.andThen(Deferred.await(ended))
        ),
      { concurrency: "unbounded", discard: true }
    )
  })

  const control = Effect.fnUntraced(function*(command: string, connection: Connection) {
    if (command === "status") yield* connection.send("O", `${Schema.encodeSync(StatusText)(status())}\n`)
    if (command === "stop") yield* stop
    yield* connection.send("X", command === "status" || command === "stop" ? "0" : "2")
    connection.end()
    if (command === "stop") yield* Deferred.succeed(stopped, undefined)
  })

  const refuse = Effect.fnUntraced(function*(why: string, connection: Connection) {
    log(`refuses a request: ${why}`)
    yield* connection.send("M", "")
    connection.end()
  })

  const begin = (payload: Uint8Array, connection: Connection, hooks: Hooks): Effect.Effect<void> => {
    const request = decodeRequest(payload)
    if (request === undefined) return refuse("not of this protocol", connection)
    if (stopping) return refuse("stopping", connection)
    if (request.umask !== options.umask) return refuse(`umask ${request.umask}`, connection)
    if (request.buildId === options.buildId) {
      hooks.columns = request.columns
      return serve(request, connection, hooks)
    }
    const refused = refuse(`another build of fbuild: ${request.buildId}`, connection)
    return active.size > 0 ? refused : Effect.andThen(refused, Deferred.succeed(stopped, undefined))
  }

  const accept = (socket: Net.Socket): void => {
    const hooks: Hooks = { columns: 0, signal: () => {} }
    let asked = false
    const connection = makeConnection(socket, {
      received: ({ payload, type }) => {
        if (!asked && (type === "H" || type === "C")) {
          asked = true
          fork(type === "H" ? begin(payload, connection, hooks) : control(payload.toString(), connection))
        } else if (asked && type === "S") hooks.signal(signalOf(payload.toString()))
        else if (asked && type === "W") hooks.columns = Number(payload.toString())
        else socket.destroy()
      },
      lost: () => hooks.signal("INT")
    })
  }

  const server: Server = {
    accept,
    stop: Effect.andThen(stop, Deferred.succeed(stopped, undefined)),
    stopped: Deferred.await(stopped),
    idleMillis: Effect.sync(() => active.size > 0 ? 0 : now() - lastMillis)
  }
  return server
})

/** What the socket tells a request that is served. */
interface Hooks {
  columns: number
  signal: (signal: Signal) => unknown
}

const signalOf = (text: string): Signal => text === "TERM" || text === "HUP" ? text : "INT"
