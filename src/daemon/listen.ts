// @effect-diagnostics nodeBuiltinImport:off -- binds a socket of Node
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import * as Fs from "node:fs"
import * as Net from "node:net"
import { claim } from "./claim.ts"

/** Where this daemon listens. */
export interface Listening {
  /** Whether launchers still find this daemon: nobody has removed the folder, no other daemon has taken its place. */
  readonly isReachable: () => boolean
}

/**
 * Listens on `<folder>/socket` until the scope ends, as the only process of this folder; `undefined` when another daemon
 * does. A socket that a dead one left is replaced.
 */
export const listen = (
  folder: string,
  accept: (socket: Net.Socket) => void
): Effect.Effect<Listening | undefined, never, Scope.Scope> =>
  Effect.gen(function*() {
    const path = `${folder}/socket`
    for (let tries = 0; tries < 20; tries++) {
      // Held until this process has ended, so that whoever waits for that can look at it.
      if (claim(folder) !== undefined) {
        return yield* bind(folder, path, accept)
      }
      if (yield* answers(path)) {
        return undefined
      }
      // The other one is just starting, or has seen our claim and left as well: whoever comes back first.
      yield* Effect.sleep(Math.floor(10 + 90 * (yield* Random.next)))
    }
    return undefined
  })

const bind = Effect.fnUntraced(function*(folder: string, path: string, accept: (socket: Net.Socket) => void) {
  // Under another name first: whoever finds the socket can connect.
  const temporary = `${folder}/s${process.pid}`
  yield* Effect.acquireRelease(
    Effect.callback<Net.Server>((resume) => {
      Fs.rmSync(temporary, { force: true })
      const server = Net.createServer(accept).once("error", (cause) => resume(Effect.die(cause)))
      server.listen(temporary, () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.sync(() => server.close())
  )
  // Whatever the umask is, and whoever opens the folder later. Source: unix(7), "Pathname socket ownership and permissions".
  Fs.chmodSync(temporary, 0o600)
  Fs.renameSync(temporary, path)
  const own = Fs.lstatSync(path, { bigint: true }).ino
  const isReachable = () => Fs.lstatSync(path, { bigint: true, throwIfNoEntry: false })?.ino === own
  yield* Effect.addFinalizer(() => Effect.sync(() => isReachable() && Fs.rmSync(path, { force: true })))
  for (const name of ["starting", "failed"]) Fs.rmSync(`${folder}/${name}`, { force: true })
  return { isReachable } satisfies Listening
})

const answers = (path: string): Effect.Effect<boolean> =>
  Effect.callback((resume) => {
    const socket = Net.connect(path)
    const answer = (connected: boolean) => () => {
      socket.destroy()
      resume(Effect.succeed(connected))
    }
    socket.once("connect", answer(true)).once("error", answer(false))
  })
