// Nothing to do: the launchers beside ninja and a bare start of Node, interleaved in one run, whole processes, with a daemon that
// has served some requests.
//
//   node scripts/bench/noop.ts [project-dir] [--runs N]
//
// Prints medians in ms: a program that does nothing (what starting any process takes here); ninja, on the commands of fbuild's
// own plan; fbuild with the launcher in C; `node -e 0`; fbuild with the launcher in Node; and then both for the first time after
// `daemon stop`, by which a daemon has to start. Then the ratios and differences that matter, also without what starting a
// process takes. Needs ninja and dist/fbuild, made where there is a C compiler.
import { execFileSync } from "node:child_process"
import { cpSync, existsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { fbuild, median, milliseconds, ninjaFile, privateProject, report, root } from "./support.ts"

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: "string", default: "30" } }
})

const inNode = `${fbuild}.sh`
if (!existsSync(inNode)) throw new Error("dist/ has no launcher in C")
const node = join(root, "node_modules/.bin/node")
const project = privateProject(positionals[0])
const env = { ...project.env, FBUILD_DAEMON: "on" }
const ofNinja = `${project.dir} of ninja`
const run = (file: string, ...args: ReadonlyArray<string>) =>
  milliseconds(() => execFileSync(file, args, { cwd: file === "ninja" ? ofNinja : project.dir, env, stdio: "ignore" }))
const stop = () => project.run(["daemon", "stop"])
/** What was written in the last 100 ms is looked at again: longer than that between two builds, as people take. */
const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)

const times = {
  nothing: [] as Array<number>,
  ninja: [] as Array<number>,
  "C launcher": [] as Array<number>,
  "node -e 0": [] as Array<number>,
  "Node launcher": [] as Array<number>,
  "C, first": [] as Array<number>,
  "Node, first": [] as Array<number>
}
try {
  // Each has a copy, lest one take what the other has made for its own.
  writeFileSync(join(project.dir, "build.ninja"), ninjaFile(project.graph()))
  cpSync(project.dir, ofNinja, { recursive: true })
  run("ninja")
  run("ninja")
  for (let round = 0; round < 10; round++) run(fbuild, "build")
  for (let round = 0; round < Number(values.runs); round++) {
    pause()
    for (
      const [name, file, ...args] of [
        ["nothing", "/bin/true"],
        ["ninja", "ninja"],
        ["C launcher", fbuild, "build"],
        ["node -e 0", node, "-e", "0"],
        ["Node launcher", inNode, "build"]
      ] as const
    ) times[name].push(run(file, ...args))
  }
  // Apart, because a daemon that has just been started takes longer for the next ones, too.
  for (let round = 0; round < Number(values.runs); round++) {
    for (const [name, file] of [["C, first", fbuild], ["Node, first", inNode]] as const) {
      stop()
      times[name].push(run(file, "build"))
      // The second look at what the first one has written is not the same again.
      run(file, "build")
    }
  }
} finally {
  project.remove()
}
report(times)
const [nothing, ninja, inC, bare, byNode, firstC, firstNode] = Object.values(times).map(median) as [
  number,
  number,
  number,
  number,
  number,
  number,
  number
]
const ratio = (one: number, other: number) =>
  `${(one / other).toFixed(2)}, without starting a process ${((one - nothing) / (other - nothing)).toFixed(2)}`
console.log(`C launcher / ninja: ${ratio(inC, ninja)}`)
console.log(`Node launcher / node -e 0: ${ratio(byNode, bare)}`)
console.log(
  `first after daemon stop: ${(firstC - inC).toFixed(0)} ms more by C, ${(firstNode - byNode).toFixed(0)} ms by Node`
)
