import { assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Path from "node:path"
import {
  cached,
  countsOf,
  fetchedBy,
  flip,
  isSound,
  madeBy,
  madeIn,
  mounted,
  programsOf,
  quickCore,
  quickIni,
  replaceIn,
  storeFiles,
  suite,
  toolchain,
  why
} from "../suites/compileCache.ts"
import {
  blink,
  type Build,
  build,
  built,
  environment,
  execute,
  fbuild,
  type Files,
  images,
  ini,
  program,
  readEvents,
  said,
  workspace,
  write
} from "../support/project.ts"

const built_ = ".fbuild/build/uno/"
const nothing: ReadonlyArray<string> = []
const allFrom = (run: Build): void =>
  assert.deepStrictEqual(countsOf(run), { ...countsOf(run), executed: 0, cacheHits: countsOf(run).total })

describe("a warm cache", () => {
  const space = workspace()
  const variables = cached(Path.join(space, "home"))
  const sources: Files = {
    "platformio.ini": ini("uno"),
    "src/main.cpp": `#include "own.h"\n${blink}`,
    "src/tab.ino": "int tab(int n) { return n + LED_BUILTIN; }\n",
    "src/start.S": "#include <avr/io.h>\n.global started\nstarted: ret\n",
    "include/own.h": "#define OWN 1\n",
    "lib/Thing/Thing.cpp": "int thing() { return 3; }\n",
    "lib/Thing/Thing.h": "int thing();\n",
    "src/uses.cpp": "#include <Thing.h>\nint uses() { return thing(); }\n"
  }
  const dir = write(Path.join(space, "project"), sources)

  it("after clean, no program runs but fbuild", async () => {
    const first = await built(dir, [], variables)
    assert.strictEqual(countsOf(first).executed, countsOf(first).total)
    const made = madeBy(dir)
    assert.strictEqual((await fbuild(dir, ["clean"], variables)).status, 0)
    assert.isFalse(Fs.existsSync(Path.join(dir, ".fbuild/build/uno")))
    const { programs, run } = await programsOf(dir, ["build", "--json"], variables)
    allFrom(readEvents({ status: 0, stderr: "", ...run }))
    // fbuild itself starts with small programs that find Node.
    assert.deepStrictEqual(programs.filter((name) => !name.startsWith(Path.dirname(program))), [process.execPath])
    assert.deepStrictEqual(madeBy(dir), made)
    assert.deepStrictEqual((await built(dir, [], variables)).executed, nothing)
  })

  it("another checkout at another path gets all, and the same bytes", async () => {
    for (const name of ["b", "further/down/with a blank/and ünïcödé"]) {
      const other = write(Path.join(space, name), sources)
      const run = await built(other, [], variables)
      allFrom(run)
      assert.deepStrictEqual(run.executed, nothing)
      assert.deepStrictEqual(madeBy(other), madeBy(dir))
      assert.notInclude(Fs.readFileSync(Path.join(other, `${built_}firmware.elf`)).toString("latin1"), space)
    }
  })

  it("another environment of the same board gets the core", async () => {
    const other = write(Path.join(space, "environments"), {
      ...sources,
      "platformio.ini": `${ini("uno")}[env:second]\nextends = env:uno\nbuild_src_flags = -DSECOND=1\n`
    })
    await built(other, ["-e", "uno"], variables)
    const run = await built(other, ["-e", "second"], variables)
    const executed = run.executed.map((id) => id.replace(".fbuild/build/second/", ""))
    const compiled = executed.filter((id) => id.endsWith(".o"))
    assert.deepStrictEqual(compiled, ["src/main.cpp.o", "src/start.S.o", "src/tab.ino.cpp.o", "src/uses.cpp.o"])
    assert.isAbove(fetchedBy(run).filter((id) => id.startsWith(".fbuild/build/second/core/")).length, 20)
    // An archive has no folders of the build in it.
    assert.include(fetchedBy(run), ".fbuild/build/second/core/core.a")
    assert.strictEqual(images(other, "second").hex, images(other).hex)
  })

  it("an edit there and back runs what it must, then nothing", async () => {
    const before = madeBy(dir)
    replaceIn(Path.join(dir, "include/own.h"), "1", "2")
    const { executed } = await built(dir, [], variables)
    assert.deepStrictEqual(executed.filter((id) => id.endsWith(".o")), [`${built_}src/main.cpp.o`])
    replaceIn(Path.join(dir, "include/own.h"), "2", "1")
    const back = await built(dir, [], variables)
    assert.deepStrictEqual(back.executed, nothing)
    assert.include(fetchedBy(back), `${built_}src/main.cpp.o`)
    assert.deepStrictEqual(madeBy(dir), before)
  })

  it("a user who may only read it gets all, and changes nothing", async () => {
    const project = write(Path.join(space, "theirs"), sources)
    Fs.chmodSync(space, 0o755)
    Fs.chmodSync(project, 0o777)
    const store = () => storeFiles(`${space}/home`, "actions").map((path) => `${path} ${Fs.statSync(path).mtimeMs}`)
    const before = store()
    const nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"]
    const run = readEvents(
      await execute(
        "/usr/bin/setpriv",
        [...nobody, program, "build", "--json"],
        project,
        environment(project, variables)
      )
    )
    assert.strictEqual(run.status, 0, said(run))
    allFrom(run)
    assert.deepStrictEqual(madeBy(project), madeBy(dir))
    assert.deepStrictEqual(store(), before)
  })
})

describe("warnings of a compile that came from the cache", () => {
  const space = workspace()
  const core = quickCore(Path.join(space, "core"))
  const variables = cached(Path.join(space, "home"))
  const text = "int f() { int unused; }\n#warning \"seen\"\n#include <Arduino.h>\nvoid setup() {}\nvoid loop() {}\n"
  const dir = write(Path.join(space, "p"), {
    "platformio.ini": quickIni(core, "build_src_flags = -Wall"),
    "src/main.cpp": text
  })
  const shown = async (...args: ReadonlyArray<string>) => {
    const { status, stderr, stdout } = await fbuild(dir, ["build", ...args], variables)
    assert.strictEqual(status, 0, stderr)
    const all = stdout + stderr
    return all.slice(all.indexOf("src/main.cpp:")).replace(/^.*actions: .*$/m, "")
  }
  const warnings = (text: string) => text.split("\n").filter((line) => /warning:|unused|\^|In function/.test(line))

  it("are those of the compiler, with and without colour", async () => {
    const plain = warnings(await shown())
    assert.isAtLeast(plain.length, 3)
    assert.notInclude(plain.join(), "\u001b")
    assert.deepStrictEqual(warnings(await shown("--clean")), plain)
    const colored = warnings(await shown("--clean", "--color", "always"))
    assert.include(colored.join(), "\u001b[")
    assert.deepStrictEqual(colored.map((line) => line.replaceAll(/\u001b\[[\d;]*[mK]/g, "")), plain)
    assert.deepStrictEqual(warnings(await shown("--clean", "--color", "always", "--no-cache")), colored)
    assert.deepStrictEqual(warnings(await shown("--color", "always")), [], "all is up to date")
  })
})

describe("never from the cache", () => {
  const space = workspace()
  const core = quickCore(Path.join(space, "core"))
  const sources = (source = "", header = ""): Files => ({
    "platformio.ini": quickIni(core),
    "src/main.cpp":
      `#include <Arduino.h>\n#include "own.h"\n#define BODY\n${source}\nvoid setup() { BODY }\nvoid loop() {}\n`,
    "src/other.cpp": "int other = 1;\n",
    "include/own.h": header
  })
  const main = `${built_}src/main.cpp.o`

  for (const macro of ["__DATE__", "__TIME__", "__TIMESTAMP__"]) {
    it(`what has ${macro} in a source or a header`, async () => {
      const variables = cached(Path.join(space, `home${macro}`))
      for (
        const [path, files] of [
          ["src/main.cpp", sources(`const char *made = ${macro};`)],
          ["include/own.h", sources("", `static const char *const made __attribute__((used)) = ${macro};\n`)]
        ] as const
      ) {
        const dir = write(Path.join(space, macro, path.slice(0, 3)), files)
        for (const args of [[], ["--clean"]]) {
          const run = await built(dir, args, variables)
          assert.include(run.executed, main)
          assert.notInclude(run.executed.slice(args.length === 0 ? run.executed.length : 0), `${built_}src/other.cpp.o`)
          const told = (await why(dir, variables)).find(({ id }) => id === main)
          assert.deepStrictEqual(told?.cache, { _tag: "Uncacheable", reason: { _tag: "TimeMacro", path, macro } })
        }
      }
      const dir = Path.join(space, macro, "src")
      assert.deepStrictEqual((await built(dir, [], variables)).executed, nothing)
      const stats = JSON.parse((await fbuild(space, ["cache", "stats", "--json"], variables)).stdout)
      assert.deepStrictEqual(stats.usage.uncacheable, { TimeMacro: 4 })
      // Which file's time it is depends on where the macro is used.
      for (const path of macro === "__TIMESTAMP__" ? ["src/main.cpp", "include/own.h"] : []) {
        Fs.utimesSync(Path.join(dir, path), 1_600_000_000, 1_600_000_000)
        assert.include((await built(dir, [], variables)).executed, main)
        assert.deepStrictEqual((await built(dir, [], variables)).executed, nothing)
      }
    })
  }

  it("what was edited there and back while it was compiled", async () => {
    for (const file of ["src/main.cpp", "include/own.h"]) {
      const variables = cached(Path.join(space, "aba home", file))
      const dir = Path.join(space, "aba", file.replace("/", "-"))
      const target = Path.join(dir, file)
      // Size and times are those of before, too.
      const meddle = [
        `if [ -e "${dir}/meddle" ]; then case "$*" in *src/main.cpp*)`,
        `  cp -p "${target}" "${dir}/kept"; sed -i s/1111/2222/ "${target}"; /usr/bin/avr-g++ "$@"; status=$?`,
        `  cat "${dir}/kept" >"${target}"; touch -r "${dir}/kept" "${target}"; exit $status`,
        "esac; fi",
        "exec /usr/bin/avr-g++ \"$@\""
      ]
      const tools = toolchain(Path.join(space, "aba tools", file), { "avr-g++": meddle.join("\n") })
      const files = {
        ...sources("#undef BODY\n#define BODY say(OWN \"1111\");", "#define OWN \"1111\"\n"),
        "platformio.ini": quickIni(core, tools)
      }
      write(dir, { ...files, meddle: "" })
      await built(dir, [], variables)
      const told = (await why(dir, variables)).find(({ id }) => id === main)
      assert.deepStrictEqual(told?.cache, {
        _tag: "Uncacheable",
        reason: { _tag: "InputTouched", path: file }
      })
      Fs.rmSync(Path.join(dir, "meddle"))
      const wrong = images(dir)
      const again = await built(dir, [], variables)
      assert.include(again.executed, main)
      assert.notDeepEqual(images(dir), wrong)
      const clean = write(Path.join(space, "aba clean", file), files)
      await built(clean, ["--no-cache"], variables)
      assert.deepStrictEqual(madeBy(dir), madeBy(clean))
    }
  })

  it("with --no-cache, which does not write either", async () => {
    const home = Path.join(space, "unused")
    const dir = write(Path.join(space, "no-cache"), sources())
    for (const args of [["--no-cache"], ["--no-cache", "--clean"]]) {
      const run = await built(dir, args, cached(home))
      assert.strictEqual(countsOf(run).executed, countsOf(run).total)
      assert.isFalse(Fs.existsSync(Path.join(home, "cache")))
    }
    await built(dir, ["--clean"], cached(home))
    const before = storeFiles(home, "content").length + storeFiles(home, "actions").length
    assert.isAbove(before, 0)
    replaceIn(Path.join(dir, "src/other.cpp"), "1", "2")
    const run = await built(dir, ["--no-cache", "--clean"], cached(home))
    assert.strictEqual(countsOf(run).cacheHits, 0)
    assert.strictEqual(storeFiles(home, "content").length + storeFiles(home, "actions").length, before)
  })
})

describe("what changes behind our back", () => {
  const space = workspace()
  const core = quickCore(Path.join(space, "core"))
  const home = Path.join(space, "home")
  const variables = cached(home)
  const sources: Files = {
    "platformio.ini": quickIni(core),
    "src/main.cpp": `#include <Arduino.h>
extern "C" const char blob[];
void setup() { say(blob); }
void loop() {}
`,
    "src/blob.S": ".data\n.global blob\nblob: .incbin \"data.txt\"\n.byte 0\n",
    "data.txt": "one"
  }
  const dir = write(Path.join(space, "p"), sources)
  const clean = async (files: Files = sources) => {
    const other = write(Path.join(space, "clean"), files)
    await built(other, ["--clean", "--no-cache"], variables)
    return madeBy(other)
  }

  it("a file of .incbin", async () => {
    await built(dir, [], variables)
    const before = madeBy(dir)
    replaceIn(Path.join(dir, "data.txt"), "one", "two", "kept")
    const edited = await built(dir, ["--clean"], variables)
    assert.include(edited.executed, `${built_}src/blob.S.o`)
    assert.notInclude(edited.executed, `${built_}src/main.cpp.o`)
    assert.deepStrictEqual(madeBy(dir), await clean({ ...sources, "data.txt": "two" }))
    replaceIn(Path.join(dir, "data.txt"), "two", "one", "kept")
    assert.deepStrictEqual((await built(dir, ["--clean"], variables)).executed, nothing)
    assert.deepStrictEqual(madeBy(dir), before)
  })

  it("outputs", async () => {
    const before = madeBy(dir)
    for (const name of ["src/main.cpp.o", "core/core.a", "firmware.elf", "firmware.hex"]) {
      for (const spoil of [(path: string) => Fs.truncateSync(path, 100), flip, (path: string) => Fs.rmSync(path)]) {
        spoil(Path.join(dir, built_, name))
        const run = await built(dir, [], variables)
        assert.deepStrictEqual(run.executed, nothing, name)
        assert.deepStrictEqual(fetchedBy(run), [built_ + name])
        assert.deepStrictEqual(madeBy(dir), before)
      }
    }
  })

  const spoils: ReadonlyArray<(path: string) => void> = [
    flip,
    (path) => Fs.truncateSync(path, 40),
    (path) => Fs.truncateSync(path),
    (path) => Fs.appendFileSync(path, "x"),
    (path) => Fs.rmSync(path)
  ]
  for (const kind of ["actions", "content"] as const) {
    it(`${kind} of the cache: flipped, cut short, emptied, longer, gone`, async () => {
      const expected = await clean()
      // Each file in two ways.
      for (const shift of [0, 2]) {
        await built(dir, ["--clean"], variables)
        for (const [index, path] of storeFiles(home, kind).entries()) {
          Fs.chmodSync(path, 0o644)
          spoils[(index + shift) % spoils.length]!(path)
        }
        const { usage: before } = JSON.parse((await fbuild(dir, ["cache", "stats", "--json"], variables)).stdout)
        const run = await built(dir, ["--clean"], variables)
        // Small outputs of others than compilers are in the entries.
        const others = madeIn(run).filter((id) => kind === "content" && !id.endsWith(".o"))
        assert.deepStrictEqual(fetchedBy(run), others)
        assert.deepStrictEqual(madeBy(dir), expected)
        const { usage: after } = JSON.parse((await fbuild(dir, ["cache", "stats", "--json"], variables)).stdout)
        assert.isAtLeast(after.damaged - before.damaged, 1)
      }
      allFrom(await built(dir, ["--clean"], variables))
      assert.deepStrictEqual(madeBy(dir), expected)
      assert.strictEqual((await fbuild(dir, ["cache", "verify"], variables)).status, 0)
      assert.isTrue(isSound(home))
    })
  }
})

describe("a home that", () => {
  const space = workspace()
  const core = quickCore(Path.join(space, "core"))
  const sources: Files = { "platformio.ini": quickIni(core), "src/main.cpp": blinking(1) }
  const reference = write(Path.join(space, "reference"), sources)

  it("is a file, or whose cache is one: the build succeeds without", async () => {
    await built(reference, [], cached(Path.join(space, "good")))
    const file = Path.join(space, "file")
    Fs.writeFileSync(file, "")
    const inside = Path.join(space, "inside")
    write(inside, { cache: "" })
    for (const [index, home] of [file, inside, "/dev/null"].entries()) {
      const dir = write(Path.join(space, `odd${index}`), sources)
      for (const args of [[], ["--clean"]]) {
        const run = await built(dir, args, cached(home))
        assert.strictEqual(countsOf(run).executed, countsOf(run).total, home)
        assert.deepStrictEqual(madeBy(dir), madeBy(reference), home)
      }
      assert.deepStrictEqual((await built(dir, [], cached(home))).executed, nothing, home)
    }
  })

  it("is full or read-only: what fits is used, the rest is built", async () => {
    const cases = {
      full: `mount -t tmpfs -o size=40k none "$FBUILD_HOME"`,
      "out of inodes": `mount -t tmpfs -o size=10m,nr_inodes=12 none "$FBUILD_HOME"`,
      "read-only": `mount --bind "$FBUILD_HOME" "$FBUILD_HOME" && mount -o remount,ro,bind "$FBUILD_HOME"`
    }
    for (const [name, mount] of Object.entries(cases)) {
      const home = Path.join(space, name)
      Fs.mkdirSync(home)
      const dir = write(Path.join(space, `p ${name}`), sources)
      const run = await mounted(
        `${mount} && "${program}" build --json && "${program}" build -q 2>/dev/null; \
        "${program}" cache stats --json >stats.json`,
        dir,
        cached(home)
      )
      const first = readEvents({ ...run, status: 0 })
      assert.isTrue(first.finished.ok, said(first))
      assert.strictEqual(countsOf(first).executed, countsOf(first).total)
      assert.deepStrictEqual(madeBy(dir), madeBy(reference), name)
      const warnings = first.events.flatMap((event) => event._tag === "Warning" ? [event.error] : [])
      assert.deepStrictEqual(warnings.map(({ _tag }) => _tag), ["StoreRefused"], name)
      assert.include(warnings[0]!.message, name === "read-only" ? "the file system is read-only" : "no space left")
      assert.include(warnings[0]!.hint, name === "read-only" ? "make the folder writable" : "fbuild cache gc")
      const { usage } = JSON.parse(Fs.readFileSync(Path.join(dir, "stats.json"), "utf8"))
      // The counts go where the contents go: they are lost where nothing can be written at all.
      assert.isAtMost(usage.stored, countsOf(first).total - 1, name)
    }
  })

  it("two builds use at once", async () => {
    const home = Path.join(space, "shared")
    for (const round of [1, 2]) {
      const files = { ...sources, "src/main.cpp": blinking(round) }
      const dirs = ["one", "two", "three"].map((name) => write(Path.join(space, "at once", name), files))
      await Promise.all(dirs.map((dir) => built(dir, ["--clean"], cached(home))))
      const clean = write(Path.join(space, "at once/clean"), files)
      await built(clean, ["--clean", "--no-cache"], cached(home))
      for (const dir of dirs) {
        assert.deepStrictEqual(madeBy(dir), madeBy(clean))
        allFrom(await built(dir, ["--clean"], cached(home)))
      }
    }
    assert.isTrue(isSound(home))
    const verified = JSON.parse((await fbuild(space, ["cache", "verify", "--json"], cached(home))).stdout)
    assert.deepStrictEqual(verified, { ...verified, damagedEntries: 0, damagedBlobs: 0, incompleteEntries: 0 })
  })
})

function blinking(n: number): string {
  return `#include <Arduino.h>\nvoid setup() { say("${n}"); }\nvoid loop() {}\n`
}

describe("fbuild cache", () => {
  const space = workspace()
  const core = quickCore(Path.join(space, "core"))
  const home = Path.join(space, "home")
  const variables = cached(home)
  const dir = write(Path.join(space, "p"), { "platformio.ini": quickIni(core), "src/main.cpp": blinking(1) })
  const cache = async (...args: ReadonlyArray<string>) => {
    const run = await fbuild(dir, ["cache", ...args, "--json"], variables)
    assert.strictEqual(run.status, 0, run.stderr)
    return JSON.parse(run.stdout)
  }

  it("stats, verify, gc and clear tell what happened", async () => {
    const none = { hits: 0, misses: 0, stored: 0, damaged: 0, storeErrors: 0, uncacheable: {} }
    const empty = await cache("stats")
    assert.deepStrictEqual(empty, { ...empty, entries: 0, blobs: 0, bytes: 0, usage: none })
    await built(dir, [], variables)
    const first = await cache("stats")
    assert.deepStrictEqual(first.usage, { ...none, misses: 9, stored: 9 })
    assert.strictEqual(first.entries, 9)
    assert.strictEqual(first.entries, storeFiles(home, "actions").length)
    assert.strictEqual(first.blobs, storeFiles(home, "content").length)
    const sizes = ["actions", "content"].flatMap((kind) => storeFiles(home, kind as "actions"))
    assert.strictEqual(first.bytes, sizes.reduce((sum, path) => sum + Fs.statSync(path).size, 0))
    await built(dir, ["--clean"], variables)
    await built(dir, [], variables)
    assert.deepStrictEqual((await cache("stats")).usage, { ...none, misses: 9, stored: 9, hits: 9 })

    const whole = { damagedEntries: 0, damagedBlobs: 0, incompleteEntries: 0 }
    const verified = await cache("verify")
    assert.deepStrictEqual(verified, { entries: first.entries, blobs: first.blobs, ...whole })
    flip(storeFiles(home, "content")[0]!)
    flip(storeFiles(home, "actions")[0]!)
    const found = await cache("verify")
    assert.deepStrictEqual([found.damagedEntries, found.damagedBlobs], [1, 1])
    assert.deepStrictEqual({ ...await cache("verify"), entries: 0, blobs: 0 }, { entries: 0, blobs: 0, ...whole })

    await built(dir, ["--clean"], variables)
    const full = await cache("stats")
    // A map that is made anew names other temporary files, so that there may be two.
    assert.strictEqual(full.entries, first.entries)
    assert.include([first.blobs, first.blobs + 1], full.blobs)
    const cleared = await cache("clear")
    assert.deepStrictEqual(cleared, { removedEntries: full.entries, removedBlobs: full.blobs, freedBytes: full.bytes })
    assert.deepStrictEqual(await cache("stats"), empty)
    const again = await built(dir, ["--clean"], variables)
    assert.strictEqual(countsOf(again).executed, countsOf(again).total)
  })

  it("gc removes what is old and unused, and what remains is used", async () => {
    const old = [...storeFiles(home, "actions"), ...storeFiles(home, "content")]
    for (const path of old) Fs.utimesSync(path, 1_577_836_800, 1_577_836_800)
    replaceIn(Path.join(dir, "src/main.cpp"), "1", "2")
    await built(dir, ["--clean"], variables)
    const used = (await cache("stats")).entries
    const collected = await cache("gc", "--max-size", "1")
    assert.isAbove(collected.removedEntries, 0)
    assert.strictEqual((await cache("stats")).entries, used - collected.removedEntries)
    assert.strictEqual((await cache("stats")).bytes, collected.remainingBytes)
    assert.isTrue(isSound(home))
    const run = await built(dir, ["--clean"], variables)
    assert.isAbove(countsOf(run).cacheHits, 0)
  })
})

suite("Embedded", { value: "embedded", wrapper: undefined, hits: 12 })
suite("Off", { value: "off", wrapper: undefined, hits: 0 })
suite("Wrapped, ccache", { value: "wrapped:ccache", wrapper: "/usr/bin/ccache", hits: 0 })

describe("FBUILD_COMPILE_CACHE", () => {
  const space = workspace()
  const core = quickCore(Path.join(space, "core"))
  const dir = write(Path.join(space, "p"), { "platformio.ini": quickIni(core), "src/main.cpp": blinking(1) })

  it("that is unknown is an error of usage, a wrapper that is not there a missing tool", async () => {
    for (const value of ["sometimes", "wrapped", "wrapped:", "Embedded"]) {
      const run = await fbuild(dir, ["build"], cached(space, { FBUILD_COMPILE_CACHE: value }))
      assert.strictEqual(run.status, 2, value)
      assert.include(run.stderr, value)
    }
    const missing = await build(dir, [], cached(space, { FBUILD_COMPILE_CACHE: "wrapped:nocache" }))
    assert.strictEqual(missing.status, 3)
    assert.include(said(missing), "nocache not found")
    assert.isFalse(Fs.existsSync(Path.join(dir, ".fbuild")))
  })

  it("may name a wrapper by its path, and ccache's own variables reach it", async () => {
    const folder = Path.join(space, "ccache")
    const own = { FBUILD_COMPILE_CACHE: "wrapped:/usr/bin/ccache", CCACHE_DIR: folder }
    await built(dir, [], cached(space, own))
    assert.isTrue(Fs.existsSync(folder))
    assert.isFalse(Fs.existsSync(Path.join(space, "cache")))
  })
})
