// @effect-diagnostics nodeBuiltinImport:off -- the process's own streams
import * as Effect from "effect/Effect"
import type { Sink, Terminal } from "./Terminal.ts"

/** The terminal of this process. `interruptCode` is told by whoever listens to signals. */
export const nodeTerminal = (interruptCode: () => number): Terminal["Service"] => ({
  // Elsewhere a backslash is a character like any other.
  cwd: process.platform === "win32" ? process.cwd().replaceAll("\\", "/") : process.cwd(),
  variables: Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  ),
  stdout: sink(process.stdout),
  stderr: sink(process.stderr),
  interruptCode
})

const sink = (stream: NodeJS.WriteStream): Sink => {
  // A reader that has had enough (`| head`) is not a failure of the build.
  stream.on("error", () => {})
  const write = (chunk: string | Uint8Array) =>
    Effect.callback<void>((resume) => {
      if (stream.destroyed || stream.write(chunk)) return resume(Effect.void)
      stream.once("drain", () => resume(Effect.void)).once("close", () => resume(Effect.void))
    })
  return { write, writeBytes: write, isTTY: stream.isTTY === true, columns: () => stream.columns }
}
