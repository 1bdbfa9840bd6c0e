// @effect-diagnostics nodeBuiltinImport:off strictEffectProvide:off -- the entry point of the daemon
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { readlinkSync } from "node:fs"
import { availableParallelism } from "node:os"
import { fileURLToPath } from "node:url"
import { format } from "node:util"
import packageJson from "../../package.json" with { type: "json" }
import { main } from "../cli/main.ts"
import { homeOf } from "../cli/options.ts"
import { parseDuration } from "../cli/parseDuration.ts"
import { reportDefect } from "../cli/run.ts"
import { Terminal } from "../cli/Terminal.ts"
import * as DiskNode from "../disk/DiskNode.ts"
import * as syncFileSystem from "../disk/syncFileSystem.ts"
import { BuildFolderLock } from "../orchestrator/BuildFolderLock.ts"
import * as BuiltinSteps from "../orchestrator/builtinSteps.ts"
import { makePlanMemory, PlanMemory } from "../orchestrator/PlanMemory.ts"
import { Subprocess } from "../process/Subprocess.ts"
import * as SubprocessNode from "../process/SubprocessNode.ts"
import { SketchParser } from "../sources/ino/SketchParser.ts"
import { buildId } from "./buildId.ts"
import { daemonFolder } from "./client.ts"
import { makeLog } from "./DaemonLog.ts"
import { makeFolderLocks } from "./folderLocks.ts"
import { listen, type Listening } from "./listen.ts"
import { type Call, makeServer, type Server } from "./Server.ts"

const [home = "", idle = ""] = process.argv.slice(2)
const { version } = packageJson
const folder = daemonFolder(home)
const log = makeLog(folder)

/** How long a daemon waits for work: 3 hours, or `FBUILD_DAEMON_IDLE` of who started it. */
const idleMillis = Duration.toMillis(Option.getOrElse(parseDuration(idle), () => Duration.hours(3)))
/** A daemon of this size, bytes, leaves when it has nothing to do, and the next request starts another. */
const maximumBytes = 1024 * 1024 * 1024
/** Plans that are remembered, one for each request of another kind: some MB each for projects of a thousand sources. */
const rememberedPlans = 32
/** The longest time between two looks at whether to leave, ms. */
const lookMillis = 10_000

const besideThis = (name: string) => fileURLToPath(new URL(name, import.meta.url))

const services = Layer.provideMerge(
  BuiltinSteps.layer,
  Layer.mergeAll(
    Layer.provideMerge(syncFileSystem.layer, NodeServices.layer),
    DiskNode.layer,
    SketchParser.layer({ wasm: besideThis("tree-sitter-cpp.wasm"), runtime: besideThis("web-tree-sitter.wasm") })
  )
)

const terminalOf = ({ columns, interruptCode, request, stderr, stdout }: Call): Terminal["Service"] => {
  const sink = (write: Call["stdout"], isTTY: boolean) => ({
    write,
    writeBytes: write,
    isTTY,
    columns: () => isTTY && columns() > 0 ? columns() : undefined
  })
  return {
    cwd: request.cwd,
    variables: request.variables,
    stdout: sink(stdout, request.terminals.stdout),
    stderr: sink(stderr, request.terminals.stderr),
    interruptCode
  }
}

/** Returns the reason to leave, once there is one and nothing runs. */
const leaving = Effect.fnUntraced(function*(server: Server, listening: Listening) {
  while (true) {
    yield* Effect.sleep(Math.min(lookMillis, Math.max(50, idleMillis / 4)))
    const reason = yield* server.retire((idle) =>
      idle >= idleMillis
        ? `nothing to do for ${idle} ms`
        : process.memoryUsage.rss() > maximumBytes
        ? "has grown too large"
        : listening.isReachable()
        ? undefined
        : "its socket has gone"
    )
    if (reason !== undefined) return reason
  }
})

/** As the launchers say it: `src/launcher/PROTOCOL.md`. */
const place = (): string => {
  let namespace = ""
  try {
    namespace = readlinkSync("/proc/self/ns/mnt")
  } catch {}
  return `${process.umask().toString(8)} ${namespace}`
}

/** What libraries print with, among them `effect/cli` its completions. */
const consoleOf = ({ stderr, stdout }: Call): Console.Console => {
  const print = (write: Call["stdout"]) => (...args: ReadonlyArray<unknown>) => {
    Effect.runFork(write(`${format(...args)}\n`))
  }
  return Object.assign(Object.create(globalThis.console), { log: print(stdout), error: print(stderr) })
}

const signalled = Effect.callback<string>((resume) => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resume(Effect.succeed(signal)))
  process.on("SIGHUP", () => {})
})

const daemon = Effect.gen(function*() {
  const subprocess = yield* SubprocessNode.shared({ idle: 2 * availableParallelism() })
  const folderLock = makeFolderLocks()
  const plans = makePlanMemory(rememberedPlans)
  const context = yield* Layer.build(services)
  const server = yield* makeServer({
    version,
    buildId,
    place: place(),
    handle: (call) =>
      Effect.sync(() => {
        const terminal = terminalOf(call)
        const own = subprocess()
        const command = `fbuild ${call.request.args.join(" ")}`
        const run = main(call.request.args, version).pipe(
          Effect.provideService(BuildFolderLock, folderLock({ command, tell: terminal.stderr.write })),
          Effect.provideService(PlanMemory, plans),
          Effect.provideService(Subprocess, own),
          Effect.provideService(Terminal, terminal),
          Effect.provideService(Console.Console, consoleOf(call)),
          Effect.provideContext(context)
        )
        return { run, kill: own.killAll }
      }),
    report: ({ request: { args, variables } }, cause) =>
      Effect.sync(() => `${reportDefect(cause, { home: homeOf(variables), version, args })}\n`),
    log
  })
  const listening = yield* listen(folder, server.accept)
  if (listening === undefined) return
  log(`fbuild ${version} (${buildId}), node ${process.version}, serves ${home}`)
  const reason = yield* Effect.raceFirst(
    Effect.raceFirst(leaving(server, listening), signalled),
    Effect.as(server.stopped, "asked to")
  )
  log(`leaves: ${reason}`)
  yield* server.stop
})

Effect.runFork(Effect.scoped(daemon)).addObserver((exit) => {
  if (Exit.isFailure(exit)) log(`defect: ${Cause.pretty(exit.cause)}`)
  process.exit(Exit.isFailure(exit) ? 70 : 0)
})
