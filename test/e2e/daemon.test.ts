import { afterEach, assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Net from "node:net"
import * as Os from "node:os"
import * as Path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { alive, Home, isAlive, project, scriptedCompilers, until } from "../support/daemon.ts"
import {
  environment,
  execute,
  filesBelow,
  images,
  program,
  readEvents,
  type Run,
  workspace,
  write
} from "../support/project.ts"

/** What is the same in two runs of the same thing: not how long it took, nor what came first of two at once. */
const timeless = ({ status, stderr, stdout }: Run) => ({
  status,
  stdout: sorted(stdout.replaceAll(/\d+\.\d+ s\b/g, "… s").replaceAll(/^\[\d+\//gm, "[…/")),
  stderr: sorted(stderr.replaceAll(/\d+\.\d+ s\b/g, "… s"))
})
const sorted = (text: string): ReadonlyArray<string> => text.split("\n").toSorted()

describe("daemon", () => {
  const space = workspace()
  const homes: Array<Home> = []
  let count = 0
  const home = (fbuild?: string) => {
    const made = new Home(Path.join(space, `home${count++}`), fbuild)
    homes.push(made)
    return made
  }
  afterEach(async () => {
    for (const one of homes.splice(0)) {
      await one.run("/", ["daemon", "stop"])
      assert.deepStrictEqual(alive(`FBUILD_HOME=${one.path}`), [])
      for (const pid of one.daemons()) assert.isFalse(isAlive(pid), `daemon ${pid} is still there`)
    }
  })

  const compilers = (name: string, script: string) => scriptedCompilers(Path.join(space, name), script)
  /** Compilers that say where they have started, and take half a minute. */
  const slow = (name: string) => {
    const started = Path.join(space, `${name}.started`)
    const folder = compilers(
      name,
      `case "$*" in *-c*) : > "${started}"; sleep 30;; *) exec /usr/bin/avr-g++ "$@";; esac`
    )
    return { folder, isRunning: () => Fs.existsSync(started), forget: () => Fs.rmSync(started, { force: true }) }
  }

  it("prints and ends as fbuild does without it", async () => {
    const dir = write(Path.join(space, "same"), project())
    const own = home()
    const broken = write(Path.join(space, "broken"), { ...project(), "src/main.cpp": "int x = ;\n" })
    const calls: ReadonlyArray<readonly [dir: string, ...args: Array<string>]> = [
      [dir, "build", "-j1"],
      [dir, "build", "-j1"],
      [dir, "test-emu", "--halt-on-success", "^done", "--timeout", "20s"],
      [dir, "graph", "--json"],
      [broken, "build", "-j1"],
      [broken, "build", "-j1", "-v", "--color", "always"],
      [dir, "build", "--nonsense"],
      [dir, "build", "-e", "other"],
      [space, "build"],
      // The same words again: as often as not they are not parsed again.
      [dir, "build", "-v", "--color", "always", "-j1"],
      [broken, "build", "-v", "--color", "always", "-j1"],
      [dir, "build", "--nonsense"],
      [dir, "build", "-e", "other"],
      [dir, "build", "--help"],
      [dir, "build", "--help"],
      [dir, "--help"],
      [dir, "--completions", "bash"],
      [dir, "lock"]
    ]
    const both: Array<ReadonlyArray<unknown>> = []
    for (const variables of [{ FBUILD_DAEMON: "off" }, {}]) {
      Fs.rmSync(Path.join(dir, ".fbuild"), { recursive: true, force: true })
      Fs.rmSync(Path.join(broken, ".fbuild"), { recursive: true, force: true })
      const runs: Array<unknown> = []
      for (const [dir, ...args] of calls) runs.push({ args, ...timeless(await own.run(dir, args, variables)) })
      both.push([...runs, images(dir, "acme")])
    }
    assert.deepStrictEqual(both[1], both[0])
    const statuses = both[0]!.slice(0, -1).map((run) => (run as Run).status)
    assert.deepStrictEqual(statuses, [0, 0, 0, 0, 1, 1, 2, 2, 2, 0, 1, 2, 2, 0, 0, 0, 0, 2])
    const { cachedPlans, served } = await own.status()
    assert.strictEqual(served, calls.length)
    // That of `dir`, of `broken`, and those of others that asked for other things.
    assert.isAtLeast(cachedPlans, 2)
    assert.match(
      (await own.run("/", ["daemon", "status"])).stdout,
      new RegExp(`^remembers +${cachedPlans} plans$`, "m")
    )
  })

  it("is started, found, stopped and read about", async () => {
    const own = home()
    assert.isFalse((await own.status()).running)
    assert.strictEqual((await own.run("/", ["daemon", "status"])).status, 1)
    assert.match((await own.run("/", ["daemon", "start"])).stdout, /^pid +\d+\nfbuild /)
    const { pid, running } = await own.status()
    assert.isTrue(running)
    assert.isTrue(isAlive(pid))
    assert.strictEqual(Fs.statSync(Path.join(own.path, "daemon")).mode & 0o777, 0o700)
    assert.match((await own.run("/", ["daemon", "start"])).stdout, new RegExp(`^pid +${pid}\n`))
    assert.match((await own.run("/", ["daemon", "logs"])).stdout, / fbuild .* serves .*\n/)
    const follow = own.start("/", ["daemon", "logs", "-f"])
    await own.run(space, ["boards", "--json"])
    assert.strictEqual((await own.run("/", ["daemon", "stop"])).status, 0)
    assert.isFalse(isAlive(pid))
    await sleep(300)
    follow.child.kill("SIGINT")
    const { status, stdout } = await follow.ended
    assert.strictEqual(status, 130)
    assert.match(stdout, /request 1 begins: boards --json/)
    assert.match(stdout, /leaves: /)
    assert.deepStrictEqual(JSON.parse((await own.run("/", ["daemon", "status", "--json"])).stdout), { running: false })
    assert.strictEqual((await own.run("/", ["daemon", "stop"])).status, 0)
  })

  it("is stopped also while others start it", async () => {
    const own = home()
    for (let round = 0; round < 5; round++) {
      await own.run("/", ["daemon", "start"])
      const [stopped] = await Promise.all([own.run("/", ["daemon", "stop"]), own.run("/", ["daemon", "start"])])
      assert.deepStrictEqual([stopped.status, stopped.stderr], [0, ""])
    }
  })

  it("is not started by a launcher that has just missed it", async () => {
    const own = home()
    await own.run("/", ["daemon", "start"])
    const missing = Path.join(space, "missing.cjs")
    write(space, {
      "missing.cjs": `
        const net = require("node:net")
        const { connect } = net
        net.connect = (path) => {
          net.connect = connect
          return connect(path + ".none")
        }
      `
    })
    const run = await execute(
      process.execPath,
      ["--require", missing, Path.join(Path.dirname(program), "launcher.cjs"), "boards", "--json"],
      "/",
      environment("/", { FBUILD_HOME: own.path, FBUILD_DAEMON: "" })
    )
    assert.strictEqual(run.status, 0, run.stderr)
    assert.strictEqual(own.daemons().length, 1)
    assert.isFalse(Fs.existsSync(Path.join(own.path, "daemon/starting")))
    assert.strictEqual((await own.status()).served, 1)
  })

  it("is one, however many need it at once", async () => {
    const own = home()
    const dirs = Array.from({ length: 20 }, (_, index) => write(Path.join(space, `many${index}`), project()))
    const runs = await Promise.all(dirs.map((dir) => own.run(dir, ["size", "--json"])))
    assert.deepStrictEqual(runs.map(({ status }) => status), dirs.map(() => 0), runs.map((run) => run.stderr).join(""))
    for (const dir of dirs) assert.deepStrictEqual(images(dir, "acme"), images(dirs[0]!, "acme"))
    assert.strictEqual(own.daemons().length, 1)
    assert.isAbove((await own.status()).served, 0)
  })

  it("replaces one that was killed, whatever that has left", async () => {
    const own = home()
    await own.run("/", ["daemon", "start"])
    const { pid } = await own.status()
    process.kill(pid, "SIGKILL")
    const socket = Path.join(own.path, "daemon/socket")
    // Its main thread is dead before the others have let go of the socket.
    await until(async () => !(await connects(socket)), "killed")
    assert.isTrue(Fs.existsSync(socket))
    assert.strictEqual((await own.run("/", ["--version"])).status, 0)
    assert.strictEqual((await own.status()).served, 1)
    await own.run("/", ["daemon", "stop"])
    // One that was killed while it started, just now and long ago.
    const starting = Path.join(own.path, "daemon/starting")
    // The clock has been set back since, if that was in an hour.
    for (const age of [0, 3600, -3600]) {
      Fs.writeFileSync(starting, "")
      Fs.utimesSync(starting, Date.now() / 1000 - age, Date.now() / 1000 - age)
      assert.strictEqual((await own.run("/", ["--version"])).status, 0)
      assert.strictEqual((await own.status()).served, 1)
      await own.run("/", ["daemon", "stop"])
    }
  })

  it("is done without where there can be none", async () => {
    const dir = write(Path.join(space, "without"), project())
    const file = Path.join(space, "a file")
    Fs.writeFileSync(file, "")
    const long = Path.join(space, "long".repeat(30))
    for (const path of [Path.join(file, "home"), long, "relative"]) {
      const { status, stderr } = await new Home(path).run(dir, ["size", "--json"])
      assert.deepStrictEqual([status, stderr], [0, ""], path)
    }
    assert.isFalse(Fs.existsSync(Path.join(long, "daemon")))
    const { status, stderr } = await new Home("").run(dir, ["--version"], { HOME: "" })
    assert.deepStrictEqual([status, stderr], [0, ""])
    assert.isFalse(Fs.existsSync("/.fbuild"))
  })

  it("is done without in a home that is read-only", async () => {
    const path = Path.join(space, "readonly")
    Fs.mkdirSync(path)
    const dir = write(Path.join(space, "readonly-project"), project())
    for (const daemonFolder of [false, true]) {
      if (daemonFolder) Fs.mkdirSync(Path.join(path, "daemon"), { mode: 0o700 })
      const mount = `mount --bind "${path}" "${path}" && mount -o remount,ro,bind "${path}" && exec "$@"`
      const args = ["-m", "sh", "-c", mount, "sh", program, "build"]
      const { status, stderr } = await execute("/usr/bin/unshare", args, dir, {
        ...environment(dir, { FBUILD_HOME: path }),
        FBUILD_DAEMON: ""
      })
      assert.deepStrictEqual([status, stderr], [0, ""])
    }
    assert.deepStrictEqual(filesBelow(path), [])
  })

  it("is not tried again at once where it cannot serve", async () => {
    const own = home()
    Fs.mkdirSync(Path.join(own.path, "daemon/socket"), { recursive: true })
    Fs.chmodSync(Path.join(own.path, "daemon"), 0o700)
    for (let run = 0; run < 3; run++) {
      const { status, stderr } = await own.run("/", ["--version"])
      assert.deepStrictEqual([status, stderr], [0, ""])
    }
    const log = Fs.readFileSync(Path.join(own.path, "daemon/log"), "utf8")
    assert.strictEqual([...log.matchAll(/ defect: /g)].length, 1, log)
    Fs.rmdirSync(Path.join(own.path, "daemon/socket"))
    assert.strictEqual((await own.run("/", ["daemon", "start"])).status, 0)
    assert.isTrue((await own.status()).running)
  })

  it("does what a process does that is like its own, and nothing else", async () => {
    const own = home()
    await own.run("/", ["--version"])
    const { pid } = await own.status()
    const shell = (command: string) => ["/bin/sh", "-c", `${command}\nexec "$@"`, "sh"]
    const like: Readonly<Record<string, ReadonlyArray<string>>> = {
      "another shell": shell(""),
      "a session of its own": ["/usr/bin/setsid", "--wait"],
      "no core files": shell("ulimit -c 0"),
      "few open files": shell("ulimit -Sn 256"),
      "a harmless score": shell("echo 500 > /proc/self/oom_score_adj")
    }
    const unlike: Readonly<Record<string, ReadonlyArray<string>>> = {
      "umask": shell("umask 077"),
      "nice": ["/usr/bin/nice", "-n", "3"],
      "policy": ["/usr/bin/chrt", "-b", "0"],
      "limit": shell("ulimit -t 100"),
      "processors": ["/usr/bin/taskset", "-c", "0"],
      "network": ["/usr/bin/unshare", "-n"],
      "mounts": ["/usr/bin/unshare", "-m"],
      "machine": ["/usr/bin/setarch", "-R"],
      "rights": ["/usr/bin/setpriv", "--no-new-privs"],
      "strace": ["/usr/bin/strace", "-f", "-o", "/dev/null"]
    }
    let served = (await own.status()).served
    for (const [what, [file = "", ...args]] of [...Object.entries(like), ...Object.entries(unlike)]) {
      const env = { ...environment("/", { FBUILD_HOME: own.path }), FBUILD_DAEMON: "" }
      const run = await execute(file, [...args, program, "--version"], "/", env)
      assert.deepStrictEqual([run.status, run.stderr], [0, ""], what)
      if (what in like) served++
      assert.strictEqual((await own.status()).served, served, what)
    }
    assert.strictEqual((await own.status()).pid, pid)
    assert.deepStrictEqual(own.daemons(), [String(pid)])
  })

  it("is done without when it hangs", async () => {
    for (const launcher of [program, Path.join(Path.dirname(program), "fbuild.sh")]) {
      const own = home(launcher)
      await own.run("/", ["daemon", "start"])
      const { pid } = await own.status()
      process.kill(pid, "SIGSTOP")
      const began = performance.now()
      const { status, stderr, stdout } = await own.run("/", ["--version"])
      const took = performance.now() - began
      process.kill(pid, "SIGCONT")
      assert.match(stdout, /^fbuild /)
      assert.deepStrictEqual([status, stderr], [0, ""])
      // 750 ms, and what starting Node takes.
      assert.isBelow(took, 2500, launcher)
    }
  })

  it("leaves when there was nothing to do for long enough", async () => {
    const own = home()
    await own.run("/", ["--version"], { FBUILD_DAEMON_IDLE: "300ms" })
    const [pid] = own.daemons()
    assert.isTrue(isAlive(pid!))
    await until(() => !isAlive(pid!), "idle")
    assert.isFalse(Fs.existsSync(Path.join(own.path, "daemon/socket")))
    assert.match(Fs.readFileSync(Path.join(own.path, "daemon/log"), "utf8"), /leaves: nothing to do for \d+ ms\n$/)
  })

  it("leaves when its folder has been removed", async () => {
    const own = home()
    await own.run("/", ["--version"])
    const [pid] = own.daemons()
    Fs.rmSync(own.path, { recursive: true })
    await until(() => !isAlive(pid!), "removed", 2000)
    await own.run("/", ["--version"])
    assert.strictEqual(own.daemons().length, 1)
  })

  it("interrupts for Ctrl-C, TERM and a lost launcher, and the next build is right", async () => {
    const { folder, forget, isRunning } = slow("interrupts")
    const own = home()
    for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129], ["SIGKILL", null]] as const) {
      const dir = write(Path.join(space, `interrupts-${signal}`), project(folder))
      const { child, ended } = own.start(dir, ["build"])
      await until(isRunning, "the compiler runs")
      const signalled = performance.now()
      child.kill(signal)
      const { status } = await ended
      assert.strictEqual(status, code)
      const unfinished = () => filesBelow(dir).filter((name) => /\.stage|~$/.test(name))
      assert.isBelow(performance.now() - signalled, 3000)
      if (code !== null) assert.deepStrictEqual(unfinished(), [], signal)
      // Who is gone cannot know when it is over.
      await until(() => alive(dir).length === 0 && unfinished().length === 0, "all gone", 3000)
      forget()
      write(dir, project())
      assert.strictEqual((await own.run(dir, ["build"])).status, 0)
      images(dir, "acme")
    }
    assert.strictEqual(own.daemons().length, 1)
  })

  describe("ends every process of a build that is interrupted", () => {
    // Far below the 30 s that they take, also on a busy machine; how soon it really is: scripts/bench/cancel.ts.
    const compilersThat: Readonly<Record<string, readonly [script: string, millis: number]>> = {
      "sleeps": ["sleep 30", 3000],
      "ignores TERM": ["trap '' TERM; while :; do sleep 0.05; done", 6000],
      "starts another in a session of its own": ["setsid sleep 31 & sleep 30", 3000],
      "has left one behind": ["(setsid sleep 31 > /dev/null 2>&1 &) ; sleep 30", 3000],
      "says more than is read": ["yes 'a warning' | head -c 3000000 >&2; sleep 30", 3000]
    }
    for (const [what, [script, millis]] of Object.entries(compilersThat)) {
      it(`by a compiler that ${what}`, async () => {
        const started = Path.join(space, `${what}.started`)
        const folder = compilers(
          what,
          `case "$*" in *-c*) : > "${started}"; ${script};; *) exec /usr/bin/avr-g++ "$@";; esac`
        )
        const own = home()
        const dir = write(Path.join(space, `ends-${what}`), project(folder))
        const { child, ended } = own.start(dir, ["build", "-v"])
        child.stdout.pause()
        child.stderr.pause()
        await until(() => Fs.existsSync(started), "the compiler runs")
        await sleep(200)
        const signalled = performance.now()
        child.kill("SIGINT")
        await until(() => alive(dir).every((line) => line.includes("build -v")), "all gone", millis)
        child.stdout.resume()
        child.stderr.resume()
        assert.strictEqual((await ended).status, 130)
        assert.isBelow(performance.now() - signalled, millis + 500)
        await until(() => alive(dir).length === 0, "shells have left", 2000)
      })
    }
  })

  it("kills for a second Ctrl-C, only what that request has started", async () => {
    const started = (dir: string) => Path.join(dir, "started")
    const folder = compilers(
      "ignores",
      `trap '' TERM; case "$*" in *-c*) : > "$PWD/started" 2>/dev/null || :; while :; do sleep 0.05; done;; *) exec /usr/bin/avr-g++ "$@";; esac`
    )
    const own = home()
    const [one, two] = ["ignores1", "ignores2"].map((name) => write(Path.join(space, name), project(folder)))
    const first = own.start(one!, ["build"])
    const second = own.start(two!, ["build"])
    await until(() => Fs.existsSync(started(one!)) && Fs.existsSync(started(two!)), "both compile")
    first.child.kill("SIGINT")
    await sleep(150)
    assert.isNull(first.child.exitCode, "the compiler has a grace")
    const killed = performance.now()
    first.child.kill("SIGINT")
    assert.strictEqual((await first.ended).status, 130)
    assert.isBelow(performance.now() - killed, 3000)
    await until(() => alive(one!).length === 0, "gone")
    assert.isNotEmpty(alive(two!))
    second.child.kill("SIGINT")
    second.child.kill("SIGINT")
    await second.ended
  })

  it("interrupts its requests when it is stopped", async () => {
    const { folder, isRunning } = slow("stopped")
    const own = home()
    const dir = write(Path.join(space, "stopped-project"), project(folder))
    const { ended } = own.start(dir, ["build"])
    await until(isRunning, "the compiler runs")
    assert.strictEqual((await own.status()).requests.length, 1)
    assert.strictEqual((await own.run("/", ["daemon", "stop"])).status, 0)
    assert.deepStrictEqual(alive(dir), [])
    const { status, stderr } = await ended
    assert.strictEqual(status, 143)
    assert.match(stderr, /the daemon is being stopped/)
  })

  it("takes its compilers along when it is killed", async () => {
    const { folder, isRunning } = slow("killed")
    const own = home()
    const dir = write(Path.join(space, "killed-project"), project(folder))
    const { ended } = own.start(dir, ["build"])
    await until(isRunning, "the compiler runs")
    const { pid } = await own.status()
    process.kill(pid, "SIGKILL")
    const killed = performance.now()
    await until(
      () => alive(dir).filter((line) => !line.includes("launcher") && !line.includes("fbuild")).length === 0,
      "gone"
    )
    assert.isBelow(performance.now() - killed, 1000)
    const { status, stderr } = await ended
    assert.strictEqual(status, 70)
    assert.match(stderr, /^fbuild: the daemon has died/)
    write(dir, project())
    assert.strictEqual((await own.run(dir, ["build"])).status, 0)
    const clean = write(Path.join(space, "killed-clean"), project())
    assert.strictEqual((await own.run(clean, ["build"])).status, 0)
    assert.deepStrictEqual(images(dir, "acme"), images(clean, "acme"))
  })

  it("builds projects at the same time", async () => {
    const [a, b] = [slow("together1"), slow("together2")]
    const own = home()
    const first = own.start(write(Path.join(space, "together-a"), project(a.folder)), ["build"])
    const second = own.start(write(Path.join(space, "together-b"), project(b.folder)), ["build"])
    await until(() => a.isRunning() && b.isRunning(), "both compile")
    assert.strictEqual((await own.status()).requests.length, 2)
    first.child.kill("SIGINT")
    second.child.kill("SIGINT")
    assert.deepStrictEqual((await Promise.all([first.ended, second.ended])).map(({ status }) => status), [130, 130])
  })

  it("starts no more commands for all requests than there are processors, and serves all", async () => {
    const log = Path.join(space, "budget.log")
    const folder = compilers(
      "budget",
      `case "$*" in *-c*) echo "+ $PWD" >> "${log}"; sleep 0.05; /usr/bin/avr-g++ "$@"; s=$?; echo "- $PWD" >> "${log}"; exit $s;; esac; exec /usr/bin/avr-g++ "$@"`
    )
    const own = home()
    const sources = Array.from({ length: 8 }, (_, index) => [`src/part${index}.cpp`, `int part${index};\n`])
    const dirs = ["budget-a", "budget-b", "budget-c"].map((name) =>
      write(Path.join(space, name), { ...project(folder), ...Object.fromEntries(sources) })
    )
    const runs = await Promise.all(dirs.map((dir) => own.run(dir, ["build", "--no-cache"], { PATH: `/usr/bin:/bin` })))
    assert.deepStrictEqual(runs.map(({ status }) => status), [0, 0, 0], runs.map(({ stderr }) => stderr).join(""))
    let [now, most] = [0, 0]
    for (const line of Fs.readFileSync(log, "utf8").split("\n")) {
      now += line.startsWith("+") ? 1 : line.startsWith("-") ? -1 : 0
      most = Math.max(most, now)
    }
    assert.isAtMost(most, Os.availableParallelism())
    assert.isAtLeast(most, Math.min(2, Os.availableParallelism()))
  })

  it("builds one project once at a time, and says for whom the other waits", async () => {
    const gate = Path.join(space, "gate")
    const begun = Path.join(space, "gate.begun")
    const folder = compilers(
      "gated",
      `case "$*" in *-c*) : > "${begun}"; while [ ! -e "${gate}" ]; do sleep 0.02; done;; esac; exec /usr/bin/avr-g++ "$@"`
    )
    const own = home()
    const dir = write(Path.join(space, "queue"), project(folder))
    const link = Path.join(space, "queue-link")
    Fs.symlinkSync(dir, link)
    const first = own.start(dir, ["build", "-v"])
    await until(() => Fs.existsSync(begun), "the first compiles")
    const second = own.start(link, ["build"])
    const third = own.start(dir, ["build"])
    const others = ["clean", "compiledb", "graph"].map((command) =>
      own.start(dir, [command, ...command === "graph" ? ["--json"] : []])
    )
    const told = /^waiting for fbuild build -v, which has used .*\/queue\/\.fbuild\/build\/acme for \d+\.\d s\n$/
    for (const one of [second, third, ...others]) await until(() => told.test(one.stderr()), "all are told")
    for (const one of [third, ...others]) {
      one.child.kill("SIGINT")
      assert.strictEqual((await one.ended).status, 130)
    }
    Fs.writeFileSync(gate, "")
    assert.strictEqual((await first.ended).status, 0)
    const { status, stdout } = await second.ended
    assert.strictEqual(status, 0)
    assert.notMatch(stdout, /CxxCompile/)
  })

  describe("runs what two requests need once", () => {
    const only = { "src/only.cpp": "int only;\n" }
    /** Two checkouts, and a compiler that notes when it starts and goes on when told. */
    const checkouts = (name: string) => {
      const [log, gate] = [Path.join(space, `${name}.log`), Path.join(space, `${name}.gate`)]
      Fs.writeFileSync(log, "")
      const folder = compilers(
        name,
        `case "$*" in *-c*only*) echo start >> "${log}"; while [ ! -e "${gate}" ]; do sleep 0.02; done;; esac; exec /usr/bin/avr-g++ "$@"`
      )
      const dirs = ["a", "b"].map((one) => write(Path.join(space, `${name}-${one}`), { ...project(folder), ...only }))
      const own = home()
      const start = (index: number) => own.start(dirs[index]!, ["build", "--json"], { FBUILD_COMPILE_CACHE: "" })
      const starts = () => Fs.readFileSync(log, "utf8").split("\n").length - 1
      const waits = (index: number) =>
        until(async () => (await own.status()).requests.length > index, "the request has come").then(() => sleep(300))
      return { dirs, own, start, starts, waits, open: () => Fs.writeFileSync(gate, ""), begun: () => starts() > 0 }
    }

    it("for both", async () => {
      const { begun, dirs, open, start, starts, waits } = checkouts("both")
      const first = start(0)
      await until(begun, "it compiles")
      const second = start(1)
      await waits(1)
      open()
      const runs = [await first.ended, await second.ended]
      assert.deepStrictEqual(runs.map(({ status }) => status), [0, 0])
      assert.strictEqual(starts(), 1)
      const [one, other] = runs.map((run) => readEvents(run).executed)
      assert.deepStrictEqual(one!.filter((id) => other!.includes(id) && !id.includes("/hooks/")), [])
      assert.deepStrictEqual(images(dirs[0]!, "acme"), images(dirs[1]!, "acme"))
    })

    it("for the one who stays, when the one who began leaves", async () => {
      const { begun, dirs, open, own, start, starts, waits } = checkouts("stays")
      const first = start(0)
      await until(begun, "it compiles")
      const second = start(1)
      await waits(1)
      const left = performance.now()
      first.child.kill("SIGINT")
      const run = await first.ended
      assert.isBelow(performance.now() - left, 1000)
      assert.strictEqual(run.status, 130)
      assert.strictEqual(readEvents(run).finished.exitCode, 130)
      // Its folder is not free before the action has ended.
      const again = start(0)
      await until(() => again.stderr().startsWith("waiting for fbuild build --json, "), "the folder is held")
      open()
      assert.deepStrictEqual([(await second.ended).status, (await again.ended).status], [0, 0])
      assert.strictEqual(starts(), 1)
      assert.deepStrictEqual(images(dirs[0]!, "acme"), images(dirs[1]!, "acme"))
      assert.strictEqual((await own.status()).requests.length, 0)
    })

    it("for the one who began, when the other one leaves", async () => {
      const { begun, open, start, starts, waits } = checkouts("leaves")
      const first = start(0)
      await until(begun, "it compiles")
      const second = start(1)
      await waits(1)
      second.child.kill("SIGINT")
      assert.strictEqual((await second.ended).status, 130)
      open()
      assert.strictEqual((await first.ended).status, 0)
      assert.strictEqual(starts(), 1)
    })

    it("and for nobody when both have left", async () => {
      const { begun, dirs, own, start, starts, waits } = checkouts("nobody")
      const first = start(0)
      await until(begun, "it compiles")
      const second = start(1)
      await waits(1)
      first.child.kill("SIGINT")
      assert.strictEqual((await first.ended).status, 130)
      assert.isNotEmpty(alive(dirs[0]!))
      second.child.kill("SIGINT")
      assert.strictEqual((await second.ended).status, 130)
      await until(() => alive(dirs[0]!).length === 0, "gone")
      assert.strictEqual(starts(), 1)
      await until(async () => (await own.status()).requests.length === 0, "ended")
    })

    it("and again when it has failed for the first", async () => {
      const own = home()
      const log = Path.join(space, "fails.log")
      const folder = compilers(
        "fails",
        `case "$*" in *-c*only*) echo start >> "${log}"; sleep 1; [ $(wc -l < "${log}") -gt 1 ] || exit 3;; esac; exec /usr/bin/avr-g++ "$@"`
      )
      const dirs = ["fails-a", "fails-b"].map((name) => write(Path.join(space, name), { ...project(folder), ...only }))
      const first = own.start(dirs[0]!, ["build"], { FBUILD_COMPILE_CACHE: "" })
      await until(() => Fs.existsSync(log), "it compiles")
      const second = own.start(dirs[1]!, ["build"], { FBUILD_COMPILE_CACHE: "" })
      assert.deepStrictEqual([(await first.ended).status, (await second.ended).status], [1, 0])
    })
  })

  it("uses the environment of each call", async () => {
    const own = home()
    for (const name of ["path1", "path2"]) {
      const log = Path.join(space, `${name}.log`)
      const folder = compilers(name, `echo run >> "${log}"; exec /usr/bin/avr-g++ "$@"`)
      const dir = write(Path.join(space, `project-${name}`), project())
      const { status, stderr } = await own.run(dir, ["build"], { PATH: `${folder}/bin:/usr/bin:/bin` })
      assert.strictEqual(status, 0, stderr)
      assert.isTrue(Fs.existsSync(log), name)
    }
    assert.strictEqual(own.daemons().length, 1)
  })

  it("is replaced by another build of fbuild when idle, and left alone when busy", async () => {
    const other = Path.join(space, "other dist")
    Fs.cpSync(Path.dirname(program), other, { recursive: true })
    const own = home()
    const newer = home(Path.join(other, "fbuild"))
    Object.assign(newer, { path: own.path })
    const id = /"([0-9a-f]{16})"/.exec(Fs.readFileSync(Path.join(other, "launcher.cjs"), "utf8"))![1]!
    for (const name of ["launcher.cjs", "load.cjs", "program.cjs", "fbuild"]) {
      const path = Path.join(other, name)
      const text = Fs.readFileSync(path, "latin1").replaceAll(id, "0123456789abcdef")
      Fs.writeFileSync(path, text, "latin1")
    }
    const { folder, isRunning } = slow("busy")
    const dir = write(Path.join(space, "busy-project"), project(folder))
    const busy = own.start(dir, ["build"])
    await until(isRunning, "the compiler runs")
    assert.match((await newer.run("/", ["--version"])).stdout, /^fbuild /)
    assert.strictEqual((await own.status()).requests.length, 1)
    busy.child.kill("SIGINT")
    assert.strictEqual((await busy.ended).status, 130)
    const [pid] = own.daemons()
    assert.match((await newer.run("/", ["--version"])).stdout, /^fbuild /)
    await until(() => !isAlive(pid!), "replaced")
    assert.match((await newer.run("/", ["--version"])).stdout, /^fbuild /)
    assert.strictEqual(newer.daemons().length, 2)
    assert.strictEqual((await newer.status()).served, 1)
  })

  it("cuts off who does not speak its language", async () => {
    const own = home()
    await own.run("/", ["daemon", "start"])
    const socket = Net.connect(Path.join(own.path, "daemon/socket"))
    socket.on("error", () => {}).write("GET / HTTP/1.1\r\n\r\n")
    await new Promise((resolve) => socket.on("close", resolve))
    assert.isTrue((await own.status()).running)
  })
})

const connects = (path: string) =>
  new Promise<boolean>((resolve) => {
    const socket = Net.connect(path)
    socket.on("error", () => resolve(false)).on("connect", () => {
      socket.destroy()
      resolve(true)
    })
  })
