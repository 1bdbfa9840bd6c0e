import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { execFileSync } from "node:child_process"
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
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

/** The agent in C, built for these tests. */
const builtAgent = (): string => {
  const path = join(mkdtempSync(join(tmpdir(), "fbuild-agent-")), "agent")
  const source = fileURLToPath(new URL("../../src/process/agent.c", import.meta.url))
  execFileSync("cc", ["-Wall", "-Wextra", "-Werror", "-O2", "-o", path, source])
  return path
}

describe.each(["a shell", "agent.c"])("SubprocessNode, commands through %s", (name) => {
  const program = name === "agent.c" ? builtAgent() : undefined
  const layer = SubprocessNode.layerWith(program)

  it.live("tells what a command took, if it can", () =>
    Effect.gen(function*() {
      const subprocess = yield* Subprocess
      const script = "(i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done); x=$(head -c 20000000 /dev/zero | tr '\\0' a)"
      const { usage } = yield* subprocess.run(sh(script))
      if (program === undefined) return assert.isUndefined(usage)
      assert.isAbove(usage!.userSeconds, 0.01)
      assert.isBelow(usage!.userSeconds, 10)
      assert.isAtLeast(usage!.systemSeconds, 0)
      assert.isAbove(usage!.peakBytes!, 20_000_000)
      const idle = yield* subprocess.run(sh("sleep 0.05"))
      assert.isBelow(idle.usage!.userSeconds, 0.05)
      assert.isBelow(idle.usage!.peakBytes!, 20_000_000)
    }).pipe(Effect.provide(layer)))

  it.live("a word that no command can have is SpawnFailed, and the next one runs", () =>
    Effect.gen(function*() {
      const subprocess = yield* Subprocess
      const failure = yield* Effect.flip(subprocess.run({ ...sh("true"), argv: ["/bin/echo", "a\0b"] }))
      assert.strictEqual(failure._tag, "SpawnFailed")
      assert.strictEqual((yield* subprocess.run(sh("echo next"))).stdout, "next\n")
    }).pipe(Effect.provide(layer)))

  it.live("a script without a first line is the shell's", () =>
    Effect.gen(function*() {
      const subprocess = yield* Subprocess
      const path = join(mkdtempSync(join(tmpdir(), "fbuild-script-")), "script")
      writeFileSync(path, "echo \"$0 $1\"\n", { mode: 0o755 })
      const { stdout } = yield* subprocess.run({ argv: [path, "word"], cwd: "/", env: {} })
      assert.strictEqual(stdout, `${path} word\n`)
    }).pipe(Effect.provide(layer)))

  it.live("collects both streams and the exit code", () =>
    Effect.gen(function*() {
      const subprocess = yield* Subprocess
      const done = yield* subprocess.run(sh("echo out; echo err >&2; exit 3"))
      assert.deepStrictEqual(
        [done.status, done.stdout, done.stderr],
        [{ _tag: "Exited", code: 3 }, "out\n", "err\n"]
      )
    }).pipe(Effect.provide(layer)))

  it.live("reports the signal that ended a process", () =>
    Effect.gen(function*() {
      const subprocess = yield* Subprocess
      const done = yield* subprocess.run(sh("kill -9 $$"))
      assert.deepStrictEqual(done.status, { _tag: "Signaled", signal: "SIGKILL" })
    }).pipe(Effect.provide(layer)))

  it.live("drains a megabyte of each stream", () =>
    Effect.gen(function*() {
      const subprocess = yield* Subprocess
      const done = yield* subprocess.run(
        sh("head -c 1048576 /dev/zero | tr '\\0' a; head -c 1048576 /dev/zero | tr '\\0' b >&2")
      )
      assert.strictEqual(done.stdout.length, 1048576)
      assert.strictEqual(done.stderr.length, 1048576)
    }).pipe(Effect.provide(layer)))

  it.live("does not inherit the environment", () =>
    Effect.gen(function*() {
      const subprocess = yield* Subprocess
      const done = yield* subprocess.run({ argv: ["/usr/bin/env"], cwd: "/", env: { ONLY: "this" } })
      assert.strictEqual(done.stdout, "ONLY=this\n")
    }).pipe(Effect.provide(layer)))

  it.live("arguments, folder and environment arrive as they are", () =>
    Effect.gen(function*() {
      const subprocess = yield* Subprocess
      const cwd = mkdtempSync(join(tmpdir(), "it's \"a\" $dir\n-"))
      const words = ["", "a b", "'", "\"", "\\", "$HOME", "`id`", "new\nline", "*", "ünï", "-n"]
      const script = "printf '<%s>' \"$@\" \"$V\" \"$(pwd)\""
      const done = yield* subprocess.run({
        argv: ["/bin/sh", "-c", script, "sh", ...words],
        cwd,
        env: { V: "it's $V\n\"" }
      })
      assert.strictEqual(done.stdout, [...words, "it's $V\n\"", cwd].map((word) => `<${word}>`).join(""))
    }).pipe(Effect.provide(layer)))

  it.live("what one command left behind does not reach the next", () =>
    Effect.gen(function*() {
      const subprocess = yield* Subprocess
      const first = yield* subprocess.run(sh("(sleep 0.2; echo late; echo late >&2) & printf now"))
      assert.strictEqual(first.stdout, "now")
      yield* Effect.sleep(400)
      const second = yield* subprocess.run(sh("echo clean"))
      assert.deepStrictEqual([second.stdout, second.stderr], ["clean\n", ""])
    }).pipe(Effect.provide(layer)))

  it.live("a command that kills its whole group is reported, and the next one runs", () =>
    Effect.gen(function*() {
      const subprocess = yield* Subprocess
      const first = yield* subprocess.run(sh("kill -9 0"))
      assert.deepStrictEqual(first.status, { _tag: "Signaled", signal: "SIGKILL" })
      const second = yield* subprocess.run(sh("exit 4"))
      assert.deepStrictEqual(second.status, { _tag: "Exited", code: 4 })
    }).pipe(Effect.provide(layer)))

  it.live("runs commands beside each other", () =>
    Effect.gen(function*() {
      const subprocess = yield* Subprocess
      const numbers = Array.from({ length: 20 }, (_, index) => index)
      const done = yield* Effect.forEach(numbers, (n) => subprocess.run(sh(`sleep 0.1; echo ${n}`)), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(done.map(({ stdout }) => stdout), numbers.map((n) => `${n}\n`))
    }).pipe(Effect.timeout("2 seconds"), Effect.provide(layer)))

  it.live("interrupting one command leaves the others alone", () =>
    Effect.gen(function*() {
      const subprocess = yield* Subprocess
      const doomed = yield* Effect.forkChild(subprocess.run(sh("sleep 60 & sleep 60")))
      const other = yield* Effect.forkChild(subprocess.run(sh("sleep 0.3; echo other")))
      yield* Effect.sleep(100)
      const started = performance.now()
      yield* Fiber.interrupt(doomed)
      assert.isBelow(performance.now() - started, 150)
      assert.strictEqual((yield* Fiber.join(other)).stdout, "other\n")
    }).pipe(Effect.provide(layer)))

  it.live("a folder that is not there is SpawnFailed", () =>
    Effect.gen(function*() {
      const subprocess = yield* Subprocess
      const failure = yield* Effect.flip(subprocess.run({ argv: ["/bin/true"], cwd: "/nowhere", env: {} }))
      assert.strictEqual(failure.code, "ENOENT")
    }).pipe(Effect.provide(layer)))

  it.live("a missing program is SpawnFailed", () =>
    Effect.gen(function*() {
      const subprocess = yield* Subprocess
      const failure = yield* Effect.flip(subprocess.run({ argv: ["/nowhere/gcc"], cwd: "/", env: {} }))
      assert.strictEqual(failure.message, "cannot start /nowhere/gcc: ENOENT")
    }).pipe(Effect.provide(layer)))

  it.live("interruption takes the grandchildren with it", () =>
    Effect.gen(function*() {
      const { millis, pid } = yield* interrupted("sleep 60 & sleep 60 & echo ready; wait")
      assert.deepStrictEqual(groupMembers(pid), [])
      assert.isBelow(millis, 1000)
    }).pipe(Effect.provide(layer)))

  it.live("what is started in the very moment of the interruption is told to end, too", () =>
    Effect.gen(function*() {
      const { millis, pid } = yield* interrupted(
        "trap 'sleep 60 > /dev/null 2>&1 & exit' TERM; echo ready; while :; do sleep 0.01; done"
      )
      assert.deepStrictEqual(groupMembers(pid), [])
      assert.isBelow(millis, 1000)
    }).pipe(Effect.provide(layer)))

  it.live("a group that ignores TERM is killed after the grace", () =>
    Effect.gen(function*() {
      const { millis, pid } = yield* interrupted("trap '' TERM; echo ready; while :; do sleep 1; done")
      assert.deepStrictEqual(groupMembers(pid), [])
      assert.isAtLeast(millis, 2000)
      // 100 ms on a quiet machine (scripts/bench/cancel.ts --compiler ignores-term).
      assert.isBelow(millis, 2600)
    }).pipe(Effect.provide(layer)))

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
    }).pipe(Effect.provide(layer)))

  it.live("a grandchild that keeps the pipes does not keep the run", () =>
    Effect.gen(function*() {
      const subprocess = yield* Subprocess
      const done = yield* subprocess.run(sh("setsid sleep 20 & echo done"))
      assert.strictEqual(done.stdout, "done\n")
    }).pipe(Effect.timeout("5 seconds"), Effect.provide(layer)))
})
