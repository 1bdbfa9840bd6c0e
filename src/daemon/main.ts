// @effect-diagnostics nodeBuiltinImport:off strictEffectProvide:off -- where the daemon begins and ends
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { readFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { format } from "node:util"
import { BuildMemory, makeBuildMemory } from "../cache/BuildMemory.ts"
import { HasBuilt } from "../cli/HasBuilt.ts"
import { main } from "../cli/main.ts"
import { type BuildFlags, homeOf } from "../cli/options.ts"
import { ParsedBuilds } from "../cli/parsedBuilds.ts"
import { parseDuration } from "../cli/parseDuration.ts"
import { reportDefect } from "../cli/run.ts"
import { Terminal } from "../cli/Terminal.ts"
import { TraceListener } from "../cli/tracing.ts"
import { Listings, makeListings } from "../disk/Listings.ts"
import { makeMemory } from "../domain/memory.ts"
import { AfterAnswer, makeAfterAnswer } from "../exec/AfterAnswer.ts"
import { JobBudget, makeJobBudget } from "../exec/JobBudget.ts"
import { linksAtOnce } from "../exec/Jobs.ts"
import { SharedActions } from "../exec/SharedActions.ts"
import { place } from "../launcher/place.ts"
import * as nodeServices from "../nodeServices.ts"
import { BuildFolderLock } from "../orchestrator/BuildFolderLock.ts"
import { makePlanMemory, PlanMemory } from "../orchestrator/PlanMemory.ts"
import { Subprocess } from "../process/Subprocess.ts"
import * as SubprocessNode from "../process/SubprocessNode.ts"
import { Afterwards } from "../telemetry/Afterwards.ts"
import { makeAfterwards } from "./afterwards.ts"
import { buildId } from "./buildId.ts"
import { cgroupLimits } from "./cgroupLimits.ts"
import { daemonFolder } from "./client.ts"
import { makeCollecting } from "./collecting.ts"
import { makeLog } from "./DaemonLog.ts"
import { makeFolderLocks } from "./folderLocks.ts"
import { leaving } from "./leaving.ts"
import { listen } from "./listen.ts"
import { difference } from "./samePlace.ts"
import { type Call, makeServer } from "./Server.ts"
import { makeSharedActions } from "./sharedActions.ts"
import { shortTurns } from "./shortTurns.ts"

/** Plans that are remembered, one for each request of another kind: some MB each for projects of a thousand sources. */
const rememberedPlans = 32
/** A launcher gives up long before, ns. */
const longestLaunch = 60_000_000_000n
/** Shells that are started before the first request: each holds up this thread for 1–3 ms. */
const preparedShells = 4
/** How long it stays for what is still to be sent, ms: less than who has asked it to stop waits for it. */
const stayMillis = 2000

const terminalOf = (
  { columns, interruptCode, request, stderr, stdout }: Call,
  clock: Clock.Clock,
  beforeLeaving: Terminal["Service"]["beforeLeaving"]
): Terminal["Service"] => {
  const sink = (write: Call["stdout"], isTTY: boolean) => ({
    write,
    writeBytes: write,
    isTTY,
    columns: () => isTTY && columns() > 0 ? columns() : undefined
  })
  const underWay = process.hrtime.bigint() - request.started
  return {
    cwd: request.cwd,
    variables: request.variables,
    stdout: sink(stdout, request.terminals.stdout),
    stderr: sink(stderr, request.terminals.stderr),
    interruptCode,
    // By the clock that nobody sets; the launcher may have looked at another one only where Node has one of its own.
    ...(underWay >= 0 && underWay < longestLaunch ? { launchedNanos: clock.currentTimeNanosUnsafe() - underWay } : {}),
    beforeLeaving
  }
}

const limitsOf = cgroupLimits((path) => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return undefined
  }
})

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

/** What the process was started with: the home that it serves, and how long it stays when nobody asks it for anything. */
interface Started {
  readonly home: string
  readonly idle: string
  readonly version: string
  readonly log: (line: string) => void
  readonly keepCode: () => void
}

