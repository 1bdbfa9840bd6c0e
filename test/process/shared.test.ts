import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as ChildProcess from "node:child_process"
import { once } from "node:events"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { shared } from "../../src/process/SubprocessNode.ts"

const sh = (script: string, cwd = "/") => ({
  argv: ["/bin/sh", "-c", script] as const,
  cwd,
  env: { PATH: "/usr/bin:/bin" }
})

const temporary = Effect.acquireRelease(
  Effect.sync(() => Fs.realpathSync(Fs.mkdtempSync(Path.join(Os.tmpdir(), "fbuild shared ")))),
  (dir) => Effect.sync(() => Fs.rmSync(dir, { recursive: true, force: true }))
)

/** Pids of shells that wait: children of this process that stand in `/`. */
const waiting = (): ReadonlyArray<string> =>
  Fs.readFileSync(`/proc/self/task/${process.pid}/children`, "utf8").trim().split(" ").filter((pid) => {
    try {
      return Fs.readFileSync(`/proc/${pid}/cmdline`, "utf8") === "/bin/sh\0" &&
        Fs.readlinkSync(`/proc/${pid}/cwd`) === "/"
    } catch {
      return false
    }
  })

const until = (condition: () => boolean) => Effect.sleep(5).pipe(Effect.repeat({ while: () => !condition() }))

describe("processes of several requests", () => {
  it.live("share their shells, which wait outside of any project", () =>
    Effect.gen(function*() {
      const { forRequest: request } = yield* shared({ idle: 2 })
      const dir = yield* temporary
      const agentOf = (cwd: string) =>
        Effect.map(request().run(sh("echo $PPID; pwd; echo \"$OLDPWD\"", cwd)), ({ stdout }) => stdout.split("\n"))
      const [first, where] = yield* agentOf(dir)
      assert.strictEqual(where, dir)
      yield* until(() => waiting().includes(first!))
      // The folder of the first one may have gone.
      Fs.rmSync(dir, { recursive: true })
      Fs.mkdirSync(dir)
      Fs.writeFileSync(`${dir}/file`, "")
      const second = yield* request().run(sh("echo $PPID; ls; env", dir))
      assert.deepStrictEqual(second.stdout.split("\n").slice(0, 2), [first, "file"])
      assert.notMatch(second.stdout, /OLDPWD/)
    }))

  it.live("keep no more shells than they may", () =>
    Effect.gen(function*() {
      const before = waiting().length
      const { forRequest: request } = yield* shared({ idle: 2 })
      const { run } = request()
      yield* Effect.forEach([1, 2, 3, 4, 5], () => run(sh("sleep 0.05")), { concurrency: 5 })
      yield* until(() => waiting().length <= before + 2)
    }))

  it.live("are killed apart from each other", () =>
    Effect.gen(function*() {
      const { forRequest: request } = yield* shared({ idle: 2 })
      const [one, two] = [request(), request()]
      const mine = yield* Effect.forkChild(one.run(sh("sleep 10")), { startImmediately: true })
      const other = yield* Effect.forkChild(two.run(sh("sleep 0.3; echo well")), { startImmediately: true })
      yield* Effect.sleep(50)
      yield* one.killAll
      assert.strictEqual((yield* Fiber.join(mine)).status._tag, "Signaled")
      assert.strictEqual((yield* Fiber.join(other)).stdout, "well\n")
    }))

  it.live("cannot be run in a folder that is not there", () =>
    Effect.gen(function*() {
      const { run } = (yield* shared({ idle: 2 })).forRequest()
      yield* run(sh(":"))
      const failed = yield* Effect.flip(run(sh("echo ran", "/nowhere")))
      assert.strictEqual(failed.code, "ENOENT")
      assert.strictEqual((yield* run(sh("echo ran"))).stdout, "ran\n")
    }))

  it("do not outlive this process, however it ends", async () => {
    const marker = `FBUILD_TEST=${process.pid}-${Math.random()}`
    const script = `
      const Effect = await import("effect/Effect")
      const { shared } = await import(${
      JSON.stringify(new URL("../../src/process/SubprocessNode.ts", import.meta.url).href)
    })
      const variables = { ...Object.fromEntries([${
      JSON.stringify(marker.split("="))
    }]), FBUILD_STAGE: "/a stage/" + process.pid }
      const command = (...argv) => ({ argv: ["/bin/sleep", "60"], cwd: "/", env: variables, ...(argv.length > 0 ? { argv } : {}) })
      Effect.runFork(Effect.scoped(Effect.gen(function*() {
        const { forRequest: request } = yield* shared({ idle: 2 })
        yield* request().start(command())
        yield* Effect.forkChild(request().run(command()), { startImmediately: true })
        yield* request().run(command("/bin/sh", "-c", "setsid sleep 60 > /dev/null 2>&1 & true"))
        yield* Effect.sleep(300)
        console.log("ready")
        yield* Effect.never
      })))
    `
    const child = ChildProcess.spawn(process.execPath, ["--input-type=module", "-e", script], {
      cwd: Path.resolve(import.meta.dirname, "../.."),
      stdio: ["ignore", "pipe", "inherit"]
    })
    await once(child.stdout, "data")
    assert.strictEqual(marked(marker).length, 3)
    child.kill("SIGKILL")
    const killed = performance.now()
    while (marked(marker).length > 0 && performance.now() - killed < 5000) await new Promise((r) => setTimeout(r, 5))
    assert.isBelow(performance.now() - killed, 1000)
  })
})

/** Living processes with this in their environment. */
const marked = (marker: string): ReadonlyArray<string> =>
  Fs.readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && Fs.readFileSync(`/proc/${pid}/environ`, "latin1").includes(marker)
    } catch {
      return false
    }
  })
