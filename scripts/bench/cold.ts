// Cold build: fbuild's engine time beside ninja on the very same commands, interleaved in one run.
//
//   node scripts/bench/cold.ts [project-dir] [--runs N] [--jobs N]
//
// Prints medians in ms. Needs ninja (Debian: ninja-build) and dist/fbuild (npm run build).
import { execFileSync } from "node:child_process"
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, dirname, join, resolve } from "node:path"
import { parseArgs } from "node:util"

interface GraphAction {
  readonly argv: ReadonlyArray<string>
  readonly inputs: ReadonlyArray<string>
  readonly outputs: ReadonlyArray<string>
  readonly depfile?: string
  readonly stdout?: string
}

const root = dirname(dirname(import.meta.dirname))
const fbuild = join(root, "dist/fbuild")
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: "string", default: "10" }, jobs: { type: "string", default: "2" } }
})

const temporary = mkdtempSync(join(tmpdir(), "fbuild-bench-"))
const project = join(temporary, basename(resolve(positionals[0] ?? join(root, "examples/blink"))))
cpSync(resolve(positionals[0] ?? join(root, "examples/blink")), project, {
  recursive: true,
  filter: (path) => basename(path) !== ".fbuild"
})
const env = { ...process.env, FBUILD_HOME: join(temporary, "home") }

const quote = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`
const escape = (path: string) => path.replaceAll(/[$ :]/g, "$$$&")

/** The plan as ninja reads it: same commands, same depfiles, outputs in a folder of ninja's own. */
const buildNinja = (actions: ReadonlyArray<GraphAction>) =>
  actions.filter(({ argv }) => argv.length > 0).map((action, index) => {
    const command = action.argv.map(quote).join(" ") + (action.stdout === undefined ? "" : ` > ${quote(action.stdout)}`)
    return [
      `rule r${index}`,
      `  command = ${command.replaceAll("$", "$$")}`,
      ...(action.depfile === undefined ? [] : [`  depfile = ${action.depfile}`, "  deps = gcc"]),
      `build ${action.outputs.map(escape).join(" ")}: r${index} ${action.inputs.map(escape).join(" ")}`,
      ""
    ].join("\n")
  }).join("\n")

const output = (args: ReadonlyArray<string>) =>
  execFileSync(fbuild, args, { cwd: project, env, encoding: "utf8", maxBuffer: 1 << 28 })

const clean = () => {
  rmSync(join(project, ".fbuild"), { recursive: true, force: true })
  rmSync(join(project, ".ninja_log"), { force: true })
  rmSync(join(project, ".ninja_deps"), { force: true })
}

const milliseconds = (run: () => void) => {
  const started = performance.now()
  run()
  return performance.now() - started
}

const median = (numbers: ReadonlyArray<number>) => {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

const samples = { ninja: [] as Array<number>, engine: [] as Array<number>, whole: [] as Array<number> }
try {
  for (let run = 0; run <= Number(values.runs); run++) {
    clean()
    // Also makes the folders, and the merged sketch that no command makes.
    const graph = JSON.parse(output(["graph", "--json"])) as {
      readonly environments: ReadonlyArray<{ readonly actions: ReadonlyArray<GraphAction> }>
    }
    writeFileSync(join(project, "build.ninja"), buildNinja(graph.environments[0]!.actions))
    const ninja = milliseconds(() => execFileSync("ninja", ["-j", values.jobs], { cwd: project, stdio: "ignore" }))
    clean()
    let last = ""
    const whole = milliseconds(() => {
      last = output(["build", "--json", "--no-cache", "-j", values.jobs]).trimEnd().split("\n").at(-1) ?? ""
    })
    const { durationMs } = JSON.parse(last) as { readonly durationMs: number }
    // The first round only warms the system's file cache.
    if (run === 0) continue
    samples.ninja.push(ninja)
    samples.engine.push(durationMs)
    samples.whole.push(whole)
  }
} finally {
  rmSync(temporary, { recursive: true, force: true })
}

const ninja = median(samples.ninja)
for (const [name, times] of Object.entries(samples)) {
  const time = median(times)
  console.log(
    `${name.padEnd(8)} ${time.toFixed(0).padStart(6)} ms  ${(time / ninja).toFixed(2)} × ninja  (min ${
      Math.min(...times).toFixed(0)
    }, max ${Math.max(...times).toFixed(0)}, n = ${times.length})`
  )
}
