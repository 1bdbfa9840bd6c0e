// @effect-diagnostics nodeBuiltinImport:off -- the edge where processes are really started and watched
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as ChildProcess from "node:child_process"
import * as FileSystem from "node:fs"
import { fileURLToPath } from "node:url"
import { pathFrom } from "../domain/paths.ts"
import { collected, keep, longestMessages, take } from "./collected.ts"
import { endMarked } from "./endMarked.ts"
import { endGroup, hasGroup, signalGroup } from "./processGroup.ts"
import { ShellAgent } from "./ShellAgent.ts"
import { type AgentOptions, makeShellAgents, type ShellAgents, spawnFailed } from "./ShellAgents.ts"
import {
  buildVariable,
  type CommandSpec,
  type Completed,
  type ExitStatus,
  type Running,
  type SpawnFailed,
  Subprocess
} from "./Subprocess.ts"
import { makeWatchdog, type Watchdog } from "./Watchdog.ts"

/** Time between TERM and KILL, ns. A compiler that honours TERM is gone long before. */
const graceNanos = 2_000_000_000n

/** After the leader has exited, how long a grandchild that kept the pipes may go on writing, ms. */
const pipeGraceMillis = 500

/** A group that can be ended. */
interface Group {
  readonly pid: number
  /** Nothing was left of it when its leader had ended: from then on its number may be another group's. */
  gone: boolean
  /** Lets go of its pipes. */
  readonly close: () => void
}

interface Child extends Group {
  readonly process: ChildProcess.ChildProcessByStdio<
    null,
    import("node:stream").Readable,
    import("node:stream").Readable
  >
}

/** The `Subprocess` of Node, with `node:child_process`; each child is the leader of a new session and group. */
export const layer: Layer.Layer<Subprocess> = Layer.suspend(() => layerWith(builtAgent()))

/** The same with a program of `agent.c`, or with shells. */
export const layerWith = (program: string | undefined): Layer.Layer<Subprocess> =>
  Layer.effect(
    Subprocess,
    Effect.map(shells({ idle: Number.POSITIVE_INFINITY, program }), (agents) => make(agents))
  )

/**
 * Gives each request of a daemon a `Subprocess` of its own, whose `killAll` leaves the others' children alone. They share
 * the shells, of which at most `idle` wait for work. What still runs when this process dies is killed.
 */
export const shared = (
  options: { readonly idle: number }
): Effect.Effect<Shared, never, Scope.Scope> => {
  const watchdog = makeWatchdog()
  return Effect.map(
    shells({ ...options, watchdog, program: builtAgent() }),
    (agents) => ({ forRequest: () => make(agents, watchdog), prepare: (count) => Effect.ignore(agents.prepare(count)) })
  )
}

/** What the requests of a daemon share. */
interface Shared {
  readonly forRequest: () => Subprocess["Service"]
  /** Starts this many shells, so that no request has to wait for that. */
  readonly prepare: (count: number) => Effect.Effect<void>
}

/** The program of `agent.c` beside this file: `dist/` has one where there was a C compiler. */
const builtAgent = (): string | undefined => {
  const path = fileURLToPath(new URL("agent", import.meta.url))
  return FileSystem.existsSync(path) ? path : undefined
}

function shells(options: AgentOptions): Effect.Effect<ShellAgents, never, Scope.Scope> {
  return Effect.acquireRelease(Effect.sync(() => makeShellAgents(options)), ({ end }) => end)
}

