// What the record costs that every build keeps in `.fbuild/profile/` when nothing is exported: cold builds of Blink with it and
// without, in pairs, with the daemon and in process.
//
//   node scripts/bench/record.ts [--runs N]
//
// "Without" is a copy of dist/ in which the one place that keeps records has been taken out. Prints medians, and of the pairs
// the medians of the differences with their quartiles: processor time of the daemon (of its request, and what comes after) or of
// the process; what passes between the last line of the build and the end of the process that the user waits for; its whole
// time. Fifty records are there before the first build, so that each has one to remove. Needs dist/fbuild (npm run build).
import { execFileSync, spawn } from "node:child_process"
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"
import { fbuild, median, privateProject } from "./support.ts"

const { values } = parseArgs({ options: { runs: { type: "string", default: "100" } } })

const project = privateProject()
const temporary = dirname(project.dir)
const usage = join(temporary, "usage")
writeFileSync(
  `${usage}.cjs`,
  `process.on("exit", () => require("node:fs").writeFileSync(${
    JSON.stringify(usage)
  }, JSON.stringify(process.cpuUsage())))`
)

/** A copy of dist/ that keeps no records. */
const without = (): string => {
  const dist = join(temporary, "without")
  cpSync(dirname(fbuild), dist, { recursive: true })
  let found = 0
  for (const name of readdirSync(dist).filter((name) => name.endsWith(".mjs"))) {
    const text = readFileSync(join(dist, name), "utf8")
    const cut = text.replaceAll(/\blog\d*\.actions\.length===0\|\|/g, () => (found++, "!0||"))
    if (cut !== text) writeFileSync(join(dist, name), cut)
  }
  if (found !== 1) throw new Error(`${found} places that keep records`)
  return join(dist, "fbuild")
}

/** Nanoseconds that the threads of a process have run. Source: proc(5), `/proc/pid/task/tid/schedstat`. */
const ranNanos = (pid: number): number =>
  readdirSync(`/proc/${pid}/task`).reduce(
    (sum, task) => sum + Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "latin1").split(" ")[0]),
    0
  )

interface Measured {
  /** ms. */
  readonly cpu: number
  readonly after: number
  readonly whole: number
}

const build = async (program: string, home: string, pid: number | undefined): Promise<Measured> => {
  rmSync(join(project.dir, ".fbuild/build"), { recursive: true, force: true })
  const before = pid === undefined ? 0 : ranNanos(pid)
  const started = performance.now()
  const child = spawn(program, ["build", "--json", "--no-cache"], {
    cwd: project.dir,
    env: {
      ...process.env,
      FBUILD_HOME: home,
      FBUILD_DAEMON: pid === undefined ? "off" : "on",
      ...(pid === undefined ? { NODE_OPTIONS: `--require=${usage}.cjs` } : {})
    },
    stdio: ["ignore", "pipe", "inherit"]
  })
  let last = 0
  child.stdout.on("data", (text: Buffer) => {
    if (text.includes("\"BuildFinished\"")) last = performance.now()
  })
  const status = await new Promise((resolve) => child.once("exit", resolve))
  const ended = performance.now()
  if (status !== 0) throw new Error(`exit status ${status}`)
  // What the daemon does behind the reply belongs to the request too.
  await sleep(50)
  let cpu: number
  if (pid === undefined) {
    const { system, user } = JSON.parse(readFileSync(usage, "utf8"))
    cpu = (user + system) / 1000
  } else cpu = (ranNanos(pid) - before) / 1e6
  return { cpu, after: ended - last, whole: ended - started }
}

const quantile = (numbers: ReadonlyArray<number>, share: number) =>
  numbers.toSorted((a, b) => a - b)[Math.floor(share * (numbers.length - 1))]!

const programs = [["with", fbuild], ["without", without()]] as const
const homeOf = (name: string) => join(temporary, `home-${name}`)
const daemon = (name: string, program: string, ...args: ReadonlyArray<string>) =>
  execFileSync(program, ["daemon", ...args], {
    env: { ...process.env, FBUILD_HOME: homeOf(name), FBUILD_DAEMON: "on" },
    encoding: "utf8"
  })
try {
  const pids = new Map<string, number>()
  for (const [name, program] of programs) {
    await build(program, homeOf(name), undefined)
    daemon(name, program, "start")
    pids.set(name, JSON.parse(daemon(name, program, "status", "--json")).pid)
  }
  const folder = join(project.dir, ".fbuild/profile")
  mkdirSync(folder, { recursive: true })
  const [record = ""] = readdirSync(folder)
  for (let old = 0; old < 50; old++) {
    cpSync(join(folder, record), join(folder, `${String(old).padStart(14, "0")}-ab.json`))
  }

  for (const where of ["daemon", "in process"]) {
    const measured = { with: [] as Array<Measured>, without: [] as Array<Measured> }
    for (let run = -5; run < Number(values.runs); run++) {
      for (const [name, program] of run % 2 === 0 ? programs : programs.toReversed()) {
        const one = await build(program, homeOf(name), where === "daemon" ? pids.get(name) : undefined)
        if (run >= 0) measured[name].push(one)
      }
    }
    console.log(`${where}, ${values.runs} pairs`)
    for (
      const [key, what] of [["cpu", "processor time"], ["after", "after the last line"], [
        "whole",
        "whole process"
      ]] as const
    ) {
      const [one, other] = [measured.with, measured.without].map((series) => series.map((one) => one[key]))
      const more = one!.map((value, index) => value - other![index]!)
      const share = (100 * median(more) / median(measured.without.map(({ whole }) => whole))).toFixed(2)
      console.log(
        `${what.padEnd(20)} ${median(one!).toFixed(1)} ms with, ${median(other!).toFixed(1)} without; difference ${
          median(more).toFixed(2)
        } ms (quartiles ${quantile(more, 0.25).toFixed(2)} to ${
          quantile(more, 0.75).toFixed(2)
        }), ${share} % of a build`
      )
    }
  }
} finally {
  for (const [name, program] of programs) daemon(name, program, "stop")
  project.remove()
}
