// Makes dist/fbuild: the launcher in C, where there is a compiler that makes one which works here; else the shell script that
// starts the one in Node. Runs when the package is installed, and at the end of bundle.mjs; `installLauncher.mjs DIR` fills another
// folder than dist/. Without a bundle there it does nothing.
import * as ChildProcess from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"

const root = Path.resolve(fileURLToPath(import.meta.url), "../../..")

/** A package that is published is for all machines: it gets the script, and the rest when it is installed. */
export const isPacking = ["pack", "publish"].includes(process.env.npm_command)

export function installLauncher(dist, { compiles }) {
  const to = Path.join(dist, "fbuild")
  const temporary = `${to}.${process.pid}`
  const buildId = Fs.readFileSync(Path.join(dist, "build-id"), "utf8").trim()
  const compile = (...options) =>
    ChildProcess.spawnSync(
      process.env.CC || "cc",
      [
        ...options,
        ...["-O2", `-DBUILD_ID="${buildId}"`, `-DDIST=${JSON.stringify(dist)}`],
        ...["-o", temporary, Path.join(root, "src/launcher/fbuild.c")]
      ],
      { stdio: "ignore" }
    ).status === 0
  // Without a daemon, and without a launcher to hand over to, it says so and ends with 3.
  const works = () => ChildProcess.spawnSync(temporary, { stdio: "ignore", env: {} }).error === undefined
  // Static: it starts in half the time.
  if (!compiles || process.platform === "win32" || !(compile("-static") || compile()) || !works()) {
    Fs.copyFileSync(Path.join(dist, "fbuild.sh"), temporary)
    Fs.chmodSync(temporary, 0o755)
  }
  // In one step: an fbuild that is starting sees the old one or the new one.
  Fs.renameSync(temporary, to)
}

if (Path.resolve(process.argv[1] ?? "") === fileURLToPath(import.meta.url)) {
  const dist = Path.resolve(process.argv[2] ?? Path.join(root, "dist"))
  if (Fs.existsSync(Path.join(dist, "build-id"))) installLauncher(dist, { compiles: true })
}
