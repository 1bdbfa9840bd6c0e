// @effect-diagnostics nodeBuiltinImport:off -- a server of Node
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberSet from "effect/FiberSet"
import * as Schema from "effect/Schema"
import * as Net from "node:net"
import { type Connection, makeConnection, type Signal, signalStatus } from "./Connection.ts"
import { decodeRequest, type Request } from "./Request.ts"
import type { Place } from "./samePlace.ts"
import { watchStandstill } from "./standstill.ts"
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
  /** Whether its user has interrupted it, or is gone. */
  readonly isInterrupted: () => boolean
  /** Ends the launcher as if an interrupted request had ended, which goes on for the sake of others. */
  readonly leave: Effect.Effect<void>
}

export interface ServerOptions {
  readonly version: string
  readonly buildId: string
  /** Why a request cannot be served from here: see `difference`. */
  readonly refuses: (place: Place) => string | undefined
  /** What serves a request; `run` gives the exit status, `kill` ends its commands at once. */
  readonly handle: (
    call: Call
  ) => Effect.Effect<{ readonly run: Effect.Effect<number, unknown>; readonly kill: Effect.Effect<void> }>
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
  /** Asks for a reason to leave when nothing runs, and refuses new requests if there is one. */
  readonly retire: (reason: (idle: Idle) => string | undefined) => Effect.Effect<string | undefined>
}

interface Idle {
  /** Since the last request, ms. */
  readonly idleMillis: number
  /** How many requests there were. */
  readonly served: number
}

interface Active {
  readonly call: Call
  readonly startedMillis: number
  /** Tells the user why, and interrupts. */
  readonly stop: Effect.Effect<void>
}