const serving = Effect.fnUntraced(function*({ home, idle, keepCode, log, version }: Started) {
  const subprocess = yield* SubprocessNode.shared({ idle: 2 * availableParallelism() })
  const folderLock = makeFolderLocks()
  const jobs = makeJobBudget({ jobs: availableParallelism(), links: linksAtOnce })
  const sharedActions = makeSharedActions()
  const afterwards = yield* makeAfterwards(log)
  const parsedBuilds = makeMemory<BuildFlags>(rememberedPlans)
  const plans = makePlanMemory(rememberedPlans)
  const states = makeBuildMemory()
  const listings = makeListings()
  // Others can move a process, and as good as nobody does: users do not wait for the third of a ms that it takes to see.
  let ownPlace = place()
  let hasBuilt = false
  const keepIfBuilt = () => {
    if (hasBuilt) keepCode()
  }
  const lookWhereWeAre = Effect.sync(() => {
    ownPlace = place()
  })
  const context = yield* Layer.build(nodeServices.layer)
  const server = yield* makeServer({
    version,
    buildId,
    refuses: (request) => difference(request, ownPlace, limitsOf),
    handle: (call) =>
      Effect.map(Clock.Clock, (clock) => {
        let farewell: Effect.Effect<void> = Effect.void
        const terminal = terminalOf(call, clock, (effect) => {
          farewell = effect
        })
        const leave = Effect.suspend(() =>
          call.isInterrupted() ? farewell.pipe(Effect.andThen(call.leave), Effect.as(true)) : Effect.succeed(false)
        )
        const own = subprocess.forRequest()
        const afterAnswer = makeAfterAnswer()
        const command = `fbuild ${call.request.args.join(" ")}`
        const run = main(call.request.args, version).pipe(
          Effect.provideService(BuildFolderLock, folderLock({ command, tell: terminal.stderr.write })),
          Effect.provideService(AfterAnswer, afterAnswer.later),
          Effect.provideService(Afterwards, afterwards),
          Effect.provideService(JobBudget, jobs),
          Effect.provideService(ParsedBuilds, parsedBuilds),
          Effect.provideService(PlanMemory, plans),
          Effect.provideService(BuildMemory, states),
          Effect.provideService(Listings, listings),
          Effect.provideService(SharedActions, sharedActions({ leave })),
          Effect.provideService(Subprocess, own),
          Effect.provideService(Terminal, terminal),
          Effect.provideService(HasBuilt, () => {
            hasBuilt = true
          }),
          Effect.provideService(TraceListener, (trace) => {
            log(`request ${call.id} is trace ${trace.traceId}`)
            const body = `request ${call.id} of the daemon, process ${process.pid}: ${command} in ${call.request.cwd}`
            trace.log?.({ severity: "Info", body, attributes: {} }, undefined)
          }),
          Effect.provideService(Console.Console, consoleOf(call)),
          Effect.provideContext(context)
        )
        return { run, kill: own.killAll, afterwards: Effect.andThen(afterAnswer.done, lookWhereWeAre) }
      }),
    report: ({ request: { args, variables } }, cause) =>
      Effect.sync(() => `${reportDefect(cause, { home: homeOf(variables), version, args })}\n`),
    log,
    cachedPlans: plans.plans.count,
    rests: makeCollecting(keepIfBuilt)
  })
  const listening = yield* listen(daemonFolder(home), server.accept)
  if (listening === undefined) return
  yield* subprocess.prepare(Math.min(availableParallelism(), preparedShells))
  log(`fbuild ${version} (${buildId}), node ${process.version}, serves ${home}`)
  const reason = yield* Effect.raceFirst(
    Effect.raceFirst(leaving(server, listening, Option.getOrUndefined(parseDuration(idle))), signalled),
    Effect.as(server.stopped, "asked to")
  )
  log(`leaves: ${reason}`)
  yield* server.stop
  yield* afterwards.settled(stayMillis)
  keepIfBuilt()
})

/** Serves the home that the command line of this process names, to its end. `keepCode`: see `launcher/load.ts`. */
export const daemon = (version: string, keepCode: () => void): void => {
  const [home = "", idle = ""] = process.argv.slice(2)
  const log = makeLog(daemonFolder(home))
  const all = Effect.scoped(serving({ home, idle, version, log, keepCode }))
  Effect.runFork(all, { scheduler: shortTurns }).addObserver((exit) => {
    if (Exit.isFailure(exit)) log(`defect: ${Cause.pretty(exit.cause)}`)
    process.exit(Exit.isFailure(exit) ? 70 : 0)
  })
}
