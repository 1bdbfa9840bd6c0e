// Ctrl-C at random moments of a cold build: how long until no child of fbuild is alive, and is the next build right?
//
//   node scripts/bench/cancel.ts [--runs N] [--slow]
//
// With --slow the project has translation units that take seconds each. Prints percentiles in ms. Needs dist/fbuild,
// avr-gcc and Linux's /proc.
import { execFileSync, spawn } from "node:child_process"
import { cpSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"

const root = dirname(dirname(import.meta.dirname))
const fbuild = join(root, "dist/fbuild")
const { values } = parseArgs({
  options: { runs: { type: "string", default: "100" }, slow: { type: "boolean", default: false } }
})

const temporary = mkdtempSync(join(tmpdir(), "fbuild-cancel-"))
const project = join(temporary, "blink")
const outputs = join(project, ".fbuild/build/uno")
cpSync(join(root, "examples/blink"), project, { recursive: true, filter: (path) => !path.includes(".fbuild") })
const env = { ...process.env, FBUILD_HOME: join(temporary, "home") }

/** A translation unit that avr-g++ 5.4 needs about two seconds for. */
const slowUnit = (name: string) =>
  Array.from(
    { length: 1500 },
    (_, index) =>
      `int ${name}_${index}(int a, int b) { int s = 0; for (int i = 0; i < a; i++) s += (i * b + ${index}) % (a + 7); `
      + `for (int j = 0; j < b; j++) s ^= j << (s & 3); return s; }`
  ).join("\n")
if (values.slow) {
  for (const name of ["a", "b", "c", "d"]) writeFileSync(join(project, `src/${name}.cpp`), slowUnit(name))
}

/** Processes, other than fbuild itself, that stand in the project folder: compilers and the shells that started them. */
const children = (): ReadonlyArray<number> =>
  readdirSync("/proc").map(Number).filter((pid) => {
    try {
      if (!Number.isInteger(pid) || !readlinkSync(`/proc/${pid}/cwd`).startsWith(project)) return false
      const stat = readFileSync(`/proc/${pid}/stat`, "latin1")
      const [state] = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
      return state !== "Z" && state !== "X" && !readFileSync(`/proc/${pid}/cmdline`, "latin1").includes("start.mjs")
    } catch {
      return false
    }
  })

const images = () =>
  ["firmware.hex", "firmware.elf"].map((name) => readFileSync(join(outputs, name)).toString("base64"))
const build = () => execFileSync(fbuild, ["build", "--no-cache", "-j2"], { cwd: project, env, stdio: "ignore" })
const clean = () => rmSync(join(project, ".fbuild"), { recursive: true, force: true })

/** Files under their final names, all of which a finished build has too, with the same bytes. */
const finished = (): ReadonlyArray<string> =>
  readdirSync(outputs, { recursive: true, encoding: "utf8" }).filter((name) => /\.(o|a|elf|hex|eep)$/.test(name))

const times: Array<number> = []
let wrong = 0
const complain = (what: string) => {
  wrong++
  console.log(what)
}
try {
  clean()
  const started = performance.now()
  build()
  const duration = performance.now() - started
  const expected = images()
  const whole = new Map(finished().map((name) => [name, readFileSync(join(outputs, name))]))
  for (let run = 0; run < Number(values.runs); run++) {
    clean()
    const child = spawn(fbuild, ["build", "--no-cache", "-j2"], { cwd: project, env, stdio: "ignore" })
    const exited = new Promise<number | null>((resolve) => child.once("exit", resolve))
    await sleep(Math.random() * duration)
    const interrupted = performance.now()
    child.kill("SIGINT")
    while (children().length > 0) await sleep(1)
    times.push(performance.now() - interrupted)
    const code = await exited
    // No code: the signal came before Node had started, and ended it.
    if (code !== null && code !== 130 && code !== 0) complain(`exit code ${code}`)
    try {
      for (const name of finished()) {
        if (!whole.get(name)?.equals(readFileSync(join(outputs, name)))) complain(`partial ${name}`)
      }
    } catch {
      // Interrupted before there was a build folder.
    }
    if (values.slow && run % 10 !== 0) continue
    build()
    if (images().some((image, index) => image !== expected[index])) complain("another image")
  }
} finally {
  rmSync(temporary, { recursive: true, force: true })
}

times.sort((a, b) => a - b)
const at = (share: number) => (times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(1)
console.log(`no child alive after ${at(0.5)} ms (median), ${at(0.95)} ms (p95), ${at(1)} ms (max), n = ${times.length}`)
console.log(`wrong exit codes, partial outputs or images after the next build: ${wrong}`)
process.exitCode = wrong === 0 ? 0 : 1
