// @effect-diagnostics nodeBuiltinImport:off -- sockets of Node
import * as Effect from "effect/Effect"
import * as Fs from "node:fs"
import * as Net from "node:net"

const ending = ".socket"

/**
 * Listens on `<folder>/<name>.socket`, for as long as this process lives or until what it returns is called. That can be
 * noticed from any pid namespace of the machine, by those who know the name: nobody is to be told before this returns. Where there can
 * be no socket it does nothing.
 */
export const listenAs = (folder: string, name: string): () => void => {
  const server = Net.createServer((socket) => socket.destroy()).on("error", () => {}).unref()
  try {
    // Node has it listen before it returns.
    inFolder(folder, (short) => server.listen(`${short}/${name}${ending}`))
  } catch {
    // A file system without sockets.
  }
  return () => {
    server.close()
    forgetListener(folder, name)
  }
}

/** Whether somebody listens there. */
export const isListening = (folder: string, name: string): Effect.Effect<boolean> =>
  Effect.callback((resume) => {
    try {
      inFolder(folder, (short) => {
        const socket = Net.connect(`${short}/${name}${ending}`)
        const answer = (listens: boolean) => {
          socket.destroy()
          resume(Effect.succeed(listens))
        }
        // When so many ask at once that there is no room for more of them, it is EAGAIN.
        socket.once("connect", () => answer(true)).once("error", ({ code }: NodeJS.ErrnoException) =>
          answer(code === "EAGAIN"))
      })
    } catch {
      resume(Effect.succeed(false))
    }
  })

/** Removes what `listenAs` has left of a process that is dead. */
export const forgetListener = (folder: string, name: string): void => {
  Fs.rmSync(`${folder}/${name}${ending}`, { force: true })
}

/** Calls back with a name of a folder that is short enough for sockets, where the system has one. Source: unix(7), proc(5). */
const inFolder = (folder: string, use: (short: string) => void): void => {
  const descriptor = Fs.openSync(folder, "r")
  try {
    const short = `/proc/self/fd/${descriptor}`
    use(Fs.existsSync(short) ? short : folder)
  } finally {
    Fs.closeSync(descriptor)
  }
}
