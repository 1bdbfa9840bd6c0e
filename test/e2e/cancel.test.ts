import { assert, describe, it } from "@effect/vitest"
import * as ChildProcess from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import {
  blink,
  built,
  environment,
  filesBelow,
  images,
  ini,
  program,
  readEvents,
  workspace,
  write
} from "../support/project.ts"

/** Starts `fbuild build --json`; `sent` is settled once all it wrote has been read and it has ended. */
function start(dir: string, args: ReadonlyArray<string> = []) {
  const child = ChildProcess.spawn(program, ["build", "--json", ...args], {
    cwd: dir,
    env: environment(dir),
    stdio: ["ignore", "pipe", "pipe"]
  })
  let [stdout, stderr] = ["", ""]
  child.stdout.setEncoding("utf8").on("data", (text) => stdout += text)
  child.stderr.setEncoding("utf8").on("data", (text) => stderr += text)
  const exited = new Promise<number>((resolve) => child.once("exit", () => resolve(performance.now())))
  const closed = new Promise<{ status: number | null; stdout: string; stderr: string }>((resolve) =>
    child.once("close", (status) => resolve({ status, stdout, stderr }))
  )
  const said = async (what: string) => {
    while (!stdout.includes(what) && child.exitCode === null) await sleep(2)
  }
  return { child, exited, closed, said }
}

/** Processes that are alive and whose working folder is the project: every command of a build has it. */
const alive = (dir: string): ReadonlyArray<string> =>
  Fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
    try {
      const state = Fs.readFileSync(`/proc/${pid}/stat`, "latin1").replace(/^.*\) /s, "")[0]
      if (Fs.readlinkSync(`/proc/${pid}/cwd`) !== dir || state === "Z") return []
      return [Fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")]
    } catch {
      return []
    }
  })

/** Files that only a half-done or untidy build leaves. */
const leftovers = (dir: string) => filesBelow(dir).filter((name) => /\.stage|~$|\.tmp/.test(name))

describe("Ctrl-C", () => {
  const space = workspace()
  const project = {
    "platformio.ini": ini("uno"),
    "src/main.cpp": blink,
    "src/tab.ino": "int f(int n = 2) { return n; }\n"
  }

  it("at any moment leaves no process and nothing half done", async () => {
    const dir = write(Path.join(space, "moments"), project)
    const began = performance.now()
    await built(dir)
    const whole = performance.now() - began
    const clean = images(dir)
    for (let moment = 0; moment < 6; moment++) {
      Fs.rmSync(path(dir), { recursive: true })
      const { child, closed, exited } = start(dir)
      // From before the first command to the link; spread evenly, with a little chance in each step.
      await sleep(whole * (moment + Math.random()) / 7)
      const signalled = performance.now()
      child.kill("SIGINT")
      const after = await exited - signalled
      assert.deepStrictEqual(alive(dir), [])
      const run = await closed
      assert.isBelow(after, 1000)
      if (run.status !== null && run.stdout !== "") {
        const { finished } = readEvents(run)
        assert.include([0, 130], finished.exitCode)
      }
      if (Fs.existsSync(path(dir))) assert.deepStrictEqual(leftovers(dir), [])
      for (const object of Fs.existsSync(path(dir)) ? filesBelow(dir).filter((name) => name.endsWith(".o")) : []) {
        ChildProcess.execFileSync("/usr/bin/avr-objdump", ["-h", object], { cwd: dir, stdio: "pipe" })
      }
      await built(dir)
      assert.deepStrictEqual(images(dir), clean)
    }
  })

  it("and TERM tell their exit code, and finished work stays", async () => {
    for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
      const dir = write(Path.join(space, signal), project)
      const { child, closed, said } = start(dir, ["-j1"])
      await said("\"ActionFinished\"")
      child.kill(signal)
      const run = await closed
      assert.strictEqual(run.status, code, run.stderr)
      const { events, executed, finished } = readEvents(run)
      assert.isFalse(finished.ok)
      const finishedWell = events.filter((event) => event._tag === "ActionFinished" && event.ok).length
      assert.isAtLeast(finishedWell, 1)
      const next = await built(dir)
      assert.isEmpty(
        next.executed.filter((id) =>
          executed.includes(id) &&
          events.some((event) => event._tag === "ActionFinished" && event.ok && event.id === id)
        )
      )
    }
  })

  it("twice kills a compiler that ignores TERM at once", async () => {
    const bin = Path.join(space, "stubborn", "bin")
    Fs.mkdirSync(bin, { recursive: true })
    for (const name of ["avr-gcc", "avr-gcc-ar", "avr-objcopy", "avr-size"]) {
      Fs.symlinkSync(`/usr/bin/${name}`, Path.join(bin, name))
    }
    const started = Path.join(space, "started")
    Fs.writeFileSync(
      Path.join(bin, "avr-g++"),
      `#!/bin/sh\ntrap '' TERM INT\n: > ${started}\nwhile :; do sleep 0.05; done\n`,
      { mode: 0o755 }
    )
    const dir = write(Path.join(space, "ignores"), {
      ...project,
      "platformio.ini": ini("uno", `platform_packages = toolchain-atmelavr@file://${path(bin, "..")}`)
    })
    const { child, closed, exited } = start(dir)
    while (!Fs.existsSync(started)) await sleep(5)
    child.kill("SIGINT")
    await sleep(150)
    assert.isNull(child.exitCode, "the compiler has a grace")
    const second = performance.now()
    child.kill("SIGINT")
    const took = await exited - second
    assert.isBelow(took, 500)
    assert.deepStrictEqual(alive(dir), [])
    assert.strictEqual((await closed).status, 130)
    assert.deepStrictEqual(leftovers(dir), [])
  })

  it("of a build whose starter is gone ends all the same", async () => {
    const dir = write(Path.join(space, "pipe"), project)
    const { child, exited, said } = start(dir)
    await said("\"ActionStarted\"")
    child.stdout.destroy()
    child.stderr.destroy()
    child.kill("SIGHUP")
    await exited
    assert.strictEqual(child.exitCode, 129)
    assert.deepStrictEqual(alive(dir), [])
    await built(dir)
  })
})

const path = (dir: string, below = ".fbuild"): string => Path.join(dir, below)
