import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fs from "node:fs"
import * as Net from "node:net"
import * as Os from "node:os"
import * as Path from "node:path"
import { listen } from "../../src/daemon/listen.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => {
    const path = Fs.mkdtempSync(Path.join(Os.tmpdir(), "fbuild-listen-"))
    Fs.mkdirSync(Path.join(path, "claims"))
    return path
  }),
  (path) => Effect.sync(() => Fs.rmSync(path, { recursive: true }))
)

describe("listening", () => {
  it.live("nobody else may connect, whatever the umask", () =>
    Effect.gen(function*() {
      const path = yield* folder
      const connected = yield* Deferred.make<void>()
      const before = process.umask(0)
      const listening = yield* listen(path, (socket) => {
        socket.destroy()
        Deferred.doneUnsafe(connected, Exit.void)
      })
      process.umask(before)
      assert.strictEqual(Fs.statSync(`${path}/socket`).mode & 0o777, 0o600)
      Net.connect(`${path}/socket`).on("error", () => {})
      yield* Deferred.await(connected)
      assert.isTrue(listening?.isReachable())
    }).pipe(Effect.scoped))
})
