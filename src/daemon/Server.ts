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
  /** What serves a request. */
  readonly handle: (call: Call) => Effect.Effect<Handled>
  /** Keeps a report of a defect; gives what the user is told. */
  readonly report: (call: Call, cause: Cause.Cause<unknown>) => Effect.Effect<string>
  readonly log: (line: string) => void
  readonly cachedPlans: () => number
  /** Called when nothing runs any more; gives what is called when something does again. */
  readonly rests: () => () => void
}

/** How a request is served. */
export interface Handled {
  /** Gives the exit status. */
  readonly run: Effect.Effect<number, unknown>
  /** Ends its commands at once. */
  readonly kill: Effect.Effect<void>
  /** What is done when it has been answered; the next one waits for that, if it does not take long. */
  readonly afterwards: Effect.Effect<void>
}

/** How long a request waits for what others have left to do, and how long a stop does, ms: less than who has asked for it. */
const [longestWait, longestStay] = [200, 2000]

/** The server, apart from where it listens. */
export interface Server {
  readonly accept: (socket: Net.Socket) => void
  /** Refuses new requests, interrupts those that run, and returns when they have ended. */
  readonly stop: Effect.Effect<void>
  /** Completes when someone has asked it to stop. */
  readonly stopped: Effect.Effect<void>
  /** Asks for a reason to leave, refuses new requests from the first one on, and returns it once nothing runs. */
  readonly retire: (reason: (idle: Idle) => string | undefined) => Effect.Effect<string | undefined>
}

interface Idle {
  /** Since the last request, ms; 0 while one runs. */
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
  /** What answered requests have left to do. */
  const behind = yield* FiberSet.make<void>()
  /** Most have left a few ms, a large build or a large cache may have left seconds. */
  const afterOthers = (millis: number) =>
    Effect.flatMap(
      FiberSet.size(behind),
      (count) => count === 0 ? Effect.void : Effect.timeoutOption(FiberSet.awaitEmpty(behind), millis)
    )
  const runServing = yield* FiberSet.runtime(serving)()
  const runDetached = Effect.runForkWith(yield* Effect.context())
  const logged = (effect: Effect.Effect<unknown>) =>
    Effect.catchCause(Effect.asVoid(effect), (cause) => Effect.sync(() => log(`defect: ${Cause.pretty(cause)}`)))
  const clock = yield* Clock.Clock
  /** By the clock that nobody sets, ms. */
  const now = () => Number(clock.monotonicTimeNanosUnsafe() / 1_000_000n)
  const startedMillis = now()
  const stopped = yield* Deferred.make<void>()
  const active = new Map<number, Active>()
  const standstill = watchStandstill()
  let works = options.rests()
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
    const startedMillis = now()
    let begun = false
    const stop = Effect.sync(() => {
      if (begun) runServing(logged(call.stderr("fbuild: the daemon is being stopped\n")))
      hooks.signal("TERM")
    })
    let afterwards: Effect.Effect<void> = Effect.void
    const served = Effect.gen(function*() {
      const { kill, run, ...handled } = yield* options.handle(call)
      afterwards = handled.afterwards
      yield* connection.send("B", "")
      begun = true
      const fiber = yield* Effect.forkChild(Effect.andThen(afterOthers(longestWait), run))
      hooks.listen((signal) => {
        const end = received === undefined ? Fiber.interrupt(fiber) : kill
        received ??= signal
        runServing(logged(end))
        // Only now: what waits for a reader must not go on and start something.
        connection.hurry()
      })
      const exit = yield* Fiber.await(fiber)
      hooks.listen(() => {})
      if (Exit.isSuccess(exit)) return exit.value
      if (Cause.hasInterruptsOnly(exit.cause)) return call.interruptCode()
      yield* call.stderr(yield* options.report(call, exit.cause))
      return 70
    })
    // Before anything else has its turn: a daemon that is to stop must know of it.
    active.set(id, { call, startedMillis, stop })
    if (active.size === 1) {
      works()
      standstill.begin()
    }
    log(`request ${id} begins: ${request.args.join(" ")} in ${request.cwd}`)
    const ended = Effect.sync(() => {
      active.delete(id)
      lastMillis = now()
      if (active.size > 0) return
      standstill.end()
      works = options.rests()
    })
    const status = yield* Effect.ensuring(served, ended)
    log(`request ${id} ends with ${status} after ${lastMillis - startedMillis} ms`)
    // Its reader may be slow.
    const ending = yield* Effect.forkChild(end(status), { startImmediately: true })
    yield* FiberSet.run(behind, logged(afterwards))
    yield* Fiber.join(ending)
  })

  const stop = Effect.suspend(() => {
    if (!stopping) log(`stops; ${active.size} requests run`)
    stopping = true
    return Effect.forEach(active.values(), ({ stop }) => stop, { discard: true }).pipe(
      Effect.andThen(FiberSet.awaitEmpty(serving)),
      Effect.andThen(afterOthers(longestStay)),
      Effect.andThen(Deferred.succeed(stopped, undefined)),
      Effect.asVoid
    )
  })

  const status = Effect.map(FiberSet.size(behind), (finishing): Status => {
    const { cpu, cpuTurns, wall } = standstill.read()
    return {
      pid: process.pid,
      version: options.version,
      buildId: options.buildId,
      uptimeMs: now() - startedMillis,
      memoryBytes: process.memoryUsage.rss(),
      served: calls - active.size,
      finishing,
      cachedPlans: options.cachedPlans(),
      standstillMs: wall,
      standstillCpuMs: cpu,
      standstillCpuTurns: cpuTurns,
      requests: [...active.values()].map(({ call: { id, request: { args, cwd } }, startedMillis }) => ({
        id,
        args,
        cwd,
        runningMs: now() - startedMillis
      }))
    }
  })

  const control = Effect.fnUntraced(function*(command: string, connection: Connection) {
    if (command === "status") yield* connection.send("O", `${statusText(yield* status)}\n`)
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
        else if (asked && type === "S") {
          connection.heard()
          hooks.signal(signalOf(payload.toString()))
        } else if (asked && type === "W") hooks.columns = Number(payload.toString())
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
        const found = reason({ idleMillis: active.size > 0 ? 0 : now() - lastMillis, served: calls })
        stopping ||= found !== undefined
        return active.size > 0 ? undefined : found
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
