import { afterAll, assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { Home, project, scriptedCompilers, until } from "../support/daemon.ts"
import { environment, execute, filesBelow, images, program, workspace, write } from "../support/project.ts"

/** How a build is run. */
const ways = { daemon: {}, "in process": { FBUILD_DAEMON: "off" } } as const
type Way = keyof typeof ways

describe("two builds of one folder", () => {
  const space = workspace()
  const home = new Home(Path.join(space, "home"))
  afterAll(() => home.run("/", ["daemon", "stop"]))

  /** A project whose compiler waits until it is told to go on. */
  const gated = (name: string) => {
    const [gate, begun] = [Path.join(space, `${name}.gate`), Path.join(space, `${name}.begun`)]
    const folder = scriptedCompilers(
      Path.join(space, `${name} compilers`),
      `case "$*" in *-c*) : > "${begun}"; while [ ! -e "${gate}" ]; do sleep 0.02; done;; esac; exec /usr/bin/avr-g++ "$@"`
    )
    const dir = write(Path.join(space, name), project(folder))
    return {
      dir,
      start: (way: Way, ...args: ReadonlyArray<string>) => home.start(dir, ["build", ...args], ways[way]),
      begun: () => until(() => Fs.existsSync(begun), "it compiles"),
      open: () => Fs.writeFileSync(gate, "")
    }
  }
  const clean = async () => {
    const dir = write(Path.join(space, "clean"), project())
    if (!Fs.existsSync(Path.join(dir, ".fbuild"))) {
      assert.strictEqual((await home.run(dir, ["build"], ways["in process"])).status, 0)
    }
    return images(dir, "acme")
  }
  const locks = (dir: string) =>
    Fs.readdirSync(Path.join(dir, ".fbuild/build")).filter((name) => name.startsWith(".fbuild-lock"))
  const told = / *waiting for fbuild build -v.*, which has used .*\/\.fbuild\/build\/acme for \d+\.\d s\n$/

  for (const first of Object.keys(ways) as ReadonlyArray<Way>) {
    for (const second of Object.keys(ways) as ReadonlyArray<Way>) {
      it(`wait for each other: ${first}, then ${second}`, async () => {
        const { begun, dir, open, start } = gated(`${first}-${second}`)
        const one = start(first, "-v")
        await begun()
        const other = start(second)
        await until(() => told.test(other.stderr()), "the second is told")
        await sleep(100)
        assert.isNull(other.child.exitCode)
        open()
        const runs = await Promise.all([one.ended, other.ended])
        assert.deepStrictEqual(runs.map(({ status }) => status), [0, 0], runs.map(({ stderr }) => stderr).join(""))
        assert.notMatch(runs[1]!.stdout, /CxxCompile/)
        assert.deepStrictEqual(images(dir, "acme"), await clean())
        assert.deepStrictEqual(locks(dir), [])
      })
    }
  }

  it("wait for each other in different containers", async () => {
    const inContainer = new Home(home.path, "/usr/bin/unshare")
    const contained = (dir: string, ...args: ReadonlyArray<string>) =>
      inContainer.start(dir, ["-pf", "--mount-proc", program, "build", ...args])
    const { begun, dir, open, start } = gated("containers")
    const one = contained(dir, "-v")
    await begun()
    const others = [start("daemon"), start("in process"), contained(dir)]
    for (const other of others) {
      await until(() => / \((in another container|process \d+)\), which has used/.test(other.stderr()), "it is told")
    }
    await sleep(200)
    for (const { child } of others) assert.isNull(child.exitCode)
    open()
    for (const { ended } of [one, ...others]) {
      const { status, stderr } = await ended
      assert.strictEqual(status, 0, stderr)
    }
    assert.deepStrictEqual(images(dir, "acme"), await clean())
    assert.deepStrictEqual(locks(dir), [])
    // One that is killed has left its claim and its socket.
    const again = gated("containers killed")
    const killed = contained(again.dir)
    await again.begun()
    const waiting = again.start("in process")
    await until(() => waiting.stderr().startsWith("waiting"), "it is told")
    const [pid] = Fs.readFileSync(`/proc/${killed.child.pid}/task/${killed.child.pid}/children`, "utf8").split(" ")
    process.kill(Number(pid), "SIGKILL")
    await killed.ended
    again.open()
    assert.strictEqual((await waiting.ended).status, 0)
    assert.deepStrictEqual(locks(again.dir), [])
  })

  it("ends for Ctrl-C while it waits", async () => {
    const { begun, open, start } = gated("waits")
    const one = start("daemon")
    await begun()
    for (const way of Object.keys(ways) as ReadonlyArray<Way>) {
      const other = start(way)
      await until(() => other.stderr().startsWith("waiting"), "it is told")
      const signalled = performance.now()
      other.child.kill("SIGINT")
      assert.strictEqual((await other.ended).status, 130)
      assert.isBelow(performance.now() - signalled, 1000)
    }
    open()
    assert.strictEqual((await one.ended).status, 0)
  })

  it("goes on at once when the one it waits for is killed", async () => {
    for (const way of Object.keys(ways) as ReadonlyArray<Way>) {
      const { begun, dir, open, start } = gated(`killed ${way}`)
      const one = start(way)
      await begun()
      const other = start("in process")
      await until(() => other.stderr().startsWith("waiting"), "it is told")
      process.kill(way === "daemon" ? (await home.status()).pid : one.child.pid!, "SIGKILL")
      const killed = performance.now()
      const claims = () => locks(dir)
      const isOwn = (name: string) => name.startsWith(`.fbuild-lock-acme.${other.child.pid}-`)
      await until(() => claims().length > 0 && claims().every(isOwn), "it has the folder")
      assert.isBelow(performance.now() - killed, 1000)
      open()
      assert.strictEqual((await other.ended).status, 0)
      await one.ended
      assert.deepStrictEqual(images(dir, "acme"), await clean())
      assert.deepStrictEqual(locks(dir), [])
    }
  })

  it("is not held up by what a dead process has left, nor by a lock that cannot be had", async () => {
    const dir = write(Path.join(space, "left"), project())
    const left = [`${process.pid}-1`, "4194304-1", "4194304-1.new"].map((name) => `.fbuild-lock-acme.${name}`)
    // Those of other environments are left alone.
    const others = [".fbuild-lock-acme.2.4194304-1", ".fbuild-lock-acme2.4194304-1", ".fbuild-lock-acme.x"]
    write(
      Path.join(dir, ".fbuild/build"),
      Object.fromEntries([...left, ...others].map((name) => [name, "1 fbuild build"]))
    )
    assert.strictEqual((await home.run(dir, ["build"], ways["in process"])).status, 0)
    assert.deepStrictEqual(locks(dir).toSorted(), others.toSorted())
    for (const name of others) Fs.rmSync(Path.join(dir, ".fbuild/build", name))
    // A project that is read-only.
    const out = Path.join(space, "left out")
    const mount = `mount --bind "${dir}" "${dir}" && mount -o remount,ro,bind "${dir}" && cd "${dir}" && exec "$@"`
    const run = (...args: ReadonlyArray<string>) =>
      execute("/usr/bin/unshare", ["-m", "sh", "-c", mount, "sh", program, ...args], dir, {
        ...environment(dir, { FBUILD_HOME: home.path, FBUILD_BUILD_DIR: out })
      })
    const { status, stderr } = await run("build")
    assert.strictEqual(status, 0, stderr)
    assert.deepStrictEqual(images("/", "acme", out), await clean())
    assert.deepStrictEqual(filesBelow(dir).filter((name) => name.includes(".fbuild-lock")), [])
  })
})
