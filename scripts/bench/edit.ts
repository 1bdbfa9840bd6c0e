// One file edited: fbuild with a warm daemon beside a shell that runs the very commands that fbuild ran, and beside ninja,
// interleaved in one run.
//
//   node scripts/bench/edit.ts [--runs N] [--sources N]
//
// A number in a source is another one in each round, in three copies of the project: Blink, or one of N sources. In one fbuild
// builds, with and without its cache; in another a shell runs what that took: the compiler, the linker, objcopy and size,
// with the same environment; in the third ninja runs the same graph. Prints medians in ms of whole processes. Needs
// dist/fbuild, avr-gcc and ninja.
import { execFileSync } from "node:child_process"
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { manySources } from "./manySources.ts"
import { commandLine, fbuild, milliseconds, ninjaFile, privateProject, report } from "./support.ts"

const { values } = parseArgs({
  options: { runs: { type: "string", default: "30" }, sources: { type: "string" } }
})

const generated = values.sources === undefined ? undefined : manySources(Number(values.sources))
const project = privateProject(generated)
if (generated !== undefined) rmSync(generated, { recursive: true })
const [copy, ninjas] = [`${project.dir} by hand`, `${project.dir} ninja`]
const env = { ...project.env, FBUILD_DAEMON: "on" }
let edits = 1000
/** Edits the source in all copies. */
const edit = () => {
  edits++
  for (const dir of [project.dir, copy, ninjas]) {
    const path = join(dir, "src/main.cpp")
    const text = readFileSync(path, "utf8").replace(/delay\(\d+\)/, `delay(${edits})`)
    if (!text.includes(`(${edits})`)) throw new Error("nothing to edit")
    writeFileSync(path, text)
  }
  // People take longer than the 10 ms in which two writes look the same.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
}
const build = (...args: ReadonlyArray<string>) =>
  milliseconds(() => execFileSync(fbuild, ["build", ...args], { cwd: project.dir, env, stdio: "ignore" }))

const times = {
  "by hand": [] as Array<number>,
  fbuild: [] as Array<number>,
  ninja: [] as Array<number>,
  "without cache": [] as Array<number>
}
try {
  project.daemon(["build"])
  for (const dir of [copy, ninjas]) cpSync(project.dir, dir, { recursive: true })
  writeFileSync(join(ninjas, "build.ninja"), ninjaFile(project.graph()))
  const runNinja = () => execFileSync("ninja", ["-j2"], { cwd: ninjas, stdio: "ignore" })
  runNinja()
  edit()
  const events = project.daemon(["build", "--json"]).trimEnd().split("\n").map((line) => JSON.parse(line) as Event)
  const ran = new Set(events.flatMap(({ _tag, id }) => _tag === "ActionFinished" ? [id] : []))
  const commands = project.graph().filter(({ id }) => ran.has(id))
  const images = commands.flatMap(({ outputs }) => outputs.filter((path) => path.endsWith(".hex")))
  const isSame = (path: string) => readFileSync(join(project.dir, path)).equals(readFileSync(join(copy, path)))
  const script = commands.map((action) => commandLine(action)).join(" && ")
  console.log(commands.map(({ mnemonic }) => mnemonic).join(", "))
  const runByHand = () =>
    milliseconds(() =>
      execFileSync("/bin/sh", ["-c", script], { cwd: copy, env: { TMPDIR: project.env.FBUILD_HOME }, stdio: "ignore" })
    )
  for (let run = 0; run < Number(values.runs); run++) {
    edit()
    times["by hand"].push(runByHand())
    times.fbuild.push(build())
    times.ninja.push(milliseconds(runNinja))
    if (images.length === 0 || !images.every(isSame)) throw new Error("another image")
    edit()
    times["without cache"].push(build("--no-cache"))
  }
} finally {
  project.remove()
}
report(times)

interface Event {
  readonly _tag: string
  readonly id: string
}
