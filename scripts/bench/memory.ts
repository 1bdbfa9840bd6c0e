// Many requests in a row to one daemon: does it grow?
//
//   node scripts/bench/memory.ts [--runs N] [--kind nothing|edited|cold|interrupted]
//
// Prints the daemon's resident set in MB, its open files and its longest stand-still after 1, 10 % and each further tenth of
// the requests. `edited`: one source is different each time; `cold`: the build folder has been removed; `interrupted`: that,
// and Ctrl-C at a random moment of the first half second. Needs dist/fbuild and Linux's /proc.
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"
import { fbuild, privateProject } from "./support.ts"

const { values } = parseArgs({
  options: { runs: { type: "string", default: "1000" }, kind: { type: "string", default: "nothing" } }
})
const runs = Number(values.runs)

const project = privateProject()
const env = { ...project.env, FBUILD_DAEMON: "on" }
const status = () =>
  JSON.parse(project.run(["daemon", "status", "--json"])) as {
    readonly pid: number
    readonly standstillMs?: { readonly p99: number; readonly max: number }
  }
try {
  for (let run = 0; run <= runs; run++) {
    if (values.kind === "edited") writeFileSync(join(project.dir, "src/edited.cpp"), `int edited = ${run};\n`)
    if (values.kind === "cold" || values.kind === "interrupted") project.clean()
    const args = values.kind === "interrupted" ? ["build", "--no-cache"] : ["build"]
    const child = spawn(fbuild, args, { cwd: project.dir, env, stdio: "ignore" })
    if (values.kind === "interrupted") {
      await sleep(Math.random() * 500)
      child.kill("SIGINT")
    }
    await once(child, "exit")
    if (run !== 1 && run % Math.ceil(runs / 10) !== 0) continue
    const { pid, standstillMs } = status()
    const resident = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1]) / 1024
    const longest = standstillMs === undefined ? "" : `, ${standstillMs.p99} ms p99, ${standstillMs.max} ms longest`
    console.log(`${run} requests: ${resident.toFixed(0)} MB, ${readdirSync(`/proc/${pid}/fd`).length} files${longest}`)
  }
} finally {
  project.remove()
}
