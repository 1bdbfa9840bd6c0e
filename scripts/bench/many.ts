// Many sources: nothing changed, and all objects from the cache, beside ninja on the very same graph.
//
//   node scripts/bench/many.ts [--sources N] [--runs N]
//
// Builds N generated sources once (10,000 take some minutes), then prints medians in ms of fbuild's engine time and of
// ninja's whole process when nothing has changed; the engine time after `clean` with a warm cache, for each object; and
// the largest resident set in MB. Needs ninja, GNU time (Debian: time) and dist/fbuild.
import { execFileSync, spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { fbuild, median, milliseconds, ninjaFile, privateProject, report } from "./support.ts"

const { values } = parseArgs({
  options: { sources: { type: "string", default: "10000" }, runs: { type: "string", default: "5" } }
})
const count = Number(values.sources)

const folder = mkdtempSync(join(tmpdir(), "fbuild-many-"))
mkdirSync(join(folder, "src"))
writeFileSync(
  join(folder, "platformio.ini"),
  "[env:mega]\nplatform = atmelavr\nboard = megaatmega2560\nframework = arduino\n"
)
writeFileSync(join(folder, "src/all.h"), "#pragma once\nint twice(int);\n")
writeFileSync(join(folder, "src/main.cpp"), "#include <Arduino.h>\nvoid setup() {}\nvoid loop() {}\n")
for (let index = 0; index < count; index++) {
  const part = join(folder, "src", `part${index % 100}`)
  if (index < 100) mkdirSync(part)
  writeFileSync(
    join(part, `f${index}.c`),
    `#include "../all.h"\nint f${index}(int a) { return twice(a) + ${index}; }\n`
  )
}

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
  const hits: Array<number> = []
  for (let run = 0; run < Math.min(3, Number(values.runs)); run++) {
    project.clean()
    const { durationMs, environments } = project.build(["-j16"])
    if (environments[0]?.actions["executed"] !== 0) throw new Error("something ran with a warm cache")
    hits.push(durationMs)
  }
  console.log(
    `after clean, from the cache: ${median(hits).toFixed(0)} ms, ${(median(hits) / count).toFixed(3)} ms an object`
  )
  for (const what of ["nothing to do", "looked at whole"]) {
    if (what !== "nothing to do") rmSync(join(project.env.FBUILD_HOME, "standing"), { recursive: true, force: true })
    const { stderr } = spawnSync("/usr/bin/time", ["-f", "%M", fbuild, "build"], { cwd: project.dir, env: project.env })
    console.log(
      `largest resident set, ${what}: ${(Number(stderr.toString().trim().split("\n").at(-1)) / 1024).toFixed(0)} MB`
    )
  }
} finally {
  project.remove()
}
