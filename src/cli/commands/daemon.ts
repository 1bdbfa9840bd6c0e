import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { formatByteSize } from "../../cache/byteSize.ts"
import { claimant, endClaimant } from "../../daemon/claim.ts"
import { askDaemon, daemonFolder } from "../../daemon/client.ts"
import { readLog } from "../../daemon/DaemonLog.ts"
import { Status, StatusText } from "../../daemon/Status.ts"
import { seconds } from "../../domain/durations.ts"
import { homeOf, projectOptions } from "../options.ts"
import { reporting } from "../reporting.ts"
import { Terminal } from "../Terminal.ts"
import { CommandExit } from "../UsageError.ts"

const look = { json: projectOptions.json, color: projectOptions.color }

/** How long a daemon may take to go after it has ended its requests, ms. */
const patienceMillis = 5000
/** How many are ended that others start meanwhile. */
const mostDaemons = 5
/** How long one may take that hangs, and may get over it, ms. */
const hangingMillis = 500

const printed = Schema.encodeSync(Schema.fromJsonString(Schema.Union([
  Schema.Struct({ running: Schema.Literal(true), ...Status.fields }),
  Schema.Struct({ running: Schema.Literal(false) })
])))

const status = Command.make("status", look, (flags) =>
  reporting(
    flags,
    Effect.gen(function*() {
      const found = yield* running
      const hanging = claimant(yield* folder)
      const nothing = hanging === undefined ? notThere : `the daemon does not answer: process ${hanging}`
      yield* print(flags, found, nothing)
      if (found === undefined) return yield* new CommandExit({ code: 1 })
    })
  )).pipe(
    Command.withDescription("Whether the daemon runs, and what it does; exit status 1 when it does not"),
    Command.withExamples([{ command: "fbuild daemon status --json", description: "For programs" }])
  )

// The launcher has tried to start it before this runs.
const start = Command.make("start", look, (flags) =>
  reporting(
    flags,
    Effect.gen(function*() {
      const found = yield* running
      yield* print(flags, found, notThere)
      if (found !== undefined) return
      const { stderr } = yield* Terminal
      yield* stderr.write(`the daemon could not be started; its log may say why: ${yield* folder}/log\n`)
      return yield* new CommandExit({ code: 1 })
    })
  )).pipe(
    Command.withDescription("Start the daemon, unless it runs"),
    Command.withExamples([{ command: "fbuild daemon start", description: "Before the first build" }])
  )

/** Has a daemon end, and whatever it runs; returns whether it is gone. */
const end = Effect.fnUntraced(function*(dir: string, pid: number | undefined) {
  const isThere = () => pid !== undefined && claimant(dir) === pid
  const gone = (millis: number) =>
    Effect.sleep(10).pipe(
      Effect.repeat({ while: isThere }),
      Effect.timeoutOption(millis),
      Effect.map(() => !isThere())
    )
  const answers = (yield* askDaemon(dir, "status")) !== undefined
  const asked = answers ? yield* askDaemon(dir, "stop") : undefined
  // One that does not answer. A watchdog ends what it leaves behind.
  for (const signal of asked === undefined ? ["SIGTERM", "SIGKILL"] as const : []) {
    if (isThere()) endClaimant(dir, signal)
    if (yield* gone(hangingMillis)) break
  }
  return yield* gone(patienceMillis)
})

const stop = Command.make("stop", look, (flags) =>
  reporting(
    flags,
    Effect.gen(function*() {
      const dir = yield* folder
      const before = claimant(dir)
      // While one ends somebody may start another.
      for (let pid = before, tries = 0; tries < mostDaemons; pid = claimant(dir), tries++) {
        if (!(yield* end(dir, pid))) break
        if (claimant(dir) !== undefined) continue
        return yield* print(flags, undefined, before === undefined ? notThere : "the daemon has ended")
      }
      const { stderr } = yield* Terminal
      yield* stderr.write(`the daemon does not end: process ${claimant(dir)}\n`)
      return yield* new CommandExit({ code: 1 })
    })
  )).pipe(
    Command.withDescription("Interrupt what the daemon runs, and end it"),
    Command.withExamples([{ command: "fbuild daemon stop", description: "Nothing of fbuild runs afterwards" }])
  )

const logs = Command.make("logs", {
  follow: Flag.Boolean("follow").pipe(
    Flag.withAlias("f"),
    Flag.withDefault(false),
    Flag.withoutNegation,
    Flag.withDescription("Go on with what is added, until interrupted")
  )
}, ({ follow }) =>
  Effect.gen(function*() {
    const { stdout } = yield* Terminal
    const dir = yield* folder
    let from = 0
    do {
      const { end, text } = readLog(dir, from)
      if (text !== "") yield* stdout.write(text)
      from = end
      if (follow) yield* Effect.sleep(200)
    } while (follow)
  })).pipe(
    Command.withDescription("What the daemon has written down"),
    Command.withExamples([{ command: "fbuild daemon logs -f", description: "Watch it work" }])
  )

export const daemon = Command.make("daemon").pipe(
  Command.withDescription("The process in the background that builds for all"),
  Command.withSubcommands([status, start, stop, logs])
)

const folder = Effect.map(Terminal, ({ variables }) => daemonFolder(homeOf(variables)))

const running = Effect.gen(function*() {
  const answer = yield* askDaemon(yield* folder, "status")
  return answer === undefined ? undefined : yield* Effect.option(Schema.decodeEffect(StatusText)(answer)).pipe(
    Effect.map((status) => status._tag === "Some" ? status.value : undefined)
  )
})

const notThere = "the daemon does not run"

/** One JSON object, or a table; `nothing` is the table of no daemon. */
const print = Effect.fnUntraced(function*(
  flags: { readonly json: boolean },
  status: Status | undefined,
  nothing: string
) {
  const { stdout } = yield* Terminal
  if (flags.json) {
    const facts = status === undefined ? { running: false as const } : { running: true as const, ...status }
    return yield* stdout.write(`${printed(facts)}\n`)
  }
  if (status === undefined) return yield* stdout.write(`${nothing}\n`)
  const rows = [
    ["pid", `${status.pid}`],
    ["fbuild", `${status.version} (${status.buildId})`],
    ["runs for", seconds(status.uptimeMs)],
    ["memory", formatByteSize(status.memoryBytes)],
    [
      "served",
      `${status.served} requests${status.finishing === 0 ? "" : `, of which ${status.finishing} are being finished`}`
    ],
    ["remembers", `${status.cachedPlans} plans`],
    ["stood still", longest(status.standstillMs)],
    ["itself", `${longest(status.standstillCpuMs)}, of processor time`],
    ...status.requests.map(({ args, cwd, id, runningMs }) => [
      `request ${id}`,
      `fbuild ${args.join(" ")} in ${cwd}, ${seconds(runningMs)}`
    ])
  ]
  const width = Math.max(...rows.map(([name]) => name!.length))
  yield* stdout.write(rows.map(([name, value]) => `${name!.padEnd(width)}  ${value}\n`).join(""))
})

const longest = ({ max, p99 }: Status["standstillMs"]): string => `${p99} ms (99 % of the time less), ${max} ms at most`
