// Ctrl-C at random moments of a cold build: how long until no process of the build is alive, and is the next build right?
//
//   node scripts/bench/cancel.ts [--runs N] [--sources N] [--within MS] [--check N] [--in-process]
//     [--compiler ignores-term|leaves-session|talks]
//
// Through the launcher and a daemon, or in process. With --sources the project has so many C++ files more. The moments are
// spread over the build, or over its first MS ms. Every Nth run is followed by a build, which must be equal to a clean one.
// With --compiler some compilations, every fourth on average, never end: they ignore TERM; or each leaves a process in a session of its
// own behind; or they say more and more, while nobody reads what the launcher says.
// Prints percentiles in ms. A process is of the build when its environment, its folder or its command line names the
// project. Needs dist/fbuild, avr-gcc and Linux's /proc.
import { spawn } from "node:child_process"
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { dirname, join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"
import { fbuild, privateProject } from "./support.ts"

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "100" },
    sources: { type: "string", default: "0" },
    within: { type: "string" },
    check: { type: "string", default: "1" },
    compiler: { type: "string", default: "" },
    "in-process": { type: "boolean", default: false }
  }
})

const project = privateProject()
const env = { ...project.env, FBUILD_DAEMON: values["in-process"] ? "off" : "on" }
const outputs = join(project.dir, ".fbuild/build/uno")
const args = ["build", "--no-cache", "-j2"]
/** There while builds are interrupted. */
const hard = join(project.dir, "hard")
/** What compilers do before they compile, if they do. */
const habits: Readonly<Record<string, string>> = {
  "ignores-term": `if sometimes; then trap "" TERM; sleep 60; fi`,
  "leaves-session": `setsid sleep 60 & (setsid sleep 60 > /dev/null 2>&1 &); if sometimes; then sleep 60; fi`,
  talks: `yes "a warning" | head -c 300000 >&2; if sometimes; then exec yes "a warning" >&2; fi`
}
const habit = habits[values.compiler]
if (values.compiler !== "" && habit === undefined) throw new Error(`no such compiler: ${values.compiler}`)
if (habit !== undefined) useCompilers(habit)
for (let index = 0; index < Number(values.sources); index++) {
  mkdirSync(join(project.dir, "src/more"), { recursive: true })
  writeFileSync(
    join(project.dir, `src/more/f${index}.cpp`),
    `#include <Arduino.h>\n#include <Print.h>\nint f${index}(Print& p, int a) { return p.println(a * ${index}); }\n`
  )
}

/** Has the project use compilers with a habit. */
function useCompilers(habit: string): void {
  const bin = join(project.env.FBUILD_HOME, "compilers/bin")
  mkdirSync(bin, { recursive: true })
  for (const name of ["avr-gcc-ar", "avr-objcopy", "avr-size", "avr-ar"]) {
    symlinkSync(`/usr/bin/${name}`, join(bin, name))
  }
  for (const name of ["avr-gcc", "avr-g++"]) {
    writeFileSync(
      join(bin, name),
      `#!/bin/sh\nsometimes() { [ $(($$ % 4)) = 0 ]; }\n[ ! -e "${hard}" ] || case "$*" in *-c*) ${habit};; esac\nexec /usr/bin/${name} "$@"\n`,
      { mode: 0o755 }
    )
  }
  appendFileSync(
    join(project.dir, "platformio.ini"),
    `platform_packages = toolchain-atmelavr@file://${dirname(bin)}\n`
  )
}

/** Whether a process lives and names the project. */
const isOurs = (pid: string): boolean => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1")
    const state = stat.slice(stat.lastIndexOf(")") + 2)[0]
    return state !== "Z" && state !== "X" && (readlinkSync(`/proc/${pid}/cwd`).startsWith(project.dir)
      || ["environ", "cmdline"].some((name) => readFileSync(`/proc/${pid}/${name}`, "latin1").includes(project.dir)))
  } catch {
    return false
  }
}

/** Processes that name the project, other than the one we have started. */
const alive = (launcher: number | undefined): ReadonlyArray<string> =>
  readdirSync("/proc").filter((pid) =>
    /^\d+$/.test(pid) && Number(pid) !== launcher && Number(pid) !== process.pid && isOurs(pid)
  )

