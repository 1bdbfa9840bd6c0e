import { assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"
import { Home, project } from "../support/daemon.ts"
import { execute, filesBelow, images, workspace, write } from "../support/project.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))

describe("npm install --global", () => {
  const space = workspace()
  const run = async (cwd: string, file: string, args: ReadonlyArray<string>, variables: Record<string, string>) => {
    const { status, stderr, stdout } = await execute(file, args, cwd, { PATH: process.env["PATH"] ?? "", ...variables })
    assert.strictEqual(status, 0, stderr)
    return stdout
  }
  /** npm needs nothing but what is here: all that fbuild is made of is in its bundle. */
  const npm = (...args: ReadonlyArray<string>) =>
    run(source, "npm", [...args, "--offline", "--no-audit", "--no-fund"], {
      HOME: Os.homedir(),
      npm_config_cache: Path.join(space, "cache")
    })
  /** What is packed, away from the repository, whose dist/ other tests use meanwhile. */
  const source = Path.join(space, "source")
  const pack = async () => {
    for (const name of ["package.json", "README.md", "LICENSE", "scripts/support", "src/launcher", "src/process"]) {
      Fs.cpSync(Path.join(root, name), Path.join(source, name), { recursive: true })
    }
    const bundle = [Path.join(root, "scripts/bundle.mjs"), Path.join(source, "dist")]
    await run(root, process.execPath, bundle, { npm_command: "pack" })
    await npm("pack", "--ignore-scripts", "--pack-destination", space)
    return Path.join(space, Fs.readdirSync(space).find((name) => name.endsWith(".tgz"))!)
  }
  const install = async (packed: string, name: string, ...args: ReadonlyArray<string>) => {
    const prefix = Path.join(space, `${name} #1`)
    // Node comes as an optional package, from the registry.
    await npm("install", "--global", "--prefix", prefix, "--omit=optional", ...args, packed)
    const home = new Home(Path.join(space, `${name} home`), Path.join(prefix, "bin/fbuild"))
    return { dist: Path.join(prefix, "lib/node_modules/fbuild/dist"), home, prefix }
  }
  const builds = async (home: Home) => {
    const dir = write(Path.join(space, Path.basename(home.path), "project"), project())
    const { status, stderr } = await home.run(dir, ["build"])
    assert.deepStrictEqual([status, stderr], [0, ""])
    assert.strictEqual((await home.status()).served, 1)
    assert.strictEqual((await home.run(dir, ["profile", "--web"])).status, 0)
    assert.strictEqual((await home.run(dir, ["test-emu", "--halt-on-success", "^done", "--timeout", "20s"])).status, 0)
    await home.run("/", ["daemon", "stop"])
    return images(dir, "acme")
  }
  const isProgram = (path: string) => Fs.readFileSync(path, "latin1").startsWith("\x7fELF")

  it("installs programs made for this machine, and works without them", async () => {
    const packed = await pack()
    const compiled = await install(packed, "compiled", "--allow-scripts=fbuild")
    assert.isTrue(isProgram(Path.join(compiled.dist, "fbuild")))
    assert.isTrue(isProgram(Path.join(compiled.dist, "agent")))
    const plain = await install(packed, "plain", "--ignore-scripts")
    assert.isFalse(Fs.existsSync(Path.join(plain.dist, "agent")))
    assert.match(Fs.readFileSync(Path.join(plain.dist, "fbuild"), "latin1"), /^#!\/bin\/sh\n/)
    assert.deepStrictEqual(await builds(plain.home), await builds(compiled.home))
    // What root has installed is not to be written to by others: what V8 has compiled goes to the home.
    for (const [name, { dist, prefix }] of Object.entries({ compiled, plain })) {
      assert.isNotEmpty(filesBelow(Path.join(dist, ".v8-cache")))
      Fs.rmSync(Path.join(dist, ".v8-cache"), { recursive: true, force: true })
      for (const use of ["on", "off"]) {
        const path = Path.join(space, `${name} read-only ${use}`)
        const script = `mount --bind "${prefix}" "${prefix}" && mount -o remount,ro,bind "${prefix}" &&
          "$0" build && "$0" daemon stop`
        const dir = write(Path.join(path, "project"), project())
        await run(dir, "/usr/bin/unshare", ["-m", "sh", "-c", script, Path.join(prefix, "bin/fbuild")], {
          FBUILD_HOME: path,
          FBUILD_DAEMON: use
        })
        assert.isNotEmpty(filesBelow(Path.join(path, "code")), `${name} ${use}`)
      }
    }
    assert.deepStrictEqual(filesBelow(plain.prefix).filter((name) => /node_modules\/(?!fbuild\/)|\.ts$/.test(name)), [])
  })
})
