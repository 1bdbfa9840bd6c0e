// @effect-diagnostics nodeBuiltinImport:off globalConsole:off strictEffectProvide:off -- where the process begins and ends
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type * as Layer from "effect/Layer"
import * as FileSystem from "node:fs"
import { makeFolderLocks } from "../daemon/folderLocks.ts"
import { BuildFolderLock } from "../orchestrator/BuildFolderLock.ts"
import { Subprocess } from "../process/Subprocess.ts"
import { HasBuilt } from "./HasBuilt.ts"
import { main } from "./main.ts"
import { nodeTerminal } from "./nodeTerminal.ts"
import { homeOf } from "./options.ts"
import { Terminal } from "./Terminal.ts"

const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

type Needs = Effect.Services<ReturnType<typeof main>>

/**
 * Runs a command line to the end of the process. The first signal interrupts the request, which ends all its children
 * before it returns; a second one kills them at once. A defect leaves a report and ends with status 70. `keepCode`: see
 * `launcher/load.ts`.
 */
export const run = (
  args: ReadonlyArray<string>,
  version: string,
  layer: Layer.Layer<Exclude<Needs, Terminal> | Subprocess>,
  keepCode: () => void
): void => {
  const command = ["fbuild", ...args].join(" ")
  let received: keyof typeof signals | undefined
  const terminal = nodeTerminal({
    interruptCode: () => received === undefined ? 130 : signals[received],
    hurried: () => received !== undefined
  })
  const program = Effect.gen(function*() {
    const subprocess = yield* Subprocess
    const kill = Effect.runForkWith(yield* Effect.context())
    const request = yield* Effect.forkChild(main(args, version))
    for (const signal of Object.keys(signals) as ReadonlyArray<keyof typeof signals>) {
      process.on(signal, () => {
        if (received !== undefined) return kill(subprocess.killAll)
        received = signal
        kill(Fiber.interrupt(request))
      })
    }
    return yield* Fiber.await(request)
  })
  Effect.runFork(
    program.pipe(
      Effect.provideService(Terminal, terminal),
      Effect.provideService(HasBuilt, () => void process.once("exit", keepCode)),
      Effect.provideService(BuildFolderLock, makeFolderLocks()({ command, tell: terminal.stderr.write })),
      Effect.provide(layer)
    )
  ).addObserver((exit) => {
    end(statusOf(Exit.isSuccess(exit) ? exit.value : Exit.failCause(exit.cause)), received !== undefined)
  })

  const statusOf = (exit: Exit.Exit<number, unknown>): number => {
    if (Exit.isSuccess(exit)) return exit.value
    if (Cause.hasInterruptsOnly(exit.cause)) return terminal.interruptCode()
    console.error(reportDefect(exit.cause, { home: homeOf(terminal.variables), version, args }))
    return defectStatus
  }
}

/** The exit status after a defect of fbuild. */
const defectStatus = 70

/** Writes a report of a defect; gives what the user is told. */
export const reportDefect = (
  cause: Cause.Cause<unknown>,
  { args, home, version }: {
    readonly home: string
    readonly version: string
    readonly args: ReadonlyArray<string>
  }
): string => {
  const facts = `fbuild ${version}, node ${process.version}, ${process.platform} ${process.arch}`
  const report = `${facts}\n${["fbuild", ...args].join(" ")}\n\n${Cause.pretty(cause)}\n`
  const path = `${home}/reports/${Date.now()}-${process.pid}.txt`
  try {
    FileSystem.mkdirSync(`${home}/reports`, { recursive: true })
    FileSystem.writeFileSync(path, report)
    return `fbuild: this is a defect of fbuild; the report is ${path}`
  } catch {
    return `fbuild: this is a defect of fbuild:\n${report}`
  }
}

/** How long a reader may take for the last lines of a request that was interrupted, ms. */
const farewellMillis = 100

/**
 * Ends the process once its readers have got everything. What else may still be open (a pipe that a stray grandchild
 * holds) must not keep it.
 */
const end = (status: number, interrupted: boolean): void => {
  const exit = () => process.exit(status)
  const streams = [process.stdout, process.stderr].filter((stream) => stream.writableLength > 0 && !stream.destroyed)
  let waiting = streams.length
  if (waiting === 0) return exit()
  // Called back after all before it, also when the reader has gone.
  for (const stream of streams) stream.write("", () => --waiting === 0 && exit())
  if (interrupted) setTimeout(exit, farewellMillis)
}
