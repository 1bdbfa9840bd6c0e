// Makes the programs of dist/ that are in C, where there is a compiler that makes such as work here: fbuild, the launcher, in
// whose place the shell script starts the one in Node, and agent, which starts commands, in whose place shells do. Runs when the
// package is installed, and at the end of bundle.mjs; `installPrograms.mjs DIR` fills another folder than dist/. Without a bundle
// there it does nothing.
import * as ChildProcess from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"

const root = Path.resolve(fileURLToPath(import.meta.url), "../../..")

/** A package that is published is for all machines: it gets the script, and the rest when it is installed. */
export const isPacking = ["pack", "publish"].includes(process.env.npm_command)

/** Names in dist/. */
export const programs = ["fbuild", "agent"]

export function installPrograms(dist, { compiles }) {
  const buildId = Fs.readFileSync(Path.join(dist, "build-id"), "utf8").trim()
  // Without a daemon, and without a launcher to hand over to, it says so and ends with 3.
  const options = [`-DBUILD_ID="${buildId}"`, `-DDIST=${JSON.stringify(dist)}`]
  if (!compiles || !install(Path.join(dist, "fbuild"), "src/launcher/fbuild.c", options)) {
    const temporary = Path.join(dist, `fbuild.${process.pid}`)
    Fs.copyFileSync(Path.join(dist, "fbuild.sh"), temporary)
    Fs.chmodSync(temporary, 0o755)
    Fs.renameSync(temporary, Path.join(dist, "fbuild"))
  }
  const agent = Path.join(dist, "agent")
  if (!compiles || !install(agent, "src/process/agent.c", [])) Fs.rmSync(agent, { force: true })
}

/** Compiles a program; `false` where there is no compiler that makes one which can be started here. */
function install(to, source, options) {
  const temporary = `${to}.${process.pid}`
  const compile = (...linking) =>
    ChildProcess.spawnSync(
      process.env.CC || "cc",
      [...linking, "-O2", ...options, "-o", temporary, Path.join(root, source)],
      { stdio: "ignore" }
    ).status === 0
  const works = () => ChildProcess.spawnSync(temporary, { stdio: "ignore", env: {} }).error === undefined
  // Static: it starts in half the time.
  const made = process.platform !== "win32" && (compile("-static") || compile()) && works()
  // In one step: an fbuild that is starting sees the old one or the new one.
  if (made) Fs.renameSync(temporary, to)
  else Fs.rmSync(temporary, { force: true })
  return made
}

if (Path.resolve(process.argv[1] ?? "") === fileURLToPath(import.meta.url)) {
  const dist = Path.resolve(process.argv[2] ?? Path.join(root, "dist"))
  if (Fs.existsSync(Path.join(dist, "build-id"))) installPrograms(dist, { compiles: true })
}
