import { assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Path from "node:path"
import type { Explanation } from "../../src/exec/Explanation.ts"
import { cached, flip, quickCore, quickIni, replaceIn, script, toolchain, why } from "../suites/compileCache.ts"
import { blink, built, fbuild, type Files, ini, sha256, workspace, write } from "../support/project.ts"

const files: Files = {
  "src/main.cpp": "#include <Arduino.h>\n#include \"own.h\"\nvoid setup() { say(OWN); }\nvoid loop() {}\n",
  "src/other.cpp": "int other = 1;\n",
  "include/own.h": "#define OWN \"1\"\n"
}
const out = ".fbuild/build/uno/"
const main = `${out}src/main.cpp.o`
const other = `${out}src/other.cpp.o`
const nothing: ReadonlyArray<string> = []

describe("fbuild why", () => {
  const space = workspace()
  const core = quickCore(Path.join(space, "core"))
  let count = 0

  /** A project that has been built, with a home of its own. */
  const project = async (more: Files = {}, variables = cached(Path.join(space, `home${count}`))) => {
    const dir = write(Path.join(space, `p${count++}`), { ...files, "platformio.ini": quickIni(core), ...more })
    await built(dir, [], variables)
    const path = (name: string) => Path.join(dir, name)
    const of = async (id: string): Promise<Explanation> => {
      const found = (await why(dir, variables)).find((action) => action.id === id)
      assert(found !== undefined, id)
      return found
    }
    const text = async (...args: ReadonlyArray<string>) => {
      const run = await fbuild(dir, ["why", ...args], variables)
      assert.strictEqual(run.status, 0, run.stderr)
      return run.stdout
    }
    return {
      dir,
      of,
      path,
      text,
      variables,
      build: (...args: ReadonlyArray<string>) => built(dir, args, variables),
      /** What became of an action, and why. */
      reason: async (id: string) => {
        const { outcome, reason } = await of(id)
        return { outcome, reason }
      },
      digest: (name: string) => sha256(Fs.readFileSync(path(name)))
    }
  }

  it("before any build is an error that says what to do", async () => {
    const dir = write(Path.join(space, "unbuilt"), { ...files, "platformio.ini": quickIni(core) })
    const run = await fbuild(dir, ["why"], cached(Path.join(space, "unbuilt home")))
    assert.strictEqual(run.status, 2)
    assert.match(run.stderr, /uno has not been built yet\n.*fbuild build -e uno/)
    assert.strictEqual(run.stdout, "")
  })

  it("a first build", async () => {
    const { dir, text, variables } = await project()
    const all = await why(dir, variables)
    assert.deepStrictEqual([...new Set(all.map(({ outcome }) => outcome))], ["Executed"])
    for (const { cache, id, reason } of all) {
      assert.deepStrictEqual(reason, { _tag: "NeverBuilt" }, id)
      assert.deepStrictEqual(cache, { _tag: "NoEntry" }, id)
    }
    const told = await text()
    assert.include(told, "ran\n    nothing is known of an earlier success\n")
    assert.include(told, `CxxCompile ${main}`)
  })

  it("all is up to date", async () => {
    const { build, dir, text, variables } = await project()
    // Once by looking at all, once because that stands.
    for (const _ of [1, 2]) {
      assert.deepStrictEqual((await build()).executed, nothing)
      for (const action of await why(dir, variables)) {
        assert.deepStrictEqual({ ...action, id: "", path: "" }, {
          id: "",
          path: "",
          mnemonic: action.mnemonic,
          outcome: "UpToDate"
        })
      }
      assert.match(await text(), /up to date: \d+ actions/)
    }
    assert.include(await text("src/main.cpp"), "nothing it reads has changed")
  })

  it("an edited source, with its digests", async () => {
    const { build, digest, path, reason, text } = await project()
    const before = digest("src/other.cpp")
    replaceIn(path("src/other.cpp"), "1", "2", "kept")
    await build()
    const after = digest("src/other.cpp")
    assert.deepStrictEqual(await reason(other), {
      outcome: "Executed",
      reason: { _tag: "InputChanged", path: "src/other.cpp", before, after }
    })
    assert.deepStrictEqual(await reason(main), { outcome: "UpToDate", reason: undefined })
    const link = await reason(`${out}firmware.elf`)
    assert(link.reason?._tag === "InputChanged")
    assert.strictEqual(link.reason.path, other)
    assert.include(await text(), `src/other.cpp has changed: ${before.slice(0, 12)} → ${after.slice(0, 12)}`)
  })

  it("an edited header", async () => {
    const { build, digest, of, path, reason } = await project()
    const before = digest("include/own.h")
    replaceIn(path("include/own.h"), "\"1\"", "\"2\"")
    await build()
    const changed = { _tag: "InputChanged", path: "include/own.h", before, after: digest("include/own.h") } as const
    assert.deepStrictEqual(await reason(main), { outcome: "Executed", reason: changed })
    // The cache has it as it was built before.
    assert.deepStrictEqual((await of(main)).cache, { _tag: "EntryDiffers", difference: changed })
    assert.deepStrictEqual(await reason(other), { outcome: "UpToDate", reason: undefined })
  })

  it("a header that shadows another", async () => {
    const { build, path, reason, text } = await project()
    write(path("."), { "src/own.h": "#define OWN \"shadow\"\n" })
    await build()
    assert.deepStrictEqual(await reason(main), {
      outcome: "Executed",
      reason: { _tag: "InputShadowed", path: "src/own.h" }
    })
    assert.include(await text(), "src/own.h has appeared, which comes before a file that it had read")
    Fs.rmSync(path("src/own.h"))
    await build()
    assert.deepStrictEqual(await reason(main), {
      outcome: "Cached",
      reason: { _tag: "InputMissing", path: "src/own.h" }
    })
  })

  it("flags that were added or removed, as words", async () => {
    const { build, path, reason, text } = await project({ "platformio.ini": quickIni(core, "build_flags = -DA=1 -DB") })
    write(path("."), { "platformio.ini": quickIni(core, "build_flags = -DA=2 -DB -DC=\\\"x\\\"") })
    await build()
    assert.deepStrictEqual(await reason(main), {
      outcome: "Executed",
      reason: { _tag: "CommandChanged", removed: ["-DA=1"], added: ["-DA=2", "-DC=\"x\""], moved: [] }
    })
    assert.include(await text(), "its command has changed\n      - -DA=1\n      + -DA=2\n      + '-DC=\"x\"'\n")
  })

  it("another board", async () => {
    const variables = cached(Path.join(space, "board home"))
    const dir = write(Path.join(space, "board"), {
      "platformio.ini": ini("uno"),
      "src/main.cpp": blink
    })
    await built(dir, [], variables)
    write(dir, { "platformio.ini": ini("uno").replace("board = uno", "board = megaatmega2560") })
    await built(dir, [], variables)
    const told = (await why(dir, variables, "src/main.cpp")).find(({ id }) => id === main)
    assert(told?.reason?._tag === "CommandChanged")
    assert.include(told.reason.removed, "-mmcu=atmega328p")
    assert.include(told.reason.added, "-mmcu=atmega2560")
    assert.include(told.reason.added, "-DARDUINO_AVR_MEGA2560")
  })

  it("a toolchain of which a part was replaced", async () => {
    const tools = Path.join(space, "tools")
    const line = toolchain(tools)
    const as = Path.join(tools, "parts/as")
    script(as, "exec /usr/lib/avr/bin/as \"$@\" # 1")
    const { build, path, reason, text } = await project({ "platformio.ini": quickIni(core, line) })
    assert.include(Fs.readFileSync(path(`${out}build_info.json`), "utf8"), tools)
    replaceIn(as, "# 1", "# 2", "kept")
    await build()
    const told = await reason(main)
    assert(told.reason?._tag === "ToolchainChanged")
    assert.deepStrictEqual(told.reason.parts, [{ path: as, change: "Changed" }])
    assert.include(await text(), "a program or file of the toolchain has changed: as\n")
    // In place of the system's.
    script(Path.join(tools, "parts/cc1plus"), "exec /usr/lib/gcc/avr/5.4.0/cc1plus \"$@\"")
    await build()
    assert.include(await text(), "a program or file of the toolchain has changed: cc1plus (")
  })

  it("a toolchain of which nobody remembers the parts", async () => {
    const tools = Path.join(space, "forgotten tools")
    const as = Path.join(tools, "parts/as")
    const line = toolchain(tools)
    script(as, "exec /usr/lib/avr/bin/as \"$@\" # 1")
    const { build, reason, text, variables } = await project({ "platformio.ini": quickIni(core, line) })
    const memos = Path.join(variables["FBUILD_HOME"]!, "toolchains")
    for (const name of Fs.readdirSync(memos)) Fs.rmSync(Path.join(memos, name))
    replaceIn(as, "# 1", "# 2", "kept")
    await build()
    assert((await reason(main)).reason?._tag === "ToolchainChanged")
    assert.match(await text(), /a program or file of the toolchain has changed: [0-9a-f]{12} → [0-9a-f]{12}\n/)
  })

  it("outputs that are gone or were written to by others", async () => {
    const { build, path, reason, text } = await project()
    Fs.rmSync(path(main))
    flip(path(other))
    await build()
    assert.deepStrictEqual(await reason(main), { outcome: "Cached", reason: { _tag: "OutputMissing", path: main } })
    const altered = await reason(other)
    assert(altered.reason?._tag === "OutputChanged")
    assert.strictEqual(altered.outcome, "Cached")
    assert.strictEqual(altered.reason.path, other)
    assert.notStrictEqual(altered.reason.before, altered.reason.after)
    const told = await text()
    assert.include(told, `${main} was not there\n    its outputs were in the cache`)
    assert.include(told, `${other} was not what had been made: `)
  })

  it("what is not cached, and why", async () => {
    const { of, text } = await project({ "src/other.cpp": "const char *other = __TIME__;\n" })
    const reason = { _tag: "TimeMacro", path: "src/other.cpp", macro: "__TIME__" } as const
    assert.deepStrictEqual((await of(other)).cache, { _tag: "Uncacheable", reason })
    assert.include(await text(other), "not kept in the cache: src/other.cpp has __TIME__")
  })

  it("what came from the cache", async () => {
    const { build, dir, text, variables } = await project()
    await build("--clean")
    for (const action of await why(dir, variables)) {
      assert.strictEqual(action.outcome, "Cached")
      assert.deepStrictEqual(action.cache, { _tag: "Hit" })
    }
    assert.include(
      await text(),
      "cached\n    nothing is known of an earlier success\n    its outputs were in the cache\n"
    )
  })

  it("what failed, and what for want of it did not run", async () => {
    const { dir, path, reason, text, variables } = await project()
    write(path("."), { "src/other.cpp": "#error no\n" })
    assert.strictEqual((await fbuild(dir, ["build", "-k"], variables)).status, 1)
    assert.strictEqual((await reason(other)).outcome, "Failed")
    assert.strictEqual((await reason(other)).reason?._tag, "InputChanged")
    assert.deepStrictEqual(await reason(`${out}firmware.elf`), { outcome: "Cancelled", reason: undefined })
    const told = await text()
    assert.include(told, `failed\n    src/other.cpp has changed`)
    assert.include(told, "did not run\n    what it needs was not made")
  })

  it("of a file: a source, a header, an object, an end of a path", async () => {
    const { dir, path, variables } = await project()
    const ids = async (file: string) => (await why(dir, variables, file)).map(({ id }) => id).toSorted()
    for (const name of ["src/main.cpp", path("src/main.cpp"), "./src/../src/main.cpp", "include/own.h", "own.h"]) {
      assert.deepStrictEqual(await ids(name), [main], name)
    }
    assert.deepStrictEqual(await ids("main.cpp"), [`${out}core/main.cpp.o`, main])
    assert.deepStrictEqual(await ids(main), [`${out}firmware.elf`, main])
    assert.deepStrictEqual(await ids("firmware.hex"), [`${out}firmware.hex`])
    const readers: ReadonlyArray<string> = await ids("Arduino.h")
    assert.include(readers, main)
    assert.notInclude(readers, other)
    for (const name of ["nothing.cpp", "ain.cpp"]) {
      const run = await fbuild(dir, ["why", name], variables)
      assert.strictEqual(run.status, 2, name)
      assert.include(run.stderr, `no action of the last build reads or makes ${name}`)
    }
  })

  it("in colour where asked to, of the environment that is asked for", async () => {
    const { dir, path, text, variables } = await project()
    assert.notInclude(await text(), "\u001b")
    assert.include(await text("--color", "always"), "\u001b[")
    write(path("."), { "platformio.ini": `${quickIni(core)}[env:second]\nextends = env:uno\n` })
    assert.match(await text("-e", "uno"), /^uno\n/)
    const run = await fbuild(dir, ["why", "-e", "second"], variables)
    assert.strictEqual(run.status, 2)
    assert.include(run.stderr, "second has not been built yet")
  })

  it("without a cache says nothing of one", async () => {
    const { dir, text, variables } = await project({}, cached(Path.join(space, "off"), { FBUILD_COMPILE_CACHE: "off" }))
    for (const { cache } of await why(dir, variables)) assert.deepStrictEqual(cache, { _tag: "NotAsked" })
    assert.notInclude(await text(), "cache")
  })
})
