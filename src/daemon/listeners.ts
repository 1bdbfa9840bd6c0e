// @effect-diagnostics nodeBuiltinImport:off -- sockets of Node
import * as Effect from "effect/Effect"
import * as Fs from "node:fs"
import * as Net from "node:net"
import { baseName, dirName } from "../domain/paths.ts"

/**
 * Listens on a socket (absolute path, folder exists), for as long as this process lives or until what it returns is called, and says a text to
 * those who connect: from any pid namespace of the machine. The file stays. Listens first under the name `made`. Throws where there can be
 * no socket.
 */
export const listenAs = (path: string, made: string, text: string): () => void => {
  const server = Net.createServer((socket) => socket.on("error", () => {}).end(text)).on("error", () => {}).unref()
  try {
    // Whoever finds the socket can connect. Node has it listen before it returns.
    inFolder(made, (short) => server.listen(short))
    Fs.renameSync(made, path)
  } catch (cause) {
    server.close()
    throw cause
  }
  return () => void server.close()
}

/** What somebody says who listens there, as far as it comes within so many ms; `undefined` when nobody does. */
export const heard = (path: string, millis: number): Effect.Effect<string | undefined> =>
  Effect.callback((resume) => {
    try {
      inFolder(path, (short) => {
        const socket = Net.connect(short)
        let said = ""
        const answer = (text: string | undefined) => {
          socket.destroy()
          resume(Effect.succeed(text))
        }
        socket.once("connect", () => millis === 0 ? answer("") : socket.setTimeout(millis, () => answer(said)))
          .on("data", (data) => said += data)
          .once("end", () => answer(said))
          // When so many ask at once that there is no room for more of them, it is EAGAIN.
          .once("error", ({ code }: NodeJS.ErrnoException) => answer(code === "EAGAIN" ? "" : undefined))
      })
    } catch {
      resume(Effect.undefined)
    }
  })

/** Calls back with a name of a file that is short enough for sockets, where the system has one. Source: unix(7), proc(5). */
const inFolder = (path: string, use: (short: string) => void): void => {
  const descriptor = Fs.openSync(dirName(path), "r")
  try {
    const short = `/proc/self/fd/${descriptor}`
    use(Fs.existsSync(short) ? `${short}/${baseName(path)}` : path)
  } finally {
    Fs.closeSync(descriptor)
  }
}
