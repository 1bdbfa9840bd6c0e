// Cold build: fbuild's engine time beside ninja on the very same commands, interleaved in one run.
//
//   node scripts/bench/cold.ts [project-dir] [--runs N] [--jobs N]
//
// Prints medians in ms: ninja's whole process; fbuild's engine in process, without and with an empty cache that it fills;
// the whole process; engine and whole process of a warm daemon and its launcher, and its engine with an empty cache; and what
// filling the cache adds to the build beside it, in % (median of the pairs). Needs ninja (Debian: ninja-build) and dist/fbuild (npm run build).
import { execFileSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { median, milliseconds, ninjaFile, privateProject, report } from "./support.ts"

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: "string", default: "30" }, jobs: { type: "string", default: "2" } }
})

const project = privateProject(positionals[0])
const times = {
  ninja: [] as Array<number>,
  engine: [] as Array<number>,
  filling: [] as Array<number>,
  whole: [] as Array<number>,
  "daemon engine": [] as Array<number>,
  "daemon filling": [] as Array<number>,
  "daemon whole": [] as Array<number>
}
try {
  for (let run = 0; run <= Number(values.runs); run++) {
    project.clean()
    writeFileSync(join(project.dir, "build.ninja"), ninjaFile(project.graph()))
    const ninja = milliseconds(() => execFileSync("ninja", ["-j", values.jobs], { cwd: project.dir, stdio: "ignore" }))
    project.clean()
    let engine = 0
    const whole = milliseconds(() => {
      engine = project.build(["--no-cache", "-j", values.jobs]).durationMs
    })
    project.clean()
    let daemonEngine = 0
    const daemonWhole = milliseconds(() => {
      daemonEngine = project.build(["--no-cache", "-j", values.jobs], project.daemon).durationMs
    })
    const fill = (by: typeof project.run) => {
      project.clean()
      project.clearCache()
      return project.build(["-j", values.jobs], by).durationMs
    }
    const filling = fill(project.run)
    const daemonFilling = fill(project.daemon)
    // The first round only warms the system's file cache, and the daemon.
    if (run === 0) continue
    times.ninja.push(ninja)
    times.engine.push(engine)
    times.filling.push(filling)
    times.whole.push(whole)
    times["daemon engine"].push(daemonEngine)
    times["daemon whole"].push(daemonWhole)
    times["daemon filling"].push(daemonFilling)
  }
} finally {
  project.remove()
}
report(times)
const added = (filling: ReadonlyArray<number>, engine: ReadonlyArray<number>) =>
  `${((median(filling.map((one, run) => one / engine[run]!)) - 1) * 100).toFixed(1)} %`
console.log(
  `filling the cache adds ${added(times.filling, times.engine)}, with the daemon ${
    added(times["daemon filling"], times["daemon engine"])
  }`
)
