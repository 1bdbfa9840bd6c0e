// After `clean`, with a warm cache, and with nothing to do: fbuild beside ninja with ccache in front of each compilation, on
// the very same commands, interleaved in one run.
//
//   node scripts/bench/warm.ts [project-dir] [--runs N] [--jobs N]
//
// Prints medians in ms, of fbuild in process and by its daemon. ninja's times are those of its whole process. Needs ninja, ccache and dist/fbuild.
import { execFileSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { milliseconds, ninjaFile, privateProject, report } from "./support.ts"

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: "string", default: "10" }, jobs: { type: "string", default: "2" } }
})

const project = privateProject(positionals[0])
const env = { ...process.env, CCACHE_DIR: join(project.env.FBUILD_HOME, "ccache"), CCACHE_SLOPPINESS: "random_seed" }
const ninja = () =>
  milliseconds(() => execFileSync("ninja", ["-j", values.jobs], { cwd: project.dir, env, stdio: "ignore" }))
const series = () => ({
  ninja: [] as Array<number>,
  engine: [] as Array<number>,
  whole: [] as Array<number>,
  "daemon engine": [] as Array<number>,
  "daemon whole": [] as Array<number>
})
const [warm, nothing, again] = [series(), series(), series()]
/** What was written in the last 100 ms is looked at again: longer than that between two builds, as people take. */
const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)

/** Builds three times, from the cache and then with nothing to do; gives engine time and time of the whole process of each. */
const builds = (by: typeof project.run) => {
  project.clean()
  return [warm, nothing, again].map(() => {
    pause()
    let built = { durationMs: 0, environments: [] } as ReturnType<typeof project.build>
    const whole = milliseconds(() => {
      built = project.build(["-j", values.jobs], by)
    })
    return { ...built, whole }
  })
}
try {
  for (let run = 0; run <= Number(values.runs); run++) {
    project.clean()
    writeFileSync(join(project.dir, "build.ninja"), ninjaFile(project.graph(), "/usr/bin/ccache"))
    const ninjaWarm = ninja()
    const ninjaNothing = ninja()
    const ninjaAgain = ninja()
    const inProcess = builds(project.run)
    const inDaemon = builds(project.daemon)
    // The first round fills the caches.
    if (run === 0) continue
    for (
      const [index, { "daemon engine": daemonEngine, "daemon whole": daemonWhole, ...times }] of [warm, nothing, again]
        .entries()
    ) {
      const [one, other] = [inProcess[index]!, inDaemon[index]!]
      if (one.environments[0]?.actions["executed"] !== 0 || other.environments[0]?.actions["executed"] !== 0) {
        throw new Error("something ran with a warm cache")
      }
      times.ninja.push([ninjaWarm, ninjaNothing, ninjaAgain][index]!)
      times.engine.push(one.durationMs)
      times.whole.push(one.whole)
      daemonEngine.push(other.durationMs)
      daemonWhole.push(other.whole)
    }
  }
} finally {
  project.remove()
}
console.log("warm cache after clean (ninja with ccache)")
report(warm)
console.log("nothing to do, at the first look")
report(nothing)
console.log("nothing to do, again")
report(again)