function make(agents: ShellAgents, watchdog?: Watchdog): Subprocess["Service"] {
  const live = new Set<number>()

  const spawn = (command: CommandSpec): Effect.Effect<Child, SpawnFailed> =>
    Effect.callback<Child, SpawnFailed>((resume) => {
      const [program, ...args] = command.argv
      const failed = (cause: unknown) => resume(Effect.fail(spawnFailed(program, cause)))
      let process: Child["process"]
      try {
        process = ChildProcess.spawn(program, args, {
          cwd: command.cwd,
          env: command.env,
          detached: true,
          stdio: ["ignore", "pipe", "pipe"]
        })
      } catch (cause) {
        return failed(cause)
      }
      if (process.pid === undefined) {
        process.once("error", failed)
        return
      }
      const close = () => {
        process.stdout.destroy()
        process.stderr.destroy()
      }
      const child: Child = { process, pid: process.pid, gone: false, close }
      live.add(child.pid)
      watchdog?.add(child.pid)
      process.once("exit", () => {
        child.gone = !hasGroup(child.pid)
        live.delete(child.pid)
        watchdog?.remove(child.pid)
      })
      resume(Effect.succeed(child))
    })

  /** TERM to the group, KILL after the grace; completes once no member of the group is alive. */
  const stop = Effect.fnUntraced(function*(child: Group) {
    if (child.gone) return child.close()
    const isAlive = endGroup(child.pid)
    const began = yield* Clock.monotonicTimeNanos
    let wait = 1
    do {
      yield* Effect.sleep(wait)
      wait = Math.min(wait * 2, 8)
      if ((yield* Clock.monotonicTimeNanos) - began >= graceNanos) signalGroup(child.pid, "SIGKILL")
    } while (isAlive())
    child.close()
  })

  const awaitClose = (child: Child): Effect.Effect<ExitStatus> =>
    Effect.callback<ExitStatus>((resume) => {
      child.process.once("exit", () => {
        setTimeout(() => {
          child.process.stdout.destroy()
          child.process.stderr.destroy()
        }, pipeGraceMillis).unref()
      })
      child.process.once("close", (code, signal) =>
        resume(Effect.succeed(
          code === null
            ? { _tag: "Signaled", signal: signal ?? "unknown" }
            : { _tag: "Exited", code }
        )))
    })

  const runInShell = (command: CommandSpec): Effect.Effect<Completed, SpawnFailed> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(agents.take(command), (agent) => {
        const child = { pid: agent.pid, gone: false, close: () => agent.close() }
        live.add(agent.pid)
        const completed = Effect.callback<Completed>((resume) => {
          agent.run(command, (completed) => resume(Effect.succeed(completed)))
        })
        return restore(completed).pipe(
          Effect.tap(() =>
            Effect.sync(() => {
              live.delete(agent.pid)
              agents.give(agent)
            })
          ),
          Effect.onInterrupt(() => Effect.andThen(stop(child), Effect.sync(() => live.delete(agent.pid)))),
          Effect.flatMap((completed) => started(command, completed))
        )
      })
    )

  const runDirectly = (command: CommandSpec): Effect.Effect<Completed, SpawnFailed> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(spawn(command), (child) => {
        const stdout = collect(child.process.stdout, Number.POSITIVE_INFINITY)
        const stderr = collect(child.process.stderr, longestMessages)
        return restore(awaitClose(child)).pipe(
          Effect.map((status): Completed => ({ status, stdout: stdout(), stderr: stderr() })),
          Effect.onInterrupt(() => stop(child))
        )
      })
    )

  const run = (command: CommandSpec) => {
    const { [buildVariable]: build } = command.env
    if (build !== undefined) watchdog?.mark(`${buildVariable}=${build}`)
    return ShellAgent.canRun(command) ? runInShell(command) : runDirectly(command)
  }

  const start = (command: CommandSpec) =>
    Effect.gen(function*() {
      const child = yield* Effect.acquireRelease(spawn(command), stop)
      const stdout = yield* pipe(child.process.stdout)
      const stderr = yield* pipe(child.process.stderr)
      const exit = yield* Effect.forkScoped(awaitClose(child))
      const running: Running = { pid: child.pid, stdout, stderr, exit: Fiber.join(exit) }
      return running
    })

  const killAll = Effect.sync(() => {
    for (const pid of live) signalGroup(pid, "SIGKILL")
  })

  return Subprocess.of({ run, start, killAll, endMarked })
}

/** Tells a program that the shell could not start, or not there, from one that ended with the same status. Source: POSIX, 126 and 127. */
const started = (command: CommandSpec, completed: Completed): Effect.Effect<Completed, SpawnFailed> => {
  const { status } = completed
  if (status._tag === "Signaled" || (status.code !== 126 && status.code !== 127)) return Effect.succeed(completed)
  const [program] = command.argv
  return Effect.try({
    try: () => {
      for (const path of [command.cwd, pathFrom(command.cwd, program)]) {
        FileSystem.accessSync(path, FileSystem.constants.X_OK)
      }
    },
    catch: (cause) => spawnFailed(program, cause)
  }).pipe(Effect.as(completed))
}

const collect = (stream: import("node:stream").Readable, longest: number): () => string => {
  const chunks = collected(longest)
  stream.on("data", (chunk: Buffer) => keep(chunks, chunk))
  stream.on("error", () => {})
  return () => take(chunks)
}

const pipe = (stream: import("node:stream").Readable) =>
  Effect.map(
    Queue.unbounded<Uint8Array, import("effect/Cause").Done>(),
    (queue) => {
      stream.on("data", (chunk: Buffer) => Queue.offerUnsafe(queue, chunk))
      stream.on("error", () => {})
      stream.once("close", () => Queue.endUnsafe(queue))
      return Stream.fromQueue(queue)
    }
  )
