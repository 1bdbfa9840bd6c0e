import { assert } from "@effect/vitest"
import * as ChildProcess from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { environment, program, type Run } from "./project.ts"

/** A core of ours that builds in a moment. */
export const acme = fileURLToPath(new URL("../fixtures/cores/acme", import.meta.url))
const sketch = "#include <Arduino.h>\nvoid setup() { say(\"done\"); }\nvoid loop() {}\n"

/** A project that builds in a moment; `tools` are folders of compilers to use instead of those on PATH. */
export const project = (...tools: ReadonlyArray<string>) => ({
  "platformio.ini": [
    "[env:acme]",
    "platform = atmelavr",
    "framework = arduino",
    "board = acmeone",
    "platform_packages =",
    `  framework-arduino-avr@file://${acme}`,
    ...tools.map((folder) => `  toolchain-atmelavr@file://${folder}`),
    ""
  ].join("\n"),
  "src/main.cpp": sketch
})

/** Makes a folder of compilers, in which `avr-g++` is a script, and returns it. */
export const scriptedCompilers = (folder: string, script: string): string => {
  const bin = Path.join(folder, "bin")
  Fs.mkdirSync(bin, { recursive: true })
  for (const tool of ["avr-gcc", "avr-gcc-ar", "avr-objcopy", "avr-size", "avr-ar"]) {
    if (Fs.existsSync(`/usr/bin/${tool}`)) Fs.symlinkSync(`/usr/bin/${tool}`, Path.join(bin, tool))
  }
  Fs.writeFileSync(Path.join(bin, "avr-g++"), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return folder
}

/** A home with a daemon of its own, and the launcher to use. */
export class Home {
  readonly path: string
  readonly fbuild: string
  constructor(path: string, fbuild: string = program) {
    this.path = path
    this.fbuild = fbuild
  }
  start(dir: string, args: ReadonlyArray<string>, variables: Readonly<Record<string, string>> = {}) {
    const env = { ...environment(dir, { FBUILD_HOME: this.path, FBUILD_DAEMON: "" }), ...variables }
    const child = ChildProcess.spawn(this.fbuild, args, { cwd: dir, env, stdio: ["ignore", "pipe", "pipe"] })
    let [stdout, stderr] = ["", ""]
    child.stdout.setEncoding("utf8").on("data", (text) => stdout += text)
    child.stderr.setEncoding("utf8").on("data", (text) => stderr += text)
    const ended = new Promise<Run>((resolve) => child.on("close", (status) => resolve({ status, stdout, stderr })))
    return { child, ended, stderr: () => stderr }
  }
  run(dir: string, args: ReadonlyArray<string>, variables?: Readonly<Record<string, string>>): Promise<Run> {
    return this.start(dir, args, variables).ended
  }
  /** What `daemon status --json` says. */
  async status(): Promise<{
    running: boolean
    pid: number
    served: number
    cachedPlans: number
    requests: ReadonlyArray<unknown>
    standstillMs: { p99: number; max: number }
    standstillCpuMs: { p99: number; max: number }
    standstillCpuTurns: ReadonlyArray<number>
  }> {
    return JSON.parse((await this.run("/", ["daemon", "status", "--json"])).stdout)
  }
  async pid(): Promise<number> {
    return (await this.status()).pid
  }
  /** The resident set of a process, MB. */
  memory(pid: number): number {
    return Number(/^VmRSS:\s+(\d+)/m.exec(Fs.readFileSync(`/proc/${pid}/status`, "latin1"))?.[1]) / 1024
  }
  /** Pids of the daemons that say they have started to serve this home. */
  daemons(): ReadonlyArray<string> {
    const log = Path.join(this.path, "daemon/log")
    if (!Fs.existsSync(log)) return []
    return [...Fs.readFileSync(log, "utf8").matchAll(/^\S+ (\d+) fbuild .* serves/gm)].map(([, pid]) => pid!)
  }
}

/** Processes that are alive and have this in their environment or as their working folder. */
export const alive = (marker: string): ReadonlyArray<string> =>
  Fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
    try {
      const state = Fs.readFileSync(`/proc/${pid}/stat`, "latin1").replace(/^.*\) /s, "")[0]
      if (state === "Z") return []
      const seen = Fs.readlinkSync(`/proc/${pid}/cwd`) + Fs.readFileSync(`/proc/${pid}/environ`, "latin1")
      return seen.includes(marker) ? [Fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")] : []
    } catch {
      return []
    }
  })

export const until = async (condition: () => boolean | Promise<boolean>, what: string, millis = 20_000) => {
  const end = performance.now() + millis
  while (!(await condition())) {
    assert.isBelow(performance.now(), end, `waited too long: ${what}`)
    await sleep(5)
  }
}

/** Whether a process is alive: a zombie is not. */
export const isAlive = (pid: number | string): boolean => {
  try {
    const stat = Fs.readFileSync(`/proc/${pid}/stat`, "latin1")
    return !/^.*\) Z/s.test(stat)
  } catch {
    return false
  }
}
