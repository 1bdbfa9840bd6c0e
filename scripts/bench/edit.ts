// One file edited: fbuild with a warm daemon beside a shell that runs the very commands that fbuild ran, interleaved in one run.
//
//   node scripts/bench/edit.ts [--runs N]
//
// A number in Blink's source is another one in each round, in two copies of the project. In one fbuild builds, with and without
// its cache; in the other a shell runs what that took: the compiler, the linker, objcopy and size, with the same environment.
// Prints medians in ms of whole processes. Needs dist/fbuild and avr-gcc.
import { execFileSync } from "node:child_process"
import { cpSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { commandLine, fbuild, milliseconds, privateProject, report } from "./support.ts"

const { values } = parseArgs({ options: { runs: { type: "string", default: "30" } } })

const project = privateProject()
const copy = `${project.dir} by hand`
const env = { ...project.env, FBUILD_DAEMON: "on" }
let edits = 1000
/** Edits the source in both copies. */
const edit = () => {
  edits++
  for (const dir of [project.dir, copy]) {
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
const image = (dir: string) => readFileSync(join(dir, ".fbuild/build/uno/firmware.hex"), "utf8")

const times = {
  "by hand": [] as Array<number>,
  fbuild: [] as Array<number>,
  "without cache": [] as Array<number>
}
try {
  project.daemon(["build"])
  cpSync(project.dir, copy, { recursive: true })
  edit()
  const events = project.daemon(["build", "--json"]).trimEnd().split("\n").map((line) => JSON.parse(line) as Event)
  const ran = new Set(events.flatMap(({ _tag, id }) => _tag === "ActionFinished" ? [id] : []))
  const commands = project.graph().filter(({ id }) => ran.has(id))
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
    if (image(project.dir) !== image(copy)) throw new Error("another image")
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
