import * as Effect from "effect/Effect"
import { ShellAgent } from "./ShellAgent.ts"
import { type CommandSpec, SpawnFailed } from "./Subprocess.ts"
import type { Watchdog } from "./Watchdog.ts"

/** Shells that wait for commands. */
export interface ShellAgents {
  /** A shell in the folder of the command. */
  readonly take: (command: CommandSpec) => Effect.Effect<ShellAgent, SpawnFailed>
  /** Starts some, before they are needed: it holds up all that this thread does. */
  readonly prepare: (count: number) => Effect.Effect<void, SpawnFailed>
  /** Takes a shell back that has run its command. */
  readonly give: (agent: ShellAgent) => void
  /** Ends all that wait. */
  readonly end: Effect.Effect<void>
  /** Ends those that wait in the folder of a command: when one is interrupted, nothing of the build is to be left there. */
  readonly leave: Effect.Effect<void>
}

export interface AgentOptions {
  /** How many may wait. */
  readonly idle: number
  /** Where they wait, if not where they are: a folder that may be removed meanwhile is no place to wait for long. */
  readonly waitIn?: string
  readonly watchdog?: Watchdog
  /** The program of `agent.c`; shells are used without it. */
  readonly program?: string | undefined
}

export const makeShellAgents = ({ idle, program, waitIn, watchdog }: AgentOptions): ShellAgents => {
  const waiting = new Set<ShellAgent>()

  /** One that is there already, else any. */
  const takeWaiting = (cwd: string): ShellAgent | undefined => {
    for (const agent of waiting) if (!agent.usable) waiting.delete(agent)
    const agents = [...waiting]
    const agent = agents.find((agent) => agent.cwd === cwd) ?? agents[0]
    if (agent === undefined) return undefined
    waiting.delete(agent)
    if (agent.cwd !== cwd) agent.enter(cwd)
    return agent
  }

  const take = ({ argv, cwd }: Pick<CommandSpec, "argv" | "cwd">) =>
    Effect.callback<ShellAgent, SpawnFailed>((resume) => {
      const waits = takeWaiting(cwd)
      if (waits !== undefined) return resume(Effect.succeed(waits))
      ShellAgent.start(
        program,
        cwd,
        (agent) => {
          watchdog?.add(agent.pid)
          agent.ended(() => watchdog?.remove(agent.pid))
          resume(Effect.succeed(agent))
        },
        (cause) => resume(Effect.fail(spawnFailed(argv[0], cause)))
      )
    })

  const give = (agent: ShellAgent) => {
    agent.idle()
    if (!agent.usable) return
    if (waitIn !== undefined) agent.enter(waitIn)
    waiting.add(agent)
    const [oldest] = waiting
    if (waiting.size <= idle || oldest === undefined) return
    waiting.delete(oldest)
    oldest.end(() => {})
  }

  const prepare = (count: number) =>
    Effect.flatMap(
      Effect.replicateEffect(take({ argv: ["a shell"], cwd: waitIn ?? "/" }), count),
      (agents) => Effect.sync(() => agents.forEach(give))
    )

  const end = Effect.suspend(() =>
    Effect.forEach(
      waiting,
      (agent) => Effect.callback<void>((resume) => agent.end(() => resume(Effect.void))),
      { concurrency: "unbounded", discard: true }
    )
  )

  return { take, prepare, give, end, leave: waitIn === undefined ? end : Effect.void }
}

export const spawnFailed = (program: string, cause: unknown): SpawnFailed =>
  new SpawnFailed({ program, code: (cause as NodeJS.ErrnoException).code ?? "UNKNOWN", cause })
