// @effect-diagnostics nodeBuiltinImport:off globalConsole:off strictEffectProvide:off -- where the process begins and ends
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type * as Layer from "effect/Layer"
import * as FileSystem from "node:fs"
import { Subprocess } from "../process/Subprocess.ts"
import { main } from "./main.ts"
import { nodeTerminal } from "./nodeTerminal.ts"
import { homeOf } from "./options.ts"
import { Terminal } from "./Terminal.ts"

const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

type Needs = Effect.Services<ReturnType<typeof main>>

/**
 * Runs a command line to the end of the process. The first signal interrupts the request, which ends all its children
 * before it returns; a second one kills them at once. A defect leaves a report and ends with status 70.
 */
export const run = (
  args: ReadonlyArray<string>,
  version: string,
  layer: Layer.Layer<Exclude<Needs, Terminal> | Subprocess>
): void => {
  let received: keyof typeof signals | undefined
  const terminal = nodeTerminal(() => received === undefined ? 130 : signals[received])
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
    program.pipe(Effect.provideService(Terminal, terminal), Effect.provide(layer))
  ).addObserver((exit) => {
    const status = exitStatus(Exit.isSuccess(exit) ? exit.value : Exit.failCause(exit.cause), {
      received,
      home: homeOf(terminal.variables),
      version
    })
    // Streams have been waited for; what may still be open (a pipe that a stray grandchild holds) must not keep us.
    process.exit(status)
  })
}

const exitStatus = (
  exit: Exit.Exit<number, unknown>,
  { home, received, version }: {
    readonly received: keyof typeof signals | undefined
    readonly home: string
    readonly version: string
  }
): number => {
  if (Exit.isSuccess(exit)) return exit.value
  if (Cause.hasInterruptsOnly(exit.cause)) return received === undefined ? 130 : signals[received]
  const report = `fbuild ${version}, node ${process.version}, ${process.platform} ${process.arch}\n${
    process.argv.join(" ")
  }\n\n${Cause.pretty(exit.cause)}\n`
  const path = `${home}/reports/${Date.now()}-${process.pid}.txt`
  try {
    FileSystem.mkdirSync(`${home}/reports`, { recursive: true })
    FileSystem.writeFileSync(path, report)
    console.error(`fbuild: this is a defect of fbuild; the report is ${path}`)
  } catch {
    console.error(`fbuild: this is a defect of fbuild:\n${report}`)
  }
  return 70
}
