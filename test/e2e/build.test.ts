import { assert, describe, it } from "@effect/vitest"
import * as ChildProcess from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import {
  blink,
  built,
  execute,
  fbuild,
  filesBelow,
  images,
  ini,
  readEvents,
  sha256,
  snapshot,
  workspace,
  write
} from "../support/project.ts"

const project = {
  "platformio.ini": ini("uno"),
  "src/main.cpp": blink,
  "src/tab.ino": "int later(int n = 2) { return n; }\n"
}

interface Entry {
  readonly directory: string
  readonly file: string
  readonly arguments: ReadonlyArray<string>
}

describe("a build of blink", () => {
  const space = workspace()

  it("writes what the command line page says and nothing else", async () => {
    const dir = write(Path.join(space, "files"), project)
    const { finished } = await built(dir)
    const build = ".fbuild/build/uno/"
    const files = filesBelow(dir)
    for (const name of ["elf", "hex", "map"]) assert.include(files, `${build}firmware.${name}`)
    assert.include(files, `${build}build_info.json`)
    const record = /^\.fbuild\/profile\/\d{14}-[0-9a-f]{16}\.json$/
    assert.lengthOf(files.filter((name) => record.test(name)), 1)
    const outside = files.filter((name) => !name.startsWith(build) && !record.test(name))
    assert.deepStrictEqual(outside, [
      ".fbuild/.gitignore",
      "compile_commands.json",
      "platformio.ini",
      "src/main.cpp",
      "src/tab.ino"
    ])
    assert.strictEqual(Fs.readFileSync(Path.join(dir, ".fbuild/.gitignore"), "utf8"), "*\n")
    for (const [name, text] of Object.entries(project)) {
      assert.strictEqual(Fs.readFileSync(Path.join(dir, name), "utf8"), text)
    }
    assert.isEmpty(files.filter((name) => /\.stage|~$|\.tmp/.test(name)))

    const { durationMs, environments, traceId, ...rest } = finished
    assert.deepStrictEqual(rest, { _tag: "BuildFinished", ok: true, exitCode: 0, errors: [] })
    assert.isAbove(durationMs, 0)
    assert.match(traceId, /^[0-9a-f]{32}$/)
    const [uno] = environments
    const { actions, images: told, size, ...plain } = uno!
    assert.deepStrictEqual(plain, {
      name: "uno",
      board: "uno",
      platform: "avr",
      ok: true,
      elf: `${build}firmware.elf`,
      errors: []
    })
    assert.deepStrictEqual({ ...actions, total: 0, executed: 0 }, {
      total: 0,
      executed: 0,
      cacheHits: 0,
      upToDate: 0,
      failed: 0,
      cancelled: 0
    })
    assert.strictEqual(actions.total, actions.executed)
    for (const image of told) {
      const bytes = Fs.readFileSync(Path.join(dir, image.path))
      assert.deepStrictEqual(image, { ...image, sha256: sha256(bytes), bytes: bytes.length })
    }
    assert.include(told.map(({ kind }) => kind), "hex")
    assert.strictEqual(size.flash?.max, 32_256)
    assert.strictEqual(size.ram?.max, 2048)
    const sections = ChildProcess.execFileSync("/usr/bin/avr-size", ["-A", `${build}firmware.elf`], {
      cwd: dir,
      encoding: "utf8"
    })
    const section = (name: string) => Number(new RegExp(`^\\.${name}\\s+(\\d+)`, "m").exec(sections)?.[1] ?? 0)
    assert.strictEqual(size.flash?.used, section("text") + section("data"))
    assert.strictEqual(size.ram?.used, section("data") + section("bss"))

    const info = JSON.parse(Fs.readFileSync(Path.join(dir, `${build}build_info.json`), "utf8"))
    assert.strictEqual(info.environment, "uno")
    assert.strictEqual(info.toolchain.version, "5.4.0")
    assert.strictEqual(info.core.version, "1.8.7")
    assert.deepStrictEqual(info.images, told)
  })

  it("has a compile database whose commands work", async () => {
    const dir = write(Path.join(space, "database"), project)
    await built(dir)
    const entries: ReadonlyArray<Entry> = JSON.parse(Fs.readFileSync(Path.join(dir, "compile_commands.json"), "utf8"))
    const files = entries.map(({ directory, file }) => Path.resolve(directory, file))
    assert.include(files, Path.join(dir, "src/main.cpp"))
    assert.isAbove(files.length, 25)
    for (const file of files) assert.isTrue(Fs.existsSync(file), file)
    for (const suffix of ["main.cpp", "tab.ino.cpp", "wiring_pulse.S", "wiring.c"]) {
      const { arguments: [program, ...args], directory } = entries.find(({ file }) => file.endsWith(suffix))!
      const run = await execute(program!, [...args, "-fsyntax-only"], directory)
      assert.strictEqual(run.status, 0, run.stderr)
    }
    Fs.rmSync(Path.join(dir, "compile_commands.json"))
    await built(dir)
    assert.strictEqual(
      JSON.parse(Fs.readFileSync(Path.join(dir, "compile_commands.json"), "utf8")).length,
      entries.length
    )
  })

  it("with --dry-run prints the commands and writes nothing", async () => {
    const dir = write(Path.join(space, "dry"), project)
    const before = snapshot(dir)
    const dry = await fbuild(dir, ["build", "--dry-run"])
    assert.strictEqual(dry.status, 0, dry.stderr)
    assert.deepStrictEqual(snapshot(dir), before)
    assert.match(dry.stdout, /^\/usr\/bin\/avr-gcc .* -o \.fbuild\/build\/uno\/firmware\.elf /m)
    const json = readEvents(await fbuild(dir, ["build", "--dry-run", "--json"]))
    assert.deepStrictEqual(snapshot(dir), before)
    assert.strictEqual(json.events.filter(({ _tag }) => _tag === "ActionPlanned").length, json.events.length - 1)
    const verbose = await fbuild(dir, ["build", "-v", "-j1"])
    const commands = (text: string) =>
      text.split("\n").filter((line) => line.startsWith("/usr/")).map((line) => line.replace(/ > .*/, "")).toSorted()
    assert.deepStrictEqual(commands(verbose.stdout), commands(dry.stdout))
  })

  it("as graph --json, whose commands alone make the same images", async () => {
    const dir = write(Path.join(space, "graph"), project)
    const graph = await fbuild(dir, ["graph", "--json"])
    assert.strictEqual(graph.status, 0, graph.stderr)
    const [environment] = JSON.parse(graph.stdout).environments
    assert.deepStrictEqual([environment.name, environment.cwd], ["uno", dir])
    const pending: Array<any> = [...environment.actions].toReversed()
    const made = new Set<string>(pending.flatMap((action) => action.outputs))
    while (pending.length > 0) {
      const index = pending.findIndex((action) => action.inputs.every((path: string) => !made.has(path)))
      const [action] = pending.splice(index, 1)
      if (action.argv.length > 0) {
        const [program, ...args] = action.argv
        const stdout = ChildProcess.execFileSync(program, args, { cwd: environment.cwd, env: action.env })
        if (action.stdout !== undefined) Fs.writeFileSync(Path.join(dir, action.stdout), stdout)
      }
      for (const path of action.outputs) {
        assert.isTrue(Fs.existsSync(Path.join(dir, path)), path)
        made.delete(path)
      }
    }
    const alone = images(dir)
    Fs.rmSync(Path.join(dir, ".fbuild"), { recursive: true })
    await built(dir)
    assert.deepStrictEqual(images(dir), alone)
    const dot = (await fbuild(dir, ["graph", "--dot"])).stdout
    assert.match(
      dot,
      /^digraph "uno" \{\n(?: {2}(?:rankdir=LR|node \[shape=box\]|a\d+ \[label="(?:[^"\\]|\\.)*"\]|a\d+ -> a\d+);\n)+\}\n$/
    )
    assert.strictEqual(dot.match(/label=/g)?.length, environment.actions.length)
  })

  it("of several environments", async () => {
    const dir = write(Path.join(space, "several"), {
      ...project,
      "platformio.ini": `[platformio]\ndefault_envs = uno, leonardo\n${ini("uno")}${ini("leonardo")}${
        ini("megaatmega2560")
      }`
    })
    const names = async (...args: ReadonlyArray<string>) =>
      readEvents(await fbuild(dir, [...args, "--json"])).finished.environments.map(({ name, ok }) => `${name} ${ok}`)
    assert.deepStrictEqual(await names("build"), ["uno true", "leonardo true"])
    assert.deepStrictEqual(await names("build", "-e", "megaatmega2560", "-e", "uno"), [
      "megaatmega2560 true",
      "uno true"
    ])
    write(dir, { "platformio.ini": `${ini("uno")}${ini("leonardo")}` })
    assert.deepStrictEqual(await names("build"), ["uno true", "leonardo true"])
    for (
      const args of [["build", dir], [dir, "build"], ["build", "-d", dir], ["-d", dir, "build"], [
        "build",
        `--project-dir=${dir}`
      ]]
    ) {
      const run = readEvents(await fbuild("/", [...args, "--json"]))
      assert.deepStrictEqual(run.finished.environments.map(({ actions }) => actions.executed), [0, 0], args.join(" "))
    }
    const clean = await fbuild(dir, ["clean", "-e", "uno"])
    assert.strictEqual(clean.status, 0)
    assert.deepStrictEqual(Fs.readdirSync(Path.join(dir, ".fbuild/build")).toSorted(), ["leonardo", "megaatmega2560"])
  })
})

describe("the command line", () => {
  const space = workspace()

  it("colours", async () => {
    const dir = write(Path.join(space, "colours"), { ...project, "src/warn.cpp": "#warning \"here\"\n" })
    const colored = async (args: ReadonlyArray<string>, variables?: Record<string, string>) => {
      const run = await fbuild(dir, ["build", "--clean", ...args], variables)
      assert.strictEqual(run.status, 0)
      assert.include(run.stderr, "#warning")
      return [run.stdout, run.stderr].map((text) => text.includes("\x1b["))
    }
    assert.deepStrictEqual(await colored([]), [false, false])
    assert.deepStrictEqual(await colored(["--color", "never"]), [false, false])
    assert.deepStrictEqual(await colored(["--color", "always"]), [true, true])
    assert.deepStrictEqual(await colored(["--color", "always"], { NO_COLOR: "1" }), [true, true])
    assert.deepStrictEqual(await colored([], { NO_COLOR: "1", CI: "1" }), [false, false])
  })

  it("refuses what it does not know, by name", async () => {
    const dir = write(Path.join(space, "refused"), project)
    for (
      const [args, named] of [
        [["build", "--nonsense"], "--nonsense"],
        [["nonsense"], "nonsense"],
        [["build", "-j", "0"], "-j"],
        [["build", "-j", "many"], "many"],
        [["build", "--timeout", "soon"], "soon"],
        [["build", "--color", "pink"], "pink"],
        [["build", "--locked"], "--locked"],
        [["build", "one", "two"], "two"],
        [["build", "--release", "--debug"], "--debug"],
        [["deploy"], "deploy"],
        [["compile-many"], "compile-many"]
      ] as const
    ) {
      const run = await fbuild(dir, args)
      assert.strictEqual(run.status, 2, `${args.join(" ")}: ${run.stderr}`)
      assert.include(run.stderr, named, args.join(" "))
      assert.notMatch(run.stderr, /^\s+at /m)
    }
    assert.isFalse(Fs.existsSync(Path.join(dir, ".fbuild")))
  })

  it("helps", async () => {
    const help = await fbuild("/", ["--help"])
    assert.strictEqual(help.status, 0)
    for (const command of ["build", "test-emu", "clean", "graph", "boards"]) assert.include(help.stdout, command)
    const build = await fbuild("/", ["build", "--help"])
    assert.strictEqual(build.status, 0)
    for (const option of ["--environment", "--jobs", "--tu-timeout", "--dry-run", "--keep-going"]) {
      assert.include(build.stdout, option)
    }
    const version = await fbuild("/", ["--version"])
    assert.match(version.stdout, /^fbuild v?\d+\.\d+\.\d+\n$/)
    const completions = await fbuild("/", ["--completions", "bash"])
    assert.strictEqual(completions.status, 0)
    const syntax = ChildProcess.spawnSync("/bin/bash", ["-n"], { input: completions.stdout, encoding: "utf8" })
    assert.deepStrictEqual([syntax.status, syntax.stderr], [0, ""])
    assert.include(completions.stdout, "test-emu")
  })
})
