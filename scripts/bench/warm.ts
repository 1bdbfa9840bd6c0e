// After `clean`, with a warm cache, and with nothing to do: fbuild beside ninja with ccache in front of each compilation, on
// the very same commands, interleaved in one run.
//
//   node scripts/bench/warm.ts [project-dir] [--runs N] [--jobs N]
//
// Prints medians in ms. ninja's times are those of its whole process. Needs ninja, ccache and dist/fbuild.
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
const warm = { ninja: [] as Array<number>, engine: [] as Array<number>, whole: [] as Array<number> }
const nothing = { ninja: [] as Array<number>, engine: [] as Array<number>, whole: [] as Array<number> }
try {
  for (let run = 0; run <= Number(values.runs); run++) {
    project.clean()
    writeFileSync(join(project.dir, "build.ninja"), ninjaFile(project.graph(), "/usr/bin/ccache"))
    const ninjaWarm = ninja()
    const ninjaNothing = ninja()
    project.clean()
    let built = { durationMs: 0, environments: [] } as ReturnType<typeof project.build>
    const build = () =>
      milliseconds(() => {
        built = project.build(["-j", values.jobs])
      })
    const whole = build()
    const { durationMs: engine, environments } = built
    build()
    const wholeNothing = build()
    // The first round fills the caches.
    if (run === 0) continue
    if (environments[0]?.actions["executed"] !== 0) throw new Error("something ran with a warm cache")
    warm.ninja.push(ninjaWarm)
    warm.engine.push(engine)
    warm.whole.push(whole)
    nothing.ninja.push(ninjaNothing)
    nothing.engine.push(built.durationMs)
    nothing.whole.push(wholeNothing)
  }
} finally {
  project.remove()
}
console.log("warm cache after clean (ninja with ccache)")
report(warm)
console.log("nothing to do")
report(nothing)
