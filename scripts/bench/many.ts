// Many sources: nothing changed, and all objects from the cache, beside ninja on the very same graph.
//
//   node scripts/bench/many.ts [--sources N] [--runs N] [--cold N]
//
// Builds N generated sources once (10,000 take some minutes), then prints medians in ms of fbuild's engine time and of
// ninja's whole process when nothing has changed; what an object costs after `clean` with a warm cache; the largest resident
// set in MB; and, for `--cold N` pairs of runs, what filling an empty cache adds to a build without one.
//
// Hits take no jobs, so all objects are in flight at once, whatever -j says. "hit" is the time from one published object to
// the next, the median over all objects of a build; "hits" is the time from when the first object was asked for until the last
// one was published, for each object; "engine" is the whole build for each object: plan, core, archive, link and images too.
// Needs ninja, GNU time (Debian: time) and dist/fbuild.
import { execFileSync, spawnSync } from "node:child_process"
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { manySources } from "./manySources.ts"
import { fbuild, median, milliseconds, ninjaFile, privateProject, report } from "./support.ts"

const { values } = parseArgs({
  options: {
    sources: { type: "string", default: "10000" },
    runs: { type: "string", default: "5" },
    cold: { type: "string", default: "0" }
  }
})
const count = Number(values.sources)

const folder = manySources(count)
const project = privateProject(folder)
rmSync(folder, { recursive: true })
try {
  project.build([])
  writeFileSync(join(project.dir, "build.ninja"), ninjaFile(project.graph()))
  // As fbuild left it: ninja makes its log and its dependencies from a build of its own.
  execFileSync("ninja", [], { cwd: project.dir, stdio: "ignore" })
  project.build([])
  project.build([])
  project.build([], project.daemon)
  const nothing = {
    ninja: [] as Array<number>,
    engine: [] as Array<number>,
    whole: [] as Array<number>,
    "daemon whole": [] as Array<number>
  }
  for (let run = 0; run < Number(values.runs); run++) {
    nothing.ninja.push(milliseconds(() => execFileSync("ninja", [], { cwd: project.dir, stdio: "ignore" })))
    let engine = 0
    nothing.whole.push(milliseconds(() => {
      engine = project.build([]).durationMs
    }))
    nothing.engine.push(engine)
    nothing["daemon whole"].push(milliseconds(() => project.build([], project.daemon)))
  }
  console.log(`${count} sources, nothing to do`)
  report(nothing)
  const each = { hit: [] as Array<number>, hits: [] as Array<number>, engine: [] as Array<number> }
  for (let run = 0; run < Math.min(5, Number(values.runs)); run++) {
    project.clean()
    const { durationMs, environments } = project.build(["-j16"])
    if (environments[0]?.actions["executed"] !== 0) throw new Error("something ran with a warm cache")
    const objects = recordedObjects()
    if (objects.some(({ outcome }) => outcome !== "Cached")) throw new Error("an object was not from the cache")
    const ends = objects.map(({ finished }) => finished / 1000).toSorted((one, other) => one - other)
    const asked = Math.min(...objects.map(({ ready }) => ready / 1000))
    each.hit.push(median(ends.slice(1).map((end, index) => end - ends[index]!)))
    each.hits.push((ends.at(-1)! - asked) / objects.length)
    each.engine.push(durationMs / count)
  }
  console.log("after clean, from the cache, ms an object, medians of runs:")
  for (const [name, times] of Object.entries(each)) console.log(`  ${name.padEnd(8)} ${median(times).toFixed(3)}`)
  for (const what of ["nothing to do", "looked at whole"]) {
    if (what !== "nothing to do") rmSync(join(project.env.FBUILD_HOME, "standing"), { recursive: true, force: true })
    const { stderr } = spawnSync("/usr/bin/time", ["-f", "%M", fbuild, "build"], { cwd: project.dir, env: project.env })
    console.log(
      `largest resident set, ${what}: ${(Number(stderr.toString().trim().split("\n").at(-1)) / 1024).toFixed(0)} MB`
    )
  }
  const cold = { "no cache": [] as Array<Spent>, filling: [] as Array<Spent> }
  for (let run = 0; run < Number(values.cold); run++) {
    // In turns, for a machine that gets slower.
    for (const kind of run % 2 === 0 ? ["no cache", "filling"] as const : ["filling", "no cache"] as const) {
      project.clean()
      project.clearCache()
      cold[kind].push(spent(kind === "filling" ? [] : ["--no-cache"]))
    }
  }
  if (cold.filling.length > 0) {
    for (const what of ["wall", "processor"] as const) {
      const pairs = cold.filling.map((one, run) => [one[what], cold["no cache"][run]![what]] as const)
      const added = median(pairs.map(([filling, without]) => (filling / without - 1) * 100))
      console.log(
        `store miss, ${what} time: ${median(pairs.map(([filling]) => filling)).toFixed(2)} s with an empty cache, ` +
          `${median(pairs.map(([, without]) => without)).toFixed(2)} s without: ${
            added.toFixed(1)
          } % (n = ${pairs.length})`
      )
    }
  }
} finally {
  project.remove()
}

interface Spent {
  /** s */
  readonly wall: number
  /** Of fbuild and all that it waited for, s. */
  readonly processor: number
}

/** A whole build. */
function spent(args: ReadonlyArray<string>): Spent {
  const { stderr } = spawnSync("/usr/bin/time", ["-f", "%e %U %S", fbuild, "build", "-j2", ...args], {
    cwd: project.dir,
    env: project.env
  })
  const [wall = 0, user = 0, system = 0] = stderr.toString().trim().split("\n").at(-1)!.split(" ").map(Number)
  return { wall, processor: user + system }
}

/** What the last build did with the generated sources; times in µs. */
function recordedObjects() {
  const folder = join(project.dir, ".fbuild/profile")
  const name = readdirSync(folder).filter((name) => name.endsWith(".json")).toSorted().at(-1)!
  // A line for the format and one for the build as a whole, slices, a digest.
  const [, , ...slices] = readFileSync(join(folder, name), "utf8").split("\n").slice(0, -1)
  const actions = slices.flatMap((line) =>
    (JSON.parse(line) as {
      readonly actions?: ReadonlyArray<
        { readonly path: string; readonly outcome: string; readonly ready: number; readonly finished: number }
      >
    }).actions ?? []
  )
  return actions.filter(({ path }) => /\/f\d+\.c$/.test(path))
}
