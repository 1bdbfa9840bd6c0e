import { assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { cached, countsOf, isSound, madeBy, quickCore, quickIni } from "../suites/compileCache.ts"
import { built, environment, execute, fbuild, program, workspace, write } from "../support/project.ts"

/** System calls that change files. */
const calls = ["write", "openat", "rename", "unlink", "mkdir", "utimensat"]

/** As many of each kind of fault, spread over all calls. */
const samples = 10

describe("a store that is hit", () => {
  const space = workspace()
  const core = quickCore(Path.join(space, "core"))
  const home = Path.join(space, "home")
  const dir = Path.join(space, "p")
  const variables = cached(home)
  const header = (n: number) => ({ "include/own.h": `#define OWN "${n}"\n` })
  const sources = {
    "platformio.ini": quickIni(core),
    "src/main.cpp": "#include <Arduino.h>\n#include <own.h>\nvoid setup() { say(OWN); }\nvoid loop() {}\n",
    "src/other.c": "#include <own.h>\nconst char *other = OWN;\n",
    ...header(1)
  }
  let expected: Record<string, string>

  /** A build after an edit of a header, traced: its store has the objects of before. */
  const traced = (...options: ReadonlyArray<string>) => {
    for (const name of ["home", "p"]) {
      Fs.rmSync(Path.join(space, name), { recursive: true, force: true })
      Fs.cpSync(Path.join(space, "before", name), Path.join(space, name), { recursive: true, preserveTimestamps: true })
    }
    write(dir, header(2))
    const all = ["-f", "-y", "-e", "signal=none", ...options, program, "build"]
    // Threads take turns, so a fault may also hit what Node itself writes to a pipe, and the process stands still.
    return execute("/usr/bin/timeout", ["-s", "KILL", "30", "strace", ...all], dir, environment(dir, variables))
  }

  const isOurs = (line: string) => line.includes(`${home}/`) || line.includes("/.fbuild/")

  /** Of a build without faults: each call that changes a file of the home or of the build, by its number among its like. */
  const changes = async () => {
    await built(write(dir, sources), [], variables)
    await built(dir, [], variables)
    const before = Path.join(space, "before")
    Fs.mkdirSync(before)
    for (const name of ["home", "p"]) Fs.renameSync(Path.join(space, name), Path.join(before, name))
    const log = Path.join(space, "calls")
    const run = await traced("-o", log, "-e", `trace=${calls.join()}`)
    assert.strictEqual(run.status, 0, run.stderr)
    expected = madeBy(dir)
    const lines = Fs.readFileSync(log, "utf8").split("\n")
    // The process that becomes Node, whose main thread does all file operations; strace counts by thread.
    const pid = /^\d+/.exec(lines[0]!)![0]
    const counts = new Map<string, number>()
    return lines.filter((line) => line.startsWith(`${pid} `)).flatMap((line) => {
      const [, call = ""] = /^\d+ +(\w+)\(/.exec(line) ?? []
      const count = (counts.get(call) ?? 0) + 1
      counts.set(call, count)
      return isOurs(line) && (call !== "openat" || line.includes("O_CREAT")) ? [{ call, count, line }] : []
    })
  }

  const faults = { "by a full disk": "error=ENOSPC", "by a failing disk": "error=EIO", "by kill -9": "signal=KILL" }
  let all: Awaited<ReturnType<typeof changes>>

  it("is written to by a build that was edited", async () => {
    all = await changes()
    const clean = write(Path.join(space, "clean"), { ...sources, ...header(2) })
    await built(clean, ["--no-cache"], cached(Path.join(space, "clean home")))
    assert.deepStrictEqual(expected, madeBy(clean))
    const inStore = all.filter(({ line }) => line.includes(`${home}/cache/`))
    assert.isAtLeast(inStore.filter(({ call }) => call === "rename").length, 8)
    assert.isAtLeast(inStore.filter(({ call }) => call === "write").length, 8)
  })

  for (const [name, fault] of Object.entries(faults)) {
    it(`${name}, at any call, gives nothing wrong later`, async () => {
      const step = all.length / samples
      let hits = 0
      for (let at = 0; at < all.length; at += step) {
        const { call, count, line } = all[Math.floor(at)]!
        const log = Path.join(space, "faults")
        const first = await traced("-o", log, "-e", `trace=${call}`, "-e", `inject=${call}:${fault}:when=${count}`)
        // One in each thread that makes so many calls.
        const injected = Fs.readFileSync(log, "utf8").split("\n").filter((text) => text.includes("(INJECTED)"))
        // strace ends as its child did: by the signal, of which nothing is noted, or it was ended.
        const ended = first.status === null
        if (injected.length === 0 ? ended : injected.some(isOurs)) hits++
        if (ended) assert(!(injected.length > 0 && injected.every(isOurs)), `it never ends:\n${injected.join("\n")}`)
        if (first.status === 0) assert.deepStrictEqual(madeBy(dir), expected, line)
        const told = `${first.stdout}${first.stderr}`.split("\n").filter((text) => text.startsWith("warning:"))
        assert.isAtMost(told.length, 1, line)
        await built(dir, [], variables)
        assert.deepStrictEqual(madeBy(dir), expected, line)
        const verified = JSON.parse((await fbuild(dir, ["cache", "verify", "--json"], variables)).stdout)
        assert.deepStrictEqual(
          verified,
          { ...verified, damagedEntries: 0, damagedBlobs: 0, incompleteEntries: 0 },
          line
        )
        assert.isTrue(isSound(home), line)
        const fetched = await built(dir, ["--clean"], variables)
        assert.strictEqual(countsOf(fetched).executed + countsOf(fetched).cacheHits, countsOf(fetched).total)
        assert.deepStrictEqual(madeBy(dir), expected, line)
      }
      assert.isAtLeast(hits, samples / 2)
      // Four builds for each of the samples, one of them under strace.
    }, 480_000)
  }
})

describe("a store that takes nothing", () => {
  const space = workspace()
  const ini = (core: string) => `${quickIni(core)}${quickIni(core).replace("[env:uno]", "[env:due]")}`
  const project = (name: string) =>
    write(Path.join(space, name), {
      "platformio.ini": ini(quickCore(Path.join(space, `${name}-core`))),
      "src/main.cpp": "#include <Arduino.h>\nvoid setup() {}\nvoid loop() {}\n"
    })

  it("is told once in a build of two environments, which succeeds", async () => {
    const dir = project("file")
    const home = write(Path.join(space, "home"), { "cache/content": "no folder" })
    const run = await built(dir, [], cached(home))
    const warnings = run.events.flatMap((event) => event._tag === "Warning" ? [event.error] : [])
    assert.lengthOf(warnings, 1)
    const [{ _tag, hint, message, path }] = warnings as [typeof warnings[0]]
    assert.strictEqual(_tag, "StoreRefused")
    assert.match(path!, new RegExp(`^${home}/cache/content`))
    assert.strictEqual(message, `what is built now is not all kept in the cache: cannot write ${path}: ENOTDIR`)
    assert.include(hint, "--no-cache")
  })

  it("is told with what helps on a terminal's lines", async () => {
    const dir = project("lines")
    const home = write(Path.join(space, "other home"), { "cache/actions": "no folder" })
    const { stderr } = await fbuild(dir, ["build"], cached(home))
    assert.match(
      stderr,
      /^warning: what is built now is not all kept in the cache: .*ENOTDIR\n {2}hint: make the folder/m
    )
    assert.lengthOf(stderr.match(/warning:/g) ?? [], 1)
  })
})
