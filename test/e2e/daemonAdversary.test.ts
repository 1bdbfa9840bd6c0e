import { afterEach, assert, describe, it } from "@effect/vitest"
import * as ChildProcess from "node:child_process"
import { once } from "node:events"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { alive, Home, isAlive, project, scriptedCompilers, until } from "../support/daemon.ts"
import { environment, execute, images, program, workspace, write } from "../support/project.ts"

describe("daemon and launcher", () => {
  const space = workspace()
  const homes: Array<Home> = []
  let count = 0
  const home = (path = Path.join(space, `home${count++}`)) => {
    const made = new Home(path)
    homes.push(made)
    return made
  }
  afterEach(async () => {
    for (const one of homes.splice(0)) {
      await one.run("/", ["daemon", "stop"])
      for (const pid of one.daemons()) assert.isFalse(isAlive(pid), `daemon ${pid} is still there`)
    }
  })
  /** Compilers that say where they have started, and do something before they compile. */
  const compilers = (name: string, script: string) => {
    const started = Path.join(space, `${name}.started`)
    const folder = scriptedCompilers(
      Path.join(space, name),
      `case "$*" in *-c*) : > "${started}"; ${script};; esac; exec /usr/bin/avr-g++ "$@"`
    )
    return { folder, isRunning: () => Fs.existsSync(started) }
  }
  const variables = (one: Home, more: Readonly<Record<string, string>> = {}) => ({
    ...environment("/", { FBUILD_HOME: one.path, FBUILD_DAEMON: "" }),
    ...more
  })

  it("serve fifty at once in an empty home", async () => {
    const own = home()
    const dirs = Array.from({ length: 50 }, (_, index) => write(Path.join(space, `fifty${index % 25}`), project()))
    const runs = await Promise.all(dirs.map((dir) => own.run(dir, ["build"])))
    assert.deepStrictEqual(runs.map(({ status }) => status), dirs.map(() => 0), runs.map((run) => run.stderr).join(""))
    for (const dir of dirs) assert.deepStrictEqual(images(dir, "acme"), images(dirs[0]!, "acme"))
    assert.strictEqual(own.daemons().length, 1)
  })

  it("end for Ctrl-C though the daemon hangs in the middle", async () => {
    const { folder, isRunning } = compilers("hangs", "sleep 30")
    const own = home()
    const dir = write(Path.join(space, "hangs project"), project(folder))
    const { child, ended } = own.start(dir, ["build"])
    await until(isRunning, "the compiler runs")
    const { pid } = await own.status()
    process.kill(pid, "SIGSTOP")
    const began = performance.now()
    for (let signals = 0; signals < 3; signals++) {
      child.kill("SIGINT")
      await sleep(100)
    }
    const { status, stderr } = await ended
    process.kill(pid, "SIGCONT")
    assert.strictEqual(status, 130)
    assert.match(stderr, /^fbuild: leaves the end of this to the daemon/)
    assert.isBelow(performance.now() - began, 3000)
    await until(() => alive(dir).length === 0, "the daemon has interrupted it", 3000)
    assert.isTrue((await own.status()).running)
  })

  it("are ended by daemon stop, even one that hangs", async () => {
    const own = home()
    await own.run("/", ["daemon", "start"])
    const { pid } = await own.status()
    process.kill(pid, "SIGSTOP")
    const asked = await own.run("/", ["daemon", "status"])
    assert.deepStrictEqual([asked.status, asked.stdout], [1, `the daemon does not answer: process ${pid}\n`])
    const { status, stdout } = await own.run("/", ["daemon", "stop"])
    assert.deepStrictEqual([status, stdout], [0, "the daemon has ended\n"])
    assert.isFalse(isAlive(pid))
  })

  it("do without each other when the socket has been removed, and find each other again", async () => {
    const { folder, isRunning } = compilers("socket", "sleep 2")
    const own = home()
    const dir = write(Path.join(space, "socket project"), project(folder))
    const busy = own.start(dir, ["build"])
    await until(isRunning, "the compiler runs")
    Fs.rmSync(Path.join(own.path, "daemon/socket"))
    const began = performance.now()
    const other = write(Path.join(space, "socket other"), project())
    assert.strictEqual((await own.run(other, ["build"])).status, 0)
    const took = performance.now() - began
    assert.strictEqual((await busy.ended).status, 0)
    assert.isBelow(took, 8000)
    await until(() => own.daemons().every((pid) => !isAlive(pid)), "it has left", 5000)
    assert.strictEqual((await own.run(dir, ["build"])).status, 0)
    assert.isTrue((await own.status()).running)
  })

  it("finish what they do when the home is removed", async () => {
    const { folder, isRunning } = compilers("homeless", "sleep 1")
    const own = home()
    const dir = write(Path.join(space, "homeless project"), project(folder))
    const { ended } = own.start(dir, ["build"])
    await until(isRunning, "the compiler runs")
    const [pid] = own.daemons()
    Fs.rmSync(own.path, { recursive: true })
    const { status, stderr } = await ended
    assert.strictEqual(status, 0, stderr)
    await until(() => !isAlive(pid!), "it has left", 5000)
    assert.strictEqual((await own.run(dir, ["build"])).status, 0)
  })

  it("work where there is no room for a log", async () => {
    const path = Path.join(space, "full")
    Fs.mkdirSync(path)
    const dir = write(Path.join(space, "full project"), project())
    const script = `mount -t tmpfs -o size=16k,nr_inodes=12 none "${path}" && mkdir -m 700 "${path}/daemon" &&
      { dd if=/dev/zero of="${path}/filler" bs=4k count=9 2>/dev/null; "$@" build; s=$?; "$@" size; "$@" daemon stop >&2; exit $s; }`
    const { status, stderr } = await execute("/usr/bin/unshare", ["-m", "sh", "-c", script, "sh", program], dir, {
      ...environment(dir, { FBUILD_HOME: path }),
      FBUILD_DAEMON: ""
    })
    assert.strictEqual(status, 0, stderr)
    assert.notMatch(stderr, /died|defect/)
  })

  it("pass on large environments and arguments, and bytes that are no text", async () => {
    const own = home()
    const dir = write(Path.join(space, "bytes project"), project())
    const large = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`LARGE${index}`, "x".repeat(100_000)]))
    const { status, stderr } = await own.run(dir, ["build"], large)
    assert.deepStrictEqual([status, stderr], [0, ""])
    const long = await own.run(dir, ["build", "-e", "e".repeat(100_000)])
    assert.strictEqual(long.status, 2)
    assert.strictEqual((await own.status()).served, 2)
    const both = ["on", "off"].map((use) =>
      ChildProcess.spawnSync("/bin/sh", [
        "-c",
        `cd "${dir}"; ODD=$(printf 'a\\377b') exec "${program}" build -e "$(printf 'x\\377\\376y')"`
      ], { env: variables(own, { FBUILD_DAEMON: use }), encoding: "utf8" })
    )
    assert.strictEqual(both[0]!.status, 2)
    assert.deepStrictEqual([both[0]!.stdout, both[0]!.stderr], [both[1]!.stdout, both[1]!.stderr])
    assert.strictEqual((await own.status()).served, 3)
  })

  it("work from a folder that has been removed, and without streams", async () => {
    const own = home()
    const dir = write(Path.join(space, "streams project"), project())
    await own.run("/", ["daemon", "start"])
    for (
      const script of [
        `mkdir gone; cd gone; rmdir ../gone; exec "$0" build "${dir}"`,
        `exec "$0" build "${dir}" 0<&-`,
        `exec "$0" build "${dir}" 1>&-`,
        `exec "$0" build "${dir}" 2>&-`,
        `exec "$0" build "${dir}" 0<&- 1>&- 2>&-`,
        `exec "$0" build "${dir}" 1>/dev/full`
      ]
    ) {
      const { status, stderr } = await execute("/bin/sh", ["-c", script, program], space, variables(own))
      assert.strictEqual(status, 0, `${script}: ${stderr}`)
    }
  })

  it("do without each other where few files can be opened", async () => {
    const own = home()
    const dir = write(Path.join(space, "few project"), project())
    const few = (...args: ReadonlyArray<string>) =>
      execute("/bin/sh", ["-c", `ulimit -n 64; exec "$0" "$@"`, program, ...args], dir, variables(own))
    const { status, stderr } = await few("build")
    assert.deepStrictEqual([status, stderr], [0, ""])
    assert.deepStrictEqual(own.daemons(), [])
    assert.strictEqual((await own.run(dir, ["build"])).status, 0)
    // One that may open more serves those that may not.
    assert.strictEqual((await few("build")).status, 0)
    assert.strictEqual((await own.status()).served, 2)
  })

  it("keep both deadlines", async () => {
    const { folder } = compilers("deadlines", "sleep 30")
    const own = home()
    const dir = write(Path.join(space, "deadlines project"), project(folder))
    for (
      const [args, tag] of [
        [["--timeout", "700ms", "--tu-timeout", "20s"], "RequestTimedOut"],
        [["--timeout", "20s", "--tu-timeout", "700ms"], "ActionTimedOut"]
      ] as const
    ) {
      const began = performance.now()
      const { status, stdout } = await own.run(dir, ["build", "--json", ...args])
      assert.strictEqual(status, 124, stdout)
      assert.isBelow(performance.now() - began, 5000)
      assert.include(stdout, tag)
      await until(() => alive(dir).length === 0, "gone")
    }
  })

  it("hold up nobody with 100 MB for a reader that is slow, nor keep it all", async () => {
    const { folder, isRunning } = compilers(
      "talks",
      `case "$*" in *-frandom-seed=src/main.cpp*) yes "a warning that is rather long" | head -c 100000000 >&2;; esac`
    )
    const own = home()
    const other = write(Path.join(space, "talks other"), project())
    await own.run(other, ["build"])
    const before = own.memory(await own.pid())
    const dir = write(Path.join(space, "talks project"), project(folder))
    const child = ChildProcess.spawn(program, ["build"], {
      cwd: dir,
      env: variables(own),
      stdio: ["ignore", "pipe", "pipe"]
    })
    child.stdout.pause()
    child.stderr.pause()
    await until(isRunning, "the compiler runs")
    let longest = 0
    for (let round = 0; round < 15; round++) {
      const began = performance.now()
      assert.strictEqual((await own.run(other, ["build"])).status, 0)
      longest = Math.max(longest, performance.now() - began)
      await sleep(100)
    }
    const after = own.memory(await own.pid())
    child.stdout.resume()
    child.stderr.resume()
    await once(child, "close")
    assert.isBelow(longest, 2000)
    assert.isBelow(after - before, 150)
  })

  it("hold up nobody while all that a build may run at once waits for its reader", async () => {
    const { folder } = compilers("all talk", `yes "a warning" | head -c 300000 >&2`)
    const own = home()
    const sources = Array.from({ length: 8 }, (_, index) => [`src/f${index}.cpp`, `int f${index} = ${index};\n`])
    const dir = write(Path.join(space, "all talk project"), { ...project(folder), ...Object.fromEntries(sources) })
    const child = ChildProcess.spawn(program, ["build", "-j8"], {
      cwd: dir,
      env: variables(own),
      stdio: ["ignore", "pipe", "pipe"]
    })
    child.stdout.pause()
    child.stderr.pause()
    await until(() => Fs.existsSync(dir + "/.fbuild/build/acme/src") && alive(dir).length > 0, "it compiles")
    // Until nothing of it runs: its commands have ended, and what they said waits.
    await until(() => alive(dir).every((line) => line.includes("build -j8")), "it waits")
    const other = write(Path.join(space, "all talk other"), project())
    const run = own.start(other, ["build"])
    const timer = setTimeout(() => run.child.kill("SIGINT"), 10_000)
    assert.strictEqual((await run.ended).status, 0)
    clearTimeout(timer)
    child.stdout.resume()
    child.stderr.resume()
    assert.deepStrictEqual(await once(child, "close"), [0, null])
  })
})