const images = () =>
  ["firmware.hex", "firmware.elf"].map((name) => readFileSync(join(outputs, name)).toString("base64"))
const build = () => values["in-process"] ? project.run(args) : project.daemon(args)

/** Files under their final names, all of which a finished build has too, with the same bytes. */
const finished = (): ReadonlyArray<string> =>
  readdirSync(outputs, { recursive: true, encoding: "utf8" }).filter((name) => /\.(o|a|elf|hex|eep)$/.test(name))

const [quiet, ended]: [Array<number>, Array<number>] = [[], []]
/** How many processes of the build were there when it was interrupted. */
const there: Array<number> = []
let wrong = 0
/** Builds that were over when they were to be interrupted. */
let done = 0
const complain = (what: string) => {
  wrong++
  console.log(what)
}
try {
  build()
  project.clean()
  const started = performance.now()
  build()
  const duration = Math.min(performance.now() - started, Number(values.within ?? Number.POSITIVE_INFINITY))
  const expected = images()
  const whole = new Map(finished().map((name) => [name, readFileSync(join(outputs, name))]))
  for (let run = 0; run < Number(values.runs); run++) {
    project.clean()
    writeFileSync(hard, "")
    const talks = values.compiler === "talks"
    const child = spawn(fbuild, args, { cwd: project.dir, env, stdio: talks ? ["ignore", "pipe", "pipe"] : "ignore" })
    child.stdout?.pause()
    child.stderr?.pause()
    const exited = new Promise<number | null>((resolve) => child.once("exit", resolve))
    await sleep(Math.random() * duration)
    const interrupted = performance.now()
    void exited.then(() => ended.push(performance.now() - interrupted))
    child.kill("SIGINT")
    // All processes are looked at again only when those that were there have gone: looking takes a processor of its own.
    let left = alive(child.pid)
    there.push(left.length)
    const gone = async () => {
      for (; left.length > 0 && performance.now() - interrupted < 10_000; left = alive(child.pid)) {
        while (left.some(isOurs) && performance.now() - interrupted < 10_000) await sleep(1)
      }
      return performance.now() - interrupted
    }
    let last = await gone()
    const code = await exited
    if (code === 0) {
      // It was over before the signal came; what compilers leave behind is then theirs.
      done++
      for (const pid of alive(child.pid)) process.kill(Number(pid), "SIGKILL")
      rmSync(hard)
      continue
    }
    // A launcher that the signal has ended before it was ready for one leaves a daemon that hears of it a moment later.
    for (let look = 0; look < 10; look++, await sleep(10)) {
      left = alive(child.pid)
      if (left.length > 0 && code !== null) complain(`alive after the end: ${left.join(" ")}`)
      if (left.length > 0) last = await gone()
    }
    quiet.push(last)
    if (left.length > 0) complain(`survivors: ${left.join(" ")}`)
    rmSync(hard)
    child.stdout?.destroy()
    child.stderr?.destroy()
    // No code: the signal came before the launcher was ready for it, and ended it.
    if (code !== null && code !== 130) complain(`exit code ${code}`)
    try {
      for (const name of finished()) {
        if (!whole.get(name)?.equals(readFileSync(join(outputs, name)))) complain(`partial ${name}`)
      }
    } catch {
      // Interrupted before there was a build folder.
    }
    if (run % Number(values.check) !== 0) continue
    build()
    if (images().some((image, index) => image !== expected[index])) complain("another image")
  }
} finally {
  project.remove()
}

const report = (what: string, times: Array<number>) => {
  times.sort((a, b) => a - b)
  const at = (share: number) => (times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(1)
  console.log(`${what} after ${at(0.5)} ms (median), ${at(0.95)} ms (p95), ${at(1)} ms (max), n = ${times.length}`)
}
report("no process alive", quiet)
report("launcher ended", ended)
console.log(`over before: ${done}`)
console.log(`processes when interrupted: ${there.toSorted((a, b) => a - b)[there.length >> 1]} (median)`)
console.log(`survivors, wrong exit codes, partial outputs or images after the next build: ${wrong}`)
process.exitCode = wrong === 0 ? 0 : 1
