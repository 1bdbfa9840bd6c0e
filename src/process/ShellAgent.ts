// @effect-diagnostics nodeBuiltinImport:off -- the edge where processes are really started
import * as ChildProcess from "node:child_process"
import * as Crypto from "node:crypto"
import { Socket } from "node:net"
import { type AgentLanguage, agentOf, shell } from "./agentLanguage.ts"
import { type Collected, collected, keep, longestMessages, take } from "./collected.ts"
import { statusOf } from "./exitStatus.ts"
import { signalGroup } from "./processGroup.ts"
import type { CommandSpec, Completed, ResourceUsage } from "./Subprocess.ts"

/**
 * A small shell, or `agent.c` where that could be built, that starts commands for us, one at a time, in a process group of its own. Node forks its whole address
 * space for every child and stands still until the child has been scheduled: 3 ms of a build's one thread, where the
 * shell takes 1 ms of its own (measured with 80 MB resident, two busy cores).
 *
 * The shell reads a command a line and, when it has ended, writes a token to stdout (with the exit status) and to
 * stderr, so that we know where the command's own output ends, whoever else still holds the pipes. `agent.c` also tells what the
 * command has taken.
 */
export class ShellAgent {
  readonly pid: number
  private readonly language: AgentLanguage
  private readonly process: ChildProcess.ChildProcessWithoutNullStreams
  private readonly token = Crypto.randomUUID()
  private readonly ending = new RegExp(`${this.token} (\\d+)(?: (\\d+) (\\d+) (\\d+))?\\n`)
  private readonly out = collected(Number.POSITIVE_INFINITY)
  private readonly err = collected(longestMessages)
  private finish: ((completed: Completed) => void) | undefined
  /** Whether it can take another command. */
  usable = true

  private constructor(language: AgentLanguage, process: ChildProcess.ChildProcessWithoutNullStreams, pid: number) {
    this.language = language
    this.process = process
    this.pid = pid
    // What it was not told it does not do: whoever waits for that must not wait for ever.
    process.stdin.on("error", () => process.kill("SIGKILL"))
    process.stdout.on("data", (chunk: Buffer) => this.receive(this.out, chunk))
    process.stderr.on("data", (chunk: Buffer) => this.receive(this.err, chunk))
    process.once("close", (code, signal) => {
      this.usable = false
      // Killed, together with its command or by it.
      this.complete(code === null ? { _tag: "Signaled", signal: signal ?? "unknown" } : { _tag: "Exited", code })
    })
    process.stdin.write(language.begin)
  }

  /** Starts one with an empty environment: `program`, which is `agent.c`, or a shell. */
  static start(
    program: string | undefined,
    started: (agent: ShellAgent) => void,
    failed: (cause: unknown) => void
  ): void {
    const language = program === undefined ? shell : agentOf(program)
    let process: ChildProcess.ChildProcessWithoutNullStreams
    try {
      process = ChildProcess.spawn(language.program, [], { cwd: "/", env: {}, detached: true, stdio: "pipe" })
    } catch (cause) {
      return failed(cause)
    }
    if (process.pid === undefined) process.once("error", failed)
    else started(new ShellAgent(language, process, process.pid))
  }

  /** Whether the shell can start this command exactly as `CommandSpec` says. */
  static canRun({ argv, env }: CommandSpec): boolean {
    return argv[0].includes("/") && Object.keys(env).every((name) => /^[A-Za-z_]\w*$/.test(name)) &&
      !argv.some(hasNul) && !Object.values(env).some(hasNul)
  }

  run(command: CommandSpec, finish: (completed: Completed) => void): void {
    this.finish = finish
    this.hold("ref")
    this.process.stdin.write(this.language.run(command, this.token))
  }

  /** Calls back when the shell has ended, however it came. */
  ended(callback: () => void): void {
    this.process.once("exit", callback)
  }

  /** Lets go of the pipes of a shell that has been killed. */
  close(): void {
    this.usable = false
    this.finish = undefined
    this.process.stdin.destroy()
    this.process.stdout.destroy()
    this.process.stderr.destroy()
  }

  /** Kills a shell that waits for commands; `ended` is called when it is gone. */
  end(ended: () => void): void {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return ended()
    this.hold("ref")
    this.process.once("exit", ended)
    signalGroup(this.pid, "SIGKILL")
    this.close()
  }

  /** A shell that waits for commands does not keep this process alive. */
  idle(): void {
    this.hold("unref")
  }

  private hold(how: "ref" | "unref"): void {
    this.process[how]()
    for (const stream of [this.process.stdin, this.process.stdout, this.process.stderr]) {
      // Pipes are sockets, although the types only say streams.
      if (stream instanceof Socket) stream[how]()
    }
  }

  private receive(stream: Collected, chunk: Buffer): void {
    if (this.finish === undefined) {
      // Something that the last command left behind is still writing.
      this.usable = false
      return
    }
    if (stream.end !== undefined) return
    keep(stream, chunk)
    // The token is written in one piece, but may be read in two.
    const text = stream.seen + chunk.toString("latin1")
    const end = this.ending.exec(text)
    if (end === null) stream.seen = text.slice(-this.token.length - longestNumbers)
    else stream.end = { status: Number(end[1]), after: text.length - end.index, usage: usageOf(end) }
    if (this.out.end !== undefined && this.err.end !== undefined) this.complete(statusOf(this.out.end.status))
  }

  private complete(status: Completed["status"]): void {
    const usage = this.out.end?.usage
    const stdout = take(this.out)
    const stderr = take(this.err)
    const { finish } = this
    this.finish = undefined
    finish?.({ status, stdout, stderr, ...(usage === undefined ? {} : { usage }) })
  }
}

/** Digits and spaces behind a token: the status, two times in µs, kilobytes. */
const longestNumbers = 64

/** No string of a command can have one; it would be taken for the end of one. */
const hasNul = (text: string): boolean => text.includes("\0")

const usageOf = ([, , user, system, kilobytes]: RegExpExecArray): ResourceUsage | undefined =>
  user === undefined
    ? undefined
    : { userSeconds: Number(user) / 1e6, systemSeconds: Number(system) / 1e6, peakBytes: Number(kilobytes) * 1024 }
