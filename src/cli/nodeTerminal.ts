// @effect-diagnostics nodeBuiltinImport:off -- the process's own streams
import * as Effect from "effect/Effect"
import type { Sink, Terminal } from "./Terminal.ts"

interface Signals {
  /** The exit code of an interruption. */
  readonly interruptCode: () => number
  /** Whether there was a signal: what a reader does not take then is not waited for. */
  readonly hurried: () => boolean
}

/** The terminal of this process; `signals` is told by whoever listens to them. */
export const nodeTerminal = (signals: Signals): Terminal["Service"] => ({
  // Elsewhere a backslash is a character like any other.
  cwd: process.platform === "win32" ? currentFolder().replaceAll("\\", "/") : currentFolder(),
  variables: Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  ),
  stdout: sink(process.stdout, signals),
  stderr: sink(process.stderr, signals),
  interruptCode: signals.interruptCode,
  launchedNanos: BigInt(Math.round(performance.timeOrigin * 1e6)),
  // This process has one request, and ends with it.
  beforeLeaving: () => {}
})

/** Of a folder that has been removed the name it had: absolute paths still lead somewhere. */
const currentFolder = (): string => {
  try {
    return process.cwd()
  } catch {
    return process.env["PWD"] ?? "/"
  }
}

const sink = (stream: NodeJS.WriteStream, { hurried }: Signals): Sink => {
  // A reader that has had enough (`| head`) is not a failure of the build.
  stream.on("error", () => {})
  const waiting = new Set<() => void>()
  const proceed = () => {
    for (const resume of waiting) resume()
    waiting.clear()
  }
  stream.on("drain", proceed).on("close", proceed)
  const write = (chunk: string | Uint8Array) =>
    Effect.callback<void>((resume) => {
      if (stream.destroyed || stream.write(chunk) || hurried()) return resume(Effect.void)
      const done = () => resume(Effect.void)
      waiting.add(done)
      return Effect.sync(() => waiting.delete(done))
    })
  return { write, writeBytes: write, isTTY: stream.isTTY === true, columns: () => stream.columns }
}
