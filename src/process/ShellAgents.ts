import * as Effect from "effect/Effect"
import { ShellAgent } from "./ShellAgent.ts"
import { type CommandSpec, SpawnFailed } from "./Subprocess.ts"
import type { Watchdog } from "./Watchdog.ts"

/** Shells that wait for commands. */
export interface ShellAgents {
  readonly take: (command: Pick<CommandSpec, "argv">) => Effect.Effect<ShellAgent, SpawnFailed>
  /** Starts some, before they are needed: it holds up all that this thread does. */
  readonly prepare: (count: number) => Effect.Effect<void, SpawnFailed>
  /** Takes a shell back that has run its command. */
  readonly give: (agent: ShellAgent) => void
  /** Ends all that wait. */
  readonly end: Effect.Effect<void>
}

export interface AgentOptions {
  /** How many may wait. */
  readonly idle: number
  readonly watchdog?: Watchdog
  /** The program of `agent.c`; shells are used without it. */
  readonly program?: string | undefined
}

export const makeShellAgents = ({ idle, program, watchdog }: AgentOptions): ShellAgents => {
  const waiting = new Set<ShellAgent>()

  const takeWaiting = (): ShellAgent | undefined => {
    for (const agent of waiting) {
      waiting.delete(agent)
      if (agent.usable) return agent
    }
    return undefined
  }

  const take = ({ argv }: Pick<CommandSpec, "argv">) =>
    Effect.callback<ShellAgent, SpawnFailed>((resume) => {
      const waits = takeWaiting()
      if (waits !== undefined) return resume(Effect.succeed(waits))
      ShellAgent.start(
        program,
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
    waiting.add(agent)
    const [oldest] = waiting
    if (waiting.size <= idle || oldest === undefined) return
    waiting.delete(oldest)
    oldest.end(() => {})
  }

  const prepare = (count: number) =>
    Effect.flatMap(
      Effect.replicateEffect(take({ argv: ["a shell"] }), count),
      (agents) => Effect.sync(() => agents.forEach(give))
    )

  const end = Effect.suspend(() =>
    Effect.forEach(
      waiting,
      (agent) => Effect.callback<void>((resume) => agent.end(() => resume(Effect.void))),
      { concurrency: "unbounded", discard: true }
    )
  )

  return { take, prepare, give, end }
}

export const spawnFailed = (program: string, cause: unknown): SpawnFailed =>
  new SpawnFailed({ program, code: (cause as NodeJS.ErrnoException).code ?? "UNKNOWN", cause })