/** Serves requests, each in a fiber of its own. A defect ends its request; the server goes on. */
export const makeServer = Effect.fnUntraced(function*(options: ServerOptions) {
  const { log } = options
  const serving = yield* FiberSet.make<void>()
  const runServing = yield* FiberSet.runtime(serving)()
  const runDetached = Effect.runForkWith(yield* Effect.context())
  const logged = (effect: Effect.Effect<unknown>) =>
    Effect.catchCause(Effect.asVoid(effect), (cause) => Effect.sync(() => log(`defect: ${Cause.pretty(cause)}`)))
  const clock = yield* Clock.Clock
  const now = () => clock.currentTimeMillisUnsafe()
  const startedMillis = now()
  const stopped = yield* Deferred.make<void>()
  const active = new Map<number, Active>()
  const standstill = watchStandstill()
  let calls = 0
  let lastMillis = startedMillis
  let stopping = false

  const serve = Effect.fnUntraced(function*(request: Request, connection: Connection, hooks: Hooks) {
    const id = ++calls
    let received: Signal | undefined
    let left = false
    const call: Call = {
      id,
      request,
      stdout: (text) => connection.send("O", text),
      stderr: (text) => connection.send("R", text),
      columns: () => hooks.columns,
      interruptCode: () => signalStatus[received ?? "INT"],
      isInterrupted: () => received !== undefined,
      leave: Effect.suspend(() => {
        hooks.listen(() => {})
        if (left) return Effect.void
        left = true
        log(`request ${id} is left by its user; others wait for what it does`)
        return end(call.interruptCode())
      })
    }
    const end = (status: number) => Effect.andThen(connection.send("X", String(status)), connection.end)
    const { kill, run } = yield* options.handle(call)
    yield* connection.send("B", "")
    const fiber = yield* Effect.forkChild(run)
    const signal = (signal: Signal) => {
      const end = received === undefined ? Fiber.interrupt(fiber) : kill
      received ??= signal
      connection.hurry()
      runServing(logged(end))
    }
    const stop = Effect.suspend(() => {
      connection.hurry()
      return Effect.andThen(call.stderr("fbuild: the daemon is being stopped\n"), Effect.sync(() => signal("TERM")))
    })
    const startedMillis = now()
    active.set(id, { call, startedMillis, stop })
    if (active.size === 1) standstill.begin()
    log(`request ${id} begins: ${request.args.join(" ")} in ${request.cwd}`)
    hooks.listen(signal)
    const exit = yield* Fiber.await(fiber)
    hooks.listen(() => {})
    let status = Exit.isSuccess(exit) ? exit.value : call.interruptCode()
    if (Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause)) {
      status = 70
      yield* call.stderr(yield* options.report(call, exit.cause))
    }
    active.delete(id)
    if (active.size === 0) standstill.end()
    lastMillis = now()
    log(`request ${id} ends with ${status} after ${lastMillis - startedMillis} ms`)
    yield* end(status)
  })

  const stop = Effect.suspend(() => {
    if (!stopping) log(`stops; ${active.size} requests run`)
    stopping = true
    return Effect.forEach(active.values(), ({ stop }) => stop, { discard: true }).pipe(
      Effect.andThen(FiberSet.awaitEmpty(serving)),
      Effect.andThen(Deferred.succeed(stopped, undefined)),
      Effect.asVoid
    )
  })

  const status = (): Status => ({
    pid: process.pid,
    version: options.version,
    buildId: options.buildId,
    uptimeMs: now() - startedMillis,
    memoryBytes: process.memoryUsage.rss(),
    served: calls - active.size,
    standstillMs: standstill.read().wall,
    standstillCpuMs: standstill.read().cpu,
    requests: [...active.values()].map(({ call: { id, request: { args, cwd } }, startedMillis }) => ({
      id,
      args,
      cwd,
      runningMs: now() - startedMillis
    }))
  })

  const control = Effect.fnUntraced(function*(command: string, connection: Connection) {
    if (command === "status") yield* connection.send("O", `${statusText(status())}\n`)
    if (command === "stop") yield* stop
    yield* connection.send("X", command === "status" || command === "stop" ? "0" : "2")
    yield* connection.end
  })

  const refuse = Effect.fnUntraced(function*(why: string, connection: Connection) {
    log(`refuses a request: ${why}`)
    yield* connection.send("M", "")
    yield* connection.end
  })

  const begin = (payload: Uint8Array, connection: Connection, hooks: Hooks): Effect.Effect<void> => {
    const request = decodeRequest(payload)
    if (stopping) return refuse("stopping", connection)
    if (request?.buildId === options.buildId) {
      const reason = options.refuses(request.place)
      if (reason !== undefined) return refuse(reason, connection)
      hooks.columns = request.columns
      return serve(request, connection, hooks)
    }
    stopping = active.size === 0
    const refused = refuse(`another build of fbuild: ${request?.buildId ?? "unknown protocol"}`, connection)
    return stopping ? Effect.andThen(refused, Effect.asVoid(Deferred.succeed(stopped, undefined))) : refused
  }

  const accept = (socket: Net.Socket): void => {
    const hooks = makeHooks()
    let asked = false
    const connection = makeConnection(socket, {
      received: ({ payload, type }) => {
        if (!asked && type === "H") {
          // Whatever goes wrong, the launcher must not wait for an end that does not come.
          const begun = Effect.onError(begin(payload, connection, hooks), () => Effect.sync(() => socket.destroy()))
          runServing(logged(begun))
        } // Not one of those that a stop waits for.
        else if (!asked && type === "C") runDetached(logged(control(payload.toString(), connection)))
        else if (asked && type === "S") hooks.signal(signalOf(payload.toString()))
        else if (asked && type === "W") hooks.columns = Number(payload.toString())
        else socket.destroy()
        asked = true
      },
      lost: () => hooks.signal("INT")
    })
  }

  const server: Server = {
    accept,
    stop,
    stopped: Deferred.await(stopped),
    retire: (reason) =>
      Effect.sync(() => {
        const found = active.size > 0 ? undefined : reason({ idleMillis: now() - lastMillis, served: calls })
        stopping ||= found !== undefined
        return found
      })
  }
  return server
})

const statusText = Schema.encodeSync(StatusText)

/** What the socket tells a request that is served. */
interface Hooks {
  columns: number
  readonly signal: (signal: Signal) => void
  readonly listen: (listener: (signal: Signal) => void) => void
}

const makeHooks = (): Hooks => {
  const early: Array<Signal> = []
  let listener = (signal: Signal): void => void early.push(signal)
  return {
    columns: 0,
    signal: (signal) => listener(signal),
    listen: (next) => {
      listener = next
      early.forEach(next)
    }
  }
}

const signalOf = (text: string): Signal => text === "TERM" || text === "HUP" ? text : "INT"
