import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { groupMembers } from "../../src/process/processGroup.ts"
import { Subprocess } from "../../src/process/Subprocess.ts"
import * as SubprocessNode from "../../src/process/SubprocessNode.ts"

const sh = (script: string) => ({
  argv: ["/bin/sh", "-c", script] as const,
  cwd: "/",
  env: { PATH: "/usr/bin:/bin" }
})

/** Starts `script`, interrupts it as soon as it has written a line, and returns how long the interruption took, ms. */
const interrupted = (script: string) =>
  Effect.gen(function*() {
    const subprocess = yield* Subprocess
    let pid = 0
    let ready = false
    const fiber = yield* Effect.forkChild(Effect.scoped(Effect.gen(function*() {
      const running = yield* subprocess.start(sh(script))
      pid = running.pid
      yield* Stream.runForEach(running.stdout, () => Effect.sync(() => ready = true))
      return yield* running.exit
    })))
    while (!ready) yield* Effect.sleep(5)
    const started = performance.now()
    yield* Fiber.interrupt(fiber)
    return { pid, millis: performance.now() - started }
  })

describe("SubprocessNode", () => {
  it.live("collects both streams and the exit code", () =>
    Effect.gen(function*() {
      const subprocess = yield* Subprocess
      const done = yield* subprocess.run(sh("echo out; echo err >&2; exit 3"))
      assert.deepStrictEqual(done, { status: { _tag: "Exited", code: 3 }, stdout: "out\n", stderr: "err\n" })
    }).pipe(Effect.provide(SubprocessNode.layer)))

  it.live("reports the signal that ended a process", () =>
    Effect.gen(function*() {
      const subprocess = yield* Subprocess
      const done = yield* subprocess.run(sh("kill -9 $$"))
      assert.deepStrictEqual(done.status, { _tag: "Signaled", signal: "SIGKILL" })
    }).pipe(Effect.provide(SubprocessNode.layer)))

  it.live("drains a megabyte of each stream", () =>
    Effect.gen(function*() {
      const subprocess = yield* Subprocess
      const done = yield* subprocess.run(
        sh("head -c 1048576 /dev/zero | tr '\\0' a; head -c 1048576 /dev/zero | tr '\\0' b >&2")
      )
      assert.strictEqual(done.stdout.length, 1048576)
      assert.strictEqual(done.stderr.length, 1048576)
    }).pipe(Effect.provide(SubprocessNode.layer)))

  it.live("does not inherit the environment", () =>
    Effect.gen(function*() {
      const subprocess = yield* Subprocess
      const done = yield* subprocess.run({ argv: ["/usr/bin/env"], cwd: "/", env: { ONLY: "this" } })
      assert.strictEqual(done.stdout, "ONLY=this\n")
    }).pipe(Effect.provide(SubprocessNode.layer)))

  it.live("a missing program is SpawnFailed", () =>
    Effect.gen(function*() {
      const subprocess = yield* Subprocess
      const failure = yield* Effect.flip(subprocess.run({ argv: ["/nowhere/gcc"], cwd: "/", env: {} }))
      assert.strictEqual(failure.message, "cannot start /nowhere/gcc: ENOENT")
    }).pipe(Effect.provide(SubprocessNode.layer)))

  it.live("interruption takes the grandchildren with it", () =>
    Effect.gen(function*() {
      const { millis, pid } = yield* interrupted("sleep 60 & sleep 60 & echo ready; wait")
      assert.deepStrictEqual(groupMembers(pid), [])
      assert.isBelow(millis, 1000)
    }).pipe(Effect.provide(SubprocessNode.layer)))

  it.live("a group that ignores TERM is killed after the grace", () =>
    Effect.gen(function*() {
      const { pid } = yield* interrupted("trap '' TERM; echo ready; while :; do sleep 1; done")
      assert.deepStrictEqual(groupMembers(pid), [])
    }).pipe(Effect.provide(SubprocessNode.layer)))

  it.live("killAll ends what ignores TERM at once", () =>
    Effect.gen(function*() {
      const subprocess = yield* Subprocess
      let ready = false
      const fiber = yield* Effect.forkChild(Effect.scoped(Effect.gen(function*() {
        const running = yield* subprocess.start(sh("trap '' TERM; echo ready; while :; do sleep 1; done"))
        yield* Stream.runForEach(running.stdout, () => Effect.sync(() => ready = true))
        return yield* running.exit
      })))
      while (!ready) yield* Effect.sleep(5)
      yield* subprocess.killAll
      const exit = yield* Fiber.await(fiber)
      assert.deepStrictEqual(exit, Exit.succeed({ _tag: "Signaled", signal: "SIGKILL" } as const))
    }).pipe(Effect.provide(SubprocessNode.layer)))

  it.live("a grandchild that keeps the pipes does not keep the run", () =>
    Effect.gen(function*() {
      const subprocess = yield* Subprocess
      const done = yield* subprocess.run(sh("setsid sleep 20 & echo done"))
      assert.strictEqual(done.stdout, "done\n")
    }).pipe(Effect.timeout("5 seconds"), Effect.provide(SubprocessNode.layer)))
})
