import { assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { classifyArguments } from "../../src/cache/classifyArguments.ts"
import {
  cached,
  countsOf,
  fetchedBy,
  flip,
  madeBy,
  madeIn,
  mounted,
  quickCore,
  quickIni,
  replaceIn,
  storeFiles,
  toolchain,
  why
} from "../suites/compileCache.ts"
import { build, built, fbuild, type Files, program, readEvents, said, workspace, write } from "../support/project.ts"

/*
 * What ccache's test suites are named after, each asked of fbuild's own cache. Time macros, colours, what changes during a
 * compilation in ways that leave no trace, and full disks are in `test/e2e/cache.test.ts`.
 */

const out = ".fbuild/build/uno/"
const main = `${out}src/main.cpp.o`
const nothing: ReadonlyArray<string> = []

describe("as the suites of ccache name it", () => {
  const space = workspace()
  const core = quickCore(Path.join(space, "core"))
  const home = Path.join(space, "home")
  const variables = cached(home)
  let count = 0

  const text = "#include <Arduino.h>\n#include <own.h>\nvoid setup() { say(OWN); }\nvoid loop() {}\n"

  /** A project with a word of its own, so that no other test has filled the cache for it. */
  const project = (more: Files = {}, lines: ReadonlyArray<string> = []) => {
    const word = `word${count++}`
    const files = {
      "platformio.ini": quickIni(core, ...lines),
      "src/main.cpp": text,
      "include/own.h": `#define OWN "${word}"\n`,
      ...more
    }
    const dir = write(Path.join(space, word), files)
    return {
      dir,
      files,
      path: (name: string) => Path.join(dir, name),
      build: (...args: ReadonlyArray<string>) => built(dir, args, variables),
      /** What the same sources come to without a cache. */
      clean: async () => {
        const other = `${dir} clean`
        Fs.cpSync(dir, other, { recursive: true, filter: (path) => Path.basename(path) !== ".fbuild" })
        await built(other, ["--clean", "--no-cache"], variables)
        return madeBy(other)
      },
      told: async (id: string) => (await why(dir, variables)).find((action) => action.id === id)
    }
  }

  for (const [name, kind] of [["corrupt result file", "content"], ["corrupt manifest", "actions"]] as const) {
    it(name, async () => {
      const { build, clean, dir } = project()
      await build()
      storeFiles(home, kind).forEach(flip)
      const again = await build("--clean")
      // Small outputs of others than compilers are in the entries.
      const others = madeIn(again).filter((id) => kind === "content" && !id.endsWith(".o"))
      assert.deepStrictEqual(fetchedBy(again), others)
      assert.deepStrictEqual(madeBy(dir), await clean())
      const third = await build("--clean")
      assert.deepStrictEqual(third.executed, nothing)
    })
  }

  it("too new source file, too new include file", async () => {
    for (const name of ["src/main.cpp", "include/own.h"]) {
      const { build, clean, dir, path } = project()
      const future = Date.now() / 1000 + 86_400
      Fs.utimesSync(path(name), future, future)
      await build()
      assert.deepStrictEqual((await build()).executed, nothing)
      assert.deepStrictEqual((await build("--clean")).executed, nothing)
      replaceIn(path("include/own.h"), "OWN \"w", "OWN \"W", "kept")
      assert.include((await build()).executed, main)
      assert.deepStrictEqual(madeBy(dir), await clean())
    }
  })

  it("input modified during compilation", async () => {
    const change = "case \"$*\" in *src/main.cpp*) [ -e done ] || { echo '//' >>include/own.h; touch done; };; esac"
    const tools = toolchain(Path.join(space, "modifying"), {
      "avr-g++": `/usr/bin/avr-g++ "$@"; status=$?; ${change}; exit $status`
    })
    const { build, clean, dir, files, told } = project({}, [tools])
    await build()
    assert.strictEqual((await told(main))?.cache?._tag, "Uncacheable")
    assert.include((await build("--clean")).executed, main)
    assert.deepStrictEqual((await build("--clean")).executed, nothing)
    assert.deepStrictEqual(madeBy(dir), await clean())
    // As it was before: nobody has an object for it.
    write(dir, files)
    assert.include((await build()).executed, main)
  })

  it("-MF, -MQ and -MT of the project", async () => {
    for (const flags of ["-MT given", "-MQ given -MP", "-MF given.d", "-MFgiven.d -MMD", "-MD", "-M -MG"]) {
      const { build, dir, path } = project({}, [`build_src_flags = ${flags}`])
      const first = await fbuild(dir, ["build"], variables)
      // A build that cannot work says so; one that works sees its headers.
      if (first.status !== 0) {
        assert.strictEqual(first.status, 1, flags)
        continue
      }
      replaceIn(path("include/own.h"), "word", "WORD", "kept")
      assert.include((await build()).executed, main, flags)
      assert.isFalse(Fs.existsSync(path("given.d")), flags)
    }
    const { build, path } = project({}, ["build_src_flags = -Wp,-MD,given.d"])
    await build()
    replaceIn(path("include/own.h"), "word", "WORD", "kept")
    assert.include((await build()).executed, main)
  })

  it("dependency file content per object path", async () => {
    const { build, dir, files, path } = project({
      "src/deep/same.cpp": text.replace("setup", "other").replace("loop", "x")
    })
    write(dir, { "platformio.ini": `${files["platformio.ini"]}[env:second]\nextends = env:uno\n` })
    await build()
    replaceIn(path("include/own.h"), "word", "WORD", "kept")
    const run = await build()
    const made = [...run.executed, ...fetchedBy(run)].filter((id) => id.endsWith(".o")).toSorted()
    assert.deepStrictEqual(
      made,
      ["second", "uno"].flatMap((env) => ["deep/same", "main"].map((name) => `.fbuild/build/${env}/src/${name}.cpp.o`))
    )
    const told = await fbuild(dir, ["why", "--json", "include/own.h"], variables)
    for (const name of made) assert.include(told.stdout, `"${name}"`)
    assert.strictEqual(madeBy(dir, "second")["firmware.elf"], madeBy(dir)["firmware.elf"])
  })

  it(".incbin", async () => {
    const { build, clean, dir, path } = project({
      "src/blob.S": ".data\n.global blob\nblob: .incbin \"data.bin\"\n",
      "data.bin": "1234"
    })
    await build()
    replaceIn(path("data.bin"), "1234", "5678", "kept")
    assert.include((await build("--clean")).executed, `${out}src/blob.S.o`)
    assert.deepStrictEqual(madeBy(dir), await clean())
  })

  it("-frecord-gcc-switches, -fstack-usage, with and without -flto", async () => {
    for (const flags of ["-frecord-gcc-switches", "-fstack-usage", "-flto -fno-fat-lto-objects -fstack-usage"]) {
      const { build, clean, dir, told } = project({}, [`build_src_flags = ${flags}`])
      for (const args of [[], ["--clean"]]) {
        assert.include((await build(...args)).executed, main, flags)
        const answer = (await told(main))?.cache
        assert(answer?._tag === "Uncacheable" && answer.reason._tag === "UncacheableFlag", flags)
        assert.strictEqual(answer.reason.flag, flags.split(" ").at(-1))
      }
      // The switches have the names of temporary files in them.
      if (!flags.includes("record")) assert.deepStrictEqual(madeBy(dir), await clean(), flags)
    }
  })

  it("-march=native", () => {
    const [arg] = classifyArguments(["gcc", "-march=native"]) ?? []
    assert.strictEqual(arg?.class, "uncacheable")
    assert.notStrictEqual(classifyArguments(["gcc", "-march=rv32imc"])?.[0]?.class, "uncacheable")
  })

  it("absolute path in stderr", async () => {
    const { build, dir, files } = project({ "include/own.h": "#define OWN \"absolute\"\n#warning \"from a header\"\n" })
    await build()
    const other = write(`${dir} other`, files)
    const run = await fbuild(other, ["build"], variables)
    assert.match(run.stdout, /9 actions: 9 cached/)
    assert.match(run.stdout + run.stderr, /^include\/own\.h:2:2: warning: #warning "from a header"/m)
    assert.notInclude(run.stdout + run.stderr, dir)
  })

  it("symlinked source dir, symlinked build dir", async () => {
    const { build, clean, dir, path } = project()
    Fs.renameSync(path("src"), `${dir} sources`)
    Fs.symlinkSync(`${dir} sources`, path("src"))
    Fs.mkdirSync(`${dir} outputs`)
    Fs.symlinkSync(`${dir} outputs`, path(".fbuild"))
    await build()
    assert.deepStrictEqual((await build()).executed, nothing)
    assert.deepStrictEqual((await build("--clean")).executed, nothing)
    write(`${dir} sources`, { "main.cpp": text.replace("say(OWN)", "say(OWN OWN)") })
    assert.include((await build()).executed, main)
    assert.deepStrictEqual(madeBy(dir), await clean())
  })

  it("CPATH and its like", async () => {
    const { dir } = project()
    write(space, { "elsewhere/own.h": "#define OWN \"elsewhere\"\n" })
    await built(dir, [], variables)
    const made = madeBy(dir)
    for (const name of ["CPATH", "CPLUS_INCLUDE_PATH", "GCC_EXEC_PREFIX", "COMPILER_PATH", "LIBRARY_PATH"]) {
      const own = { ...variables, [name]: Path.join(space, "elsewhere") }
      assert.deepStrictEqual((await built(dir, [], own)).executed, nothing, name)
      const without = await built(dir, ["--clean", "--no-cache"], own)
      assert.strictEqual(countsOf(without).executed, countsOf(without).total)
      assert.deepStrictEqual(madeBy(dir), made, name)
    }
  })

  it("two source dirs with equal text", async () => {
    const both = (n: number) => `#include "here.h"\nconst char *name${n}() { return HERE __FILE__; }\n`
    const same = "#include \"here.h\"\nstatic const char *const name __attribute__((used)) = HERE;\n"
    const { build, clean, dir } = project({
      "src/a/same.cpp": same,
      "src/b/same.cpp": same,
      "src/a/here.h": "#define HERE \"in a\"\n",
      "src/b/here.h": "#define HERE \"in b\"\n",
      "src/a/both.cpp": both(1),
      "src/b/both.cpp": both(2)
    })
    for (const args of [[], ["--clean"]]) {
      await build(...args)
      const made = madeBy(dir)
      assert.notStrictEqual(made["src/a/same.cpp.o"], made["src/b/same.cpp.o"])
      assert.deepStrictEqual(made, await clean())
    }
  })

  it("removed then re-added header", async () => {
    const { build, dir, path } = project()
    const first = await build()
    assert.include(first.executed, main)
    const made = madeBy(dir)
    Fs.renameSync(path("include/own.h"), path("away"))
    const failed = await buildOf(dir)
    assert.strictEqual(failed.status, 1)
    assert.match(said(failed), /own\.h/)
    Fs.renameSync(path("away"), path("include/own.h"))
    assert.deepStrictEqual((await build()).executed, nothing)
    assert.deepStrictEqual(madeBy(dir), made)
  })
  const buildOf = (dir: string) => build(dir, [], variables)

  it("compiler check: mtime alone is nothing, content is", async () => {
    const tools = Path.join(space, "checked")
    const line = toolchain(tools, { "avr-g++": "exec /usr/bin/avr-g++ -DCHECK=1 \"$@\"" })
    const { build, clean, dir } = project({ "src/check.cpp": "int check = CHECK;\n" }, [line])
    await build()
    for (const name of Fs.readdirSync(Path.join(tools, "bin"))) {
      Fs.utimesSync(Path.join(tools, "bin", name), new Date(), new Date())
    }
    assert.deepStrictEqual((await build()).executed, nothing)
    replaceIn(Path.join(tools, "bin/avr-g++"), "CHECK=1", "CHECK=2", "kept")
    assert.include((await build()).executed, `${out}src/check.cpp.o`)
    assert.deepStrictEqual(madeBy(dir), await clean())
    replaceIn(Path.join(tools, "bin/avr-g++"), "CHECK=2", "CHECK=1", "kept")
    assert.deepStrictEqual((await build()).executed, nothing, "known from before")
  })

  it("empty object", async () => {
    // An output of no bytes at all, and an object of an empty source.
    const tools = toolchain(Path.join(space, "emptying"), {
      "avr-objcopy":
        "for last; do :; done; case $last in *.bin) : >\"$last\";; *) exec /usr/bin/avr-objcopy \"$@\";; esac"
    })
    const { build, dir, path } = project({ "src/empty.cpp": "" }, [tools])
    await build()
    const made = madeBy(dir)
    assert.strictEqual(Fs.statSync(path(`${out}firmware.bin`)).size, 0)
    assert.include(fetchedBy(await build("--clean")), `${out}src/empty.cpp.o`)
    assert.deepStrictEqual(madeBy(dir), made)
  })

  it("failed write to output", async () => {
    const { build, clean, dir, path } = project()
    await build()
    Fs.rmSync(path(".fbuild"), { recursive: true })
    Fs.mkdirSync(path(".fbuild"))
    const mount = `mount -t tmpfs -o size=28k none "${path(".fbuild")}" && exec "${program}" build --json`
    const run = readEvents(await mounted(mount, dir, variables))
    assert.strictEqual(run.status, 1)
    // GCC's own words, where it is the one to find out, have the wrong reason behind them.
    assert.match(said(run), /no space left|error writing to/i)
    assert.deepStrictEqual((await build()).executed, nothing)
    assert.deepStrictEqual(madeBy(dir), await clean())
  })

  it("read-only cache", async () => {
    const { build, clean, dir, path } = project()
    await build()
    const mount =
      `mount --bind "${home}" "${home}" && mount -o remount,ro,bind "${home}" && exec "${program}" build --json`
    Fs.rmSync(path(".fbuild"), { recursive: true })
    const run = readEvents(await mounted(mount, dir, variables))
    assert.strictEqual(run.status, 0, said(run))
    assert.deepStrictEqual(run.executed, nothing)
    replaceIn(path("include/own.h"), "word", "WORD")
    const edited = readEvents(await mounted(mount, dir, variables))
    assert.strictEqual(edited.status, 0, said(edited))
    assert.include(edited.executed, main)
    assert.deepStrictEqual(madeBy(dir), await clean())
  })

  it("forward-compatible stats", async () => {
    const own = cached(Path.join(space, "stats home"))
    const { dir } = project()
    await built(dir, [], own)
    const stats = async () => JSON.parse((await fbuild(dir, ["cache", "stats", "--json"], own)).stdout).usage
    const before = await stats()
    const usage = Path.join(space, "stats home/cache/usage")
    const line = JSON.parse(Fs.readFileSync(usage, "utf8").split("\n")[0]!)
    Fs.appendFileSync(usage, `${JSON.stringify({ ...line, hits: 5, fromTheFuture: { n: 1 } })}\nnot a line\n{}\n`)
    const after = await stats()
    assert.strictEqual(after.hits, before.hits + 5)
    assert.strictEqual(after.misses, 2 * before.misses)
    await built(dir, ["--clean"], own)
    assert.strictEqual((await stats()).hits, after.hits + 9)
  })
})
