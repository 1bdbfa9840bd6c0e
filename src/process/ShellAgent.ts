// @effect-diagnostics nodeBuiltinImport:off -- the edge where processes are really started
import * as ChildProcess from "node:child_process"
import * as Crypto from "node:crypto"
import { Socket } from "node:net"
import { statusOf } from "./exitStatus.ts"
import { signalGroup } from "./processGroup.ts"
import type { CommandSpec, Completed } from "./Subprocess.ts"

/**
 * A small shell that starts commands for us, one at a time, in a process group of its own. Node forks its whole address
 * space for every child and stands still until the child has been scheduled: 3 ms of a build's one thread, where the
 * shell takes 1 ms of its own (measured with 80 MB resident, two busy cores).
 *
 * The shell reads a command a line and, when it has ended, writes a token to stdout (with the exit status) and to
 * stderr, so that we know where the command's own output ends, whoever else still holds the pipes.
 */
export class ShellAgent {
  readonly pid: number
  cwd: string
  private readonly process: ChildProcess.ChildProcessWithoutNullStreams
  private readonly token = Crypto.randomUUID()
  private readonly out: Collected = { chunks: [], seen: "", end: undefined }
  private readonly err: Collected = { chunks: [], seen: "", end: undefined }
  private finish: ((completed: Completed) => void) | undefined
  /** Whether it can take another command. */
  usable = true

  private constructor(process: ChildProcess.ChildProcessWithoutNullStreams, pid: number, cwd: string) {
    this.process = process
    this.pid = pid
    this.cwd = cwd
    process.stdin.on("error", () => {})
    process.stdout.on("data", (chunk: Buffer) => this.receive(this.out, chunk))
    process.stderr.on("data", (chunk: Buffer) => this.receive(this.err, chunk))
    process.once("close", (code, signal) => {
      this.usable = false
      // Killed, together with its command or by it.
      this.complete(code === null ? { _tag: "Signaled", signal: signal ?? "unknown" } : { _tag: "Exited", code })
    })
    process.stdin.write(`${forget} SHLVL _\n`)
  }

  /** Starts a shell in `cwd` with an empty environment. */
  static start(cwd: string, started: (agent: ShellAgent) => void, failed: (cause: unknown) => void): void {
    let process: ChildProcess.ChildProcessWithoutNullStreams
    try {
      process = ChildProcess.spawn("/bin/sh", [], { cwd, env: {}, detached: true, stdio: "pipe" })
    } catch (cause) {
      return failed(cause)
    }
    if (process.pid === undefined) process.once("error", failed)
    else started(new ShellAgent(process, process.pid, cwd))
  }

  /** Whether the shell can start this command exactly as `CommandSpec` says. */
  static canRun({ argv, env }: CommandSpec): boolean {
    return argv[0].includes("/") && Object.keys(env).every((name) => /^[A-Za-z_]\w*$/.test(name))
  }

  run({ argv, env }: CommandSpec, finish: (completed: Completed) => void): void {
    this.finish = finish
    this.hold("ref")
    const variables = Object.entries(env).map(([name, value]) => `${name}=${quote(value)}`)
    const command = [...variables, ...argv.map(quote)].join(" ")
    this.process.stdin.write(`${command} </dev/null; s=$?; echo "${this.token} $s"; echo "${this.token} $s" >&2\n`)
  }

  /** Goes into a folder. A shell that cannot ends. */
  enter(cwd: string): void {
    this.cwd = cwd
    this.process.stdin.write(`cd -P -- ${quote(cwd)} || exit 127; ${forget}\n`)
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
    stream.chunks.push(chunk)
    // The token is written in one piece, but may be read in two.
    const text = stream.seen + chunk.toString("latin1")
    const end = new RegExp(`${this.token} (\\d+)\\n`).exec(text)
    if (end === null) stream.seen = text.slice(-this.token.length - 5)
    else stream.end = { status: Number(end[1]), after: text.length - end.index }
    if (this.out.end !== undefined && this.err.end !== undefined) this.complete(statusOf(this.out.end.status))
  }

  private complete(status: Completed["status"]): void {
    const stdout = take(this.out)
    const stderr = take(this.err)
    const { finish } = this
    this.finish = undefined
    finish?.({ status, stdout, stderr })
  }
}

/** Variables that a shell makes by itself must not get into commands. */
const forget = "unset PWD OLDPWD"

/** What has been read of one stream, and where in it the token was found: how many bytes before the end. */
interface Collected {
  chunks: Array<Buffer>
  seen: string
  end: { readonly status: number; readonly after: number } | undefined
}

const take = (stream: Collected): string => {
  const bytes = Buffer.concat(stream.chunks)
  const text = bytes.toString("utf8", 0, bytes.length - (stream.end?.after ?? 0))
  stream.chunks = []
  stream.seen = ""
  stream.end = undefined
  return text
}

const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`
