// For how long does the daemon's thread do one thing at a time, while sockets and timers have to wait?
//
//   node scripts/bench/turns.ts [project-dir | --sources N] [--first N] [--cold N] [--cached N] [--edited N] [--nothing N] [--cache]
//
// N daemons that build for the first time; of one that has: cold builds, builds with all in the cache, builds after an edit of
// one source (of a project of so many generated ones), builds with nothing to do. Prints for each how many turns
// there were, how many took more than 5 ms, the 99th percentile and the longest, in ms of processor time: what other
// processes had of the processors is not the daemon's own doing. Cold builds are without a cache, or fill one. Needs dist/fbuild.
import { appendFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { manySources } from "./manySources.ts"
import { privateProject } from "./support.ts"

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    sources: { type: "string" },
    first: { type: "string", default: "5" },
    cold: { type: "string", default: "10" },
    cached: { type: "string", default: "0" },
    edited: { type: "string", default: "0" },
    nothing: { type: "string", default: "100" },
    cache: { type: "boolean", default: false }
  }
})

const generated = values.sources === undefined ? undefined : manySources(Number(values.sources))
const project = privateProject(generated ?? positionals[0])
if (generated !== undefined) rmSync(generated, { recursive: true })
const status = () => JSON.parse(project.run(["daemon", "status", "--json"])) as { standstillCpuTurns?: Array<number> }
/** How many turns there were of each length, by the ms, while something ran. */
const turnsOf = (run: () => void) => {
  const before = status().standstillCpuTurns ?? []
  run()
  return status().standstillCpuTurns!.map((count, millis) => count - (before[millis] ?? 0))
}
let edits = 0
const cold = () => {
  project.clean()
  project.clearCache()
  project.daemon(["build", ...(values.cache ? [] : ["--no-cache"])])
}
const times = (count: string, run: () => void) => {
  for (let index = 0; index < Number(count); index++) run()
}
const report = (what: string, turns: ReadonlyArray<number>) => {
  const all = turns.reduce((sum, count) => sum + count, 0)
  const over = turns.slice(5).reduce((sum, count) => sum + count, 0)
  if (all === 0) return
  let below = 0
  const p99 = turns.findIndex((count) => (below += count) >= all * 0.99) + 1
  const longest = turns.findLastIndex((count) => count > 0) + 1
  const share = (100 * over / all).toFixed(2)
  console.log(`${what}: ${all} turns, ${over} over 5 ms (${share} %), p99 < ${p99}, longest < ${longest} ms`)
  console.log(
    `  ${turns.map((count, millis) => `${millis}: ${count}`).filter((text) => !text.endsWith(" 0")).join(", ")}`
  )
}
try {
  const first: Array<number> = []
  times(values.first, () => {
    project.run(["daemon", "stop"])
    project.daemon(["daemon", "start"])
    for (const [millis, count] of turnsOf(cold).entries()) first[millis] = (first[millis] ?? 0) + count
  })
  report("first cold build of a daemon", first)
  report("cold builds", turnsOf(() => times(values.cold, cold)))
  project.daemon(["build"])
  report(
    "from the cache",
    turnsOf(() =>
      times(values.cached, () => {
        project.clean()
        project.daemon(["build"])
      })
    )
  )
  report(
    "one edited",
    turnsOf(() =>
      times(values.edited, () => {
        appendFileSync(join(project.dir, "src/part0/f0.c"), `int more${edits++}(int a) { return a; }\n`)
        project.daemon(["build"])
      })
    )
  )
  report("nothing to do", turnsOf(() => times(values.nothing, () => project.daemon(["build"]))))
} finally {
  project.remove()
}
