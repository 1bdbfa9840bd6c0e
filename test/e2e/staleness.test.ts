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
  quickCore,
  quickIni,
  replaceIn,
  script,
  spawned,
  storeFiles,
  toolchain
} from "../suites/compileCache.ts"
import { build, built, fbuild, type Files, said, workspace, write } from "../support/project.ts"

/*
 * Every edit after which some build tool or cache was seen to give a wrong image. Not here: what needs a remote cache or
 * execution ("remote says hit, blob is gone", "server down, slow, 429"), a daemon ("one daemon, 50 clients"), another
 * platform (`sdkconfig`, `build_opt.h`), `extra_scripts`, or a file system that ignores case.
 */

interface World {
  readonly dir: string
  readonly core: string
  readonly tools: string
  readonly variables: Readonly<Record<string, string>>
  readonly path: (file: string) => string
}

interface Row {
  /** Besides or instead of the files that all rows have. */
  readonly files?: Files
  readonly options?: ReadonlyArray<string>
  /** Has a core, a home and, for `tools`, a toolchain of its own; others share them, and what they have built. */
  readonly alone?: "core" | "tools"
  readonly edit: (world: World) => void
  /** Objects that are made anew then, below the build folder. */
  readonly compiled: ReadonlyArray<string>
  /** What the build fails with then. */
  readonly fails?: string
}

const out = ".fbuild/build/uno/"
const files: Files = {
  "src/main.cpp": `#include <Arduino.h>
#include <own.h>
extern int other;
int tab(int);
void setup() { say(OWN); say("main1"); if (tab(other) == 7) say("seven"); }
void loop() {}
`,
  "src/other.cpp": "int other = 1111;\n",
  "src/zz_tab.ino": "int tab(int n) { return n + 1111; }\n",
  "include/own.h": "#define OWN \"1111\"\n"
}
const main = "src/main.cpp.o"
const other = "src/other.cpp.o"
const tab = "src/zz_tab.ino.cpp.o"
const own = [main, other, tab]
/** All but the core's own, and the variant's. */
const inCore = ["core/main.cpp.o", "core/say.c.o"]
const everything = [...inCore, ...own, "variant/variant.cpp.o"]

/** C has a driver of its own. */
const inCxx = everything.filter((name) => name !== "core/say.c.o")

const source = ({ path }: World) => path("src/other.cpp")
const header = ({ path }: World) => path("include/own.h")
const sketch = ({ path }: World) => path("src/zz_tab.ino")
const as = (word: string) => `exec /usr/lib/avr/bin/as "$@" # ${word}`
const cc1plus = (word: string) => `exec /usr/lib/gcc/avr/5.4.0/cc1plus "$@" -DPART=${word}`
const driver = (tools: string, word: string) => `exec /usr/bin/avr-g++ -B"${tools}/parts/" -DDRIVER=${word} "$@"`
/** Shows by its object which toolchain made it. */
const usesTools: Files = { "src/other.cpp": "int other = 16 * PART + DRIVER;\n" }
/** Replaces a program, as an installation does: another file under the same name. */
const replaceProgram = (path: string, from: string, to: string, times: "kept" | undefined) => {
  const { atime, mtime } = Fs.statSync(path)
  const text = Fs.readFileSync(path, "utf8")
  assert.include(text, from)
  Fs.rmSync(path)
  Fs.writeFileSync(path, text.replace(from, to), { mode: 0o755 })
  if (times === "kept") Fs.utimesSync(path, atime, mtime)
}

/** Rows of the comparison with other build tools. */
const measured: Readonly<Record<string, Row>> = {
  "source edited": { edit: (w) => replaceIn(source(w), "1111", "22"), compiled: [other] },
  "source edited, size and mtime kept": {
    edit: (w) => replaceIn(source(w), "1111", "2222", "kept"),
    compiled: [other]
  },
  "source edited, mtime set back to 2020": {
    edit: (w) => replaceIn(source(w), "1111", "22", "2020"),
    compiled: [other]
  },
  "header edited": { edit: (w) => replaceIn(header(w), "1111", "22"), compiled: [main] },
  "header edited, size and mtime kept": { edit: (w) => replaceIn(header(w), "1111", "2222", "kept"), compiled: [main] },
  "header edited, mtime 2020": { edit: (w) => replaceIn(header(w), "1111", "22", "2020"), compiled: [main] },
  "new header shadows the used one": {
    edit: ({ dir }) => void write(dir, { "src/own.h": "#define OWN \"new\"\n" }),
    compiled: [main]
  },
  "core source edited": {
    alone: "core",
    edit: ({ core }) => replaceIn(Path.join(core, "cores/acme/say.c"), "9600 - 1", "9600 - 11"),
    compiled: ["core/say.c.o"]
  },
  "core header edited": {
    alone: "core",
    edit: ({ core }) => replaceIn(Path.join(core, "variants/one/variant.h"), "\"one\"", "\"another\""),
    compiled: ["core/main.cpp.o", "core/say.c.o", main, tab, "variant/variant.cpp.o"]
  },
  "core source edited, size and mtime kept": {
    alone: "core",
    edit: ({ core }) => replaceIn(Path.join(core, "cores/acme/say.c"), "9600 - 1", "9600 - 7", "kept"),
    compiled: ["core/say.c.o"]
  },
  "core source edited, mtime 2020": {
    alone: "core",
    edit: ({ core }) => replaceIn(Path.join(core, "cores/acme/say.c"), "9600 - 1", "9600 - 7", "2020"),
    compiled: ["core/say.c.o"]
  },
  "compiler replaced (mtime differs)": {
    alone: "tools",
    files: usesTools,
    edit: ({ tools }) => replaceProgram(Path.join(tools, "bin/avr-g++"), "DRIVER=1", "DRIVER=10", undefined),
    compiled: inCxx
  },
  "compiler replaced (same size and mtime)": {
    alone: "tools",
    files: usesTools,
    edit: ({ tools }) => replaceProgram(Path.join(tools, "bin/avr-g++"), "DRIVER=1", "DRIVER=2", "kept"),
    compiled: inCxx
  },
  ".ino edited, size and mtime kept": { edit: (w) => replaceIn(sketch(w), "1111", "2222", "kept"), compiled: [tab] },
  "#error put into the .ino, mtime 2020": {
    edit: (w) => replaceIn(sketch(w), "int tab", "#error no\nint tab", "2020"),
    compiled: [],
    fails: "#error no"
  },
  "an object truncated, then the sketch edited": {
    edit: (w) => {
      Fs.truncateSync(w.path(`${out}${other}`), 50)
      replaceIn(sketch(w), "1111", "3333")
    },
    compiled: [other, tab]
  },
  "source added": {
    edit: ({ dir }) => void write(dir, { "src/new.c": "int added = 1;\n" }),
    compiled: ["src/new.c.o"]
  },
  "source removed": {
    files: { "src/extra.cpp": "int extra = 1;\n" },
    edit: ({ path }) => Fs.rmSync(path("src/extra.cpp")),
    compiled: []
  },
  "flag changed": {
    options: ["build_flags = -DFLAG=1"],
    files: { "src/other.cpp": "int other = FLAG;\n" },
    edit: ({ path }) => replaceIn(path("platformio.ini"), "FLAG=1", "FLAG=2"),
    compiled: everything
  },
  "image deleted": { edit: ({ path }) => Fs.rmSync(path(`${out}firmware.hex`)), compiled: [] }
}

/** Rows of the list of wrong results that tools and caches were reported for. */
const adversarial: Readonly<Record<string, Row>> = {
  "edit .ino, add #error, rebuild": {
    edit: (w) => replaceIn(sketch(w), "int tab", "#error stop here\nint tab"),
    compiled: [],
    fails: "src/zz_tab.ino:1:2: error: #error stop here"
  },
  "add header earlier on -I path": {
    options: ["build_flags = -Ifirst -Isecond"],
    files: { "first/none.h": "", "second/own.h": "#define OWN \"second\"\n" },
    edit: ({ dir }) => void write(dir, { "first/own.h": "#define OWN \"first\"\n" }),
    compiled: [main]
  },
  "add header of -include where the compiler runs": {
    options: ["build_src_flags = -include always.h"],
    files: { "include/always.h": "#define ALWAYS 1\n", "src/other.cpp": "int other = ALWAYS;\n" },
    edit: ({ dir }) => void write(dir, { "always.h": "#define ALWAYS 2\n" }),
    compiled: [main, other, tab]
  },
  "add header earlier on a -I path that only the preprocessor gets": {
    // The compiler looks there when it has looked everywhere else.
    options: ["build_flags = -Wp,-Ifirst -Xpreprocessor -I -Xpreprocessor second"],
    files: {
      "first/none.h": "",
      "second/extra.h": "#define EXTRA 1\n",
      "src/other.cpp": "#include <extra.h>\nint other = EXTRA;\n"
    },
    edit: ({ dir }) => void write(dir, { "first/extra.h": "#define EXTRA 2\n", "first/own.h": "" }),
    compiled: [other]
  },
  "add library earlier on a -L path": {
    options: ["build_flags = -L first -Lsecond -lgiven"],
    files: {
      "first/none": "",
      "second/libgiven.a": "given = 1;\n",
      "src/other.cpp": "extern char given;\nint other = (int) &given;\n"
    },
    edit: ({ dir }) => void write(dir, { "first/libgiven.a": "given = 2;\n" }),
    compiled: []
  },
  "add header earlier on the -I path of a response file": {
    options: ["build_flags = @flags.txt"],
    files: {
      "flags.txt": "'-Ifirst' @more.txt\n",
      "more.txt": "-I second\n",
      "first/none.h": "",
      "second/own.h": "#define OWN \"second\"\n"
    },
    edit: ({ dir }) => void write(dir, { "first/own.h": "#define OWN \"first\"\n" }),
    compiled: [main]
  },
  "__has_include flips": {
    files: { "src/other.cpp": "#if __has_include(<maybe.h>)\nint other = 2;\n#else\nint other = 1;\n#endif\n" },
    edit: ({ dir }) => void write(dir, { "include/maybe.h": "" }),
    compiled: [other]
  },
  "new directory appears for an earlier -I": {
    options: ["build_flags = -Ilater"],
    edit: ({ dir }) => void write(dir, { "later/own.h": "#define OWN \"later\"\n" }),
    compiled: [main]
  },
  "change as only": {
    alone: "tools",
    files: usesTools,
    edit: ({ tools }) => replaceProgram(Path.join(tools, "parts/as"), "# 1", "# 2", "kept"),
    compiled: everything
  },
  "change cc1plus only": {
    alone: "tools",
    files: usesTools,
    edit: ({ tools }) => replaceProgram(Path.join(tools, "parts/cc1plus"), "PART=1", "PART=2", "kept"),
    compiled: everything
  },
  "change platform.local.txt and boards.local.txt": {
    alone: "core",
    edit: ({ core }) =>
      void write(core, {
        "platform.local.txt": "compiler.optimization=-O2\n",
        "boards.local.txt": "acmeone.menu.clock.16.build.f_cpu=12000000L\n"
      }),
    compiled: everything
  },
  "restore an older file with an older mtime": {
    edit: (w) => {
      Fs.writeFileSync(source(w), "int other = 5;\n")
      Fs.utimesSync(source(w), 1_400_000_000, 1_400_000_000)
    },
    compiled: [other]
  },
  "touch only": {
    edit: ({ dir, path }) => {
      for (const name of Object.keys(files)) Fs.utimesSync(path(name), new Date(), new Date())
      Fs.utimesSync(dir, new Date(), new Date())
    },
    compiled: []
  },
  "git checkout there and back": {
    edit: ({ dir, path }) => {
      Fs.renameSync(path("src"), path("kept"))
      write(dir, { "src/main.cpp": "", "include/own.h": "" })
      Fs.rmSync(path("src"), { recursive: true })
      Fs.rmSync(path("kept"), { recursive: true })
      write(dir, files)
    },
    compiled: []
  },
  "truncate or flip a byte in any store file": {
    alone: "core",
    edit: (w) => {
      const paths = [
        ...storeFiles(w.variables["FBUILD_HOME"]!, "content"),
        ...storeFiles(
          w.variables["FBUILD_HOME"]!,
          "actions"
        )
      ]
      for (const [index, path] of paths.entries()) {
        Fs.chmodSync(path, 0o644)
        if (index % 2 === 0) flip(path)
        else Fs.truncateSync(path, 9)
      }
      Fs.rmSync(w.path(".fbuild"), { recursive: true })
    },
    compiled: everything
  },
  "add a file to the sketch": {
    edit: ({ dir }) => void write(dir, { "src/added.cpp": "int added;\n" }),
    compiled: ["src/added.cpp.o"]
  },
  "change monitor_speed": {
    edit: ({ path }) => Fs.appendFileSync(path("platformio.ini"), "monitor_speed = 115200\n"),
    compiled: []
  }
}

for (const [title, rows] of Object.entries({ measured, adversarial })) {
  describe.concurrent(`never stale (${title})`, () => {
    const space = workspace()
    const sharedCore = quickCore(Path.join(space, "core"))
    let count = 0
    for (const [name, row] of Object.entries(rows)) {
      it(name, async () => {
        const root = Path.join(space, String(count++))
        const shared = row.alone === undefined
        const core = shared ? sharedCore : quickCore(Path.join(root, "core"))
        const tools = Path.join(root, "tools")
        const lines = row.alone === "tools" ? [toolchain(tools, { "avr-g++": driver(tools, "1") })] : []
        if (row.alone === "tools") {
          script(Path.join(tools, "parts/as"), as("1"))
          script(Path.join(tools, "parts/cc1plus"), cc1plus("1"))
        }
        const ini = quickIni(core, ...lines, ...row.options ?? [])
        const dir = write(Path.join(root, "p"), { ...files, ...row.files, "platformio.ini": ini })
        const home = Path.join(shared ? space : root, "home")
        const variables = cached(home)
        const world: World = { dir, core, tools, variables, path: (file) => Path.join(dir, file) }
        await built(dir, [], variables)
        // One that finds that all stands keeps the answer, when nothing is younger than a tenth of a second: other rows write into this home.
        for (let tries = 0; tries < 20 && answersOf(home, dir) === 0; tries++) {
          await new Promise((resolve) => setTimeout(resolve, 150))
          assert.deepStrictEqual((await built(dir, [], variables)).executed, [])
        }
        assert.strictEqual(answersOf(home, dir), 1)
        row.edit(world)
        const run = await build(dir, [], variables)
        if (row.fails !== undefined) {
          assert.strictEqual(run.status, 1)
          assert.include(said(run).replaceAll(/\u001b\[[\d;]*[mK]/g, ""), row.fails)
          return
        }
        assert.strictEqual(run.status, 0, said(run))
        const compiled = [...run.executed, ...fetchedBy(run)].toSorted().filter((id) => id.endsWith(".o")).map((id) =>
          id.slice(out.length)
        )
        assert.deepStrictEqual(compiled, row.compiled.toSorted())
        const clean = Path.join(root, "clean")
        Fs.cpSync(dir, clean, { recursive: true, filter: (path) => Path.basename(path) !== ".fbuild" })
        await built(clean, ["--no-cache"], row.alone === "tools" ? cached(Path.join(root, "clean home")) : variables)
        assert.deepStrictEqual(madeOf(run, dir), madeOf(run, clean))
        assert.deepStrictEqual((await built(dir, [], variables)).executed, [])
      })
    }
  })
}

/** How many answers of builds of a project are kept. */
const answersOf = (home: string, dir: string): number => {
  const standing = Path.join(home, "standing")
  if (!Fs.existsSync(standing)) return 0
  const whole = Fs.readdirSync(standing).filter((name) => !name.endsWith("~"))
  const texts = whole.map((name) => Fs.readFileSync(Path.join(standing, name), "utf8"))
  return texts.filter((text) => text.includes(`\t${dir}/platformio.ini\n`)).length
}

/** What is made, without what remains of actions that are no more. */
const madeOf = (run: Awaited<ReturnType<typeof build>>, dir: string) => {
  const made = madeBy(dir)
  delete made["src/extra.cpp.o"]
  assert.include(Object.keys(made), run.finished.environments[0]!.elf!.slice(out.length))
  return made
}

describe("never stale, more than one build", () => {
  const space = workspace()
  const core = quickCore(Path.join(space, "core"))
  const sources = (lines: ReadonlyArray<string> = [], more: Files = {}): Files => ({
    ...files,
    "platformio.ini": quickIni(core, ...lines),
    ...more
  })
  const clean = async (name: string, content: Files) => {
    const dir = write(Path.join(space, name), content)
    await built(dir, ["--no-cache"], cached(Path.join(space, "clean home")))
    return madeBy(dir)
  }

  it("two checkouts, header differs, path-normalised keys on", async () => {
    const variables = cached(Path.join(space, "home"))
    const one = write(Path.join(space, "one"), sources())
    const differs = { "include/own.h": "#define OWN \"2222\"\n" }
    const two = write(Path.join(space, "two"), sources([], differs))
    await built(one, [], variables)
    const run = await built(two, [], variables)
    assert.deepStrictEqual(run.executed.filter((id) => id.endsWith(".o")), [`${out}${main}`])
    assert.notStrictEqual(madeBy(one)[main], madeBy(two)[main])
    assert.deepStrictEqual(madeBy(two), await clean("two clean", sources([], differs)))
  })

  it("cancel build N, start build N+1 at once", { timeout: 40_000 }, async () => {
    const home = Path.join(space, "cancel home")
    const many = Object.fromEntries(
      Array.from({ length: 12 }, (_, n) => [`src/m${n}.cpp`, `#include <own.h>\nconst char *m${n} = OWN;\n`])
    )
    const dir = write(Path.join(space, "cancel"), sources([], many))
    for (const [round, signal] of (["SIGINT", "SIGKILL", "SIGKILL"] as const).entries()) {
      const edit = { "include/own.h": `#define OWN "${round}"\n` }
      write(dir, edit)
      const { child, ended } = spawned(dir, ["build"], cached(home))
      await new Promise((resolve) => setTimeout(resolve, 150 + 90 * round))
      child.kill(signal)
      if (signal !== "SIGKILL") await ended
      // Another edit, so that anything of the first one in what follows is wrong.
      const next = { "include/own.h": `#define OWN "next ${round}"\n` }
      write(dir, next)
      await built(dir, [], cached(home))
      assert.deepStrictEqual(
        madeBy(dir),
        await clean(`cancel clean${round}`, sources([], { ...many, ...next })),
        signal
      )
      await ended
      write(dir, edit)
      await built(dir, [], cached(home))
      assert.deepStrictEqual(
        madeBy(dir),
        await clean(`cancel again${round}`, sources([], { ...many, ...edit })),
        signal
      )
      assert.isTrue(isSound(home))
    }
  })

  it("home and project on two drives", async () => {
    const home = Fs.mkdtempSync("/dev/shm/fbuild-e2e-")
    try {
      const dir = write(Path.join(space, "drives"), sources())
      assert.notStrictEqual(Fs.statSync(home).dev, Fs.statSync(dir).dev)
      await built(dir, [], cached(home))
      const made = madeBy(dir)
      const run = await built(dir, ["--clean"], cached(home))
      assert.strictEqual(countsOf(run).cacheHits, countsOf(run).total)
      assert.deepStrictEqual(madeBy(dir), made)
    } finally {
      Fs.rmSync(home, { recursive: true })
    }
  })

  it("many clients at once on an empty machine", async () => {
    const variables = cached(Path.join(space, "empty machine"))
    const dirs = Array.from({ length: 8 }, (_, n) => write(Path.join(space, `client${n}`), sources()))
    await Promise.all(dirs.map((dir) => built(dir, [], variables)))
    const expected = await clean("clients clean", sources())
    for (const dir of dirs) assert.deepStrictEqual(madeBy(dir), expected)
  })

  it("same project through symlink, `..`", async () => {
    const variables = cached(Path.join(space, "home"))
    const dir = write(Path.join(space, "linked"), sources())
    const link = Path.join(space, "link")
    Fs.symlinkSync(dir, link)
    await built(dir, [], variables)
    for (const way of [link, `${dir}/../link`, `${dir}/src/..`, `${link}/.`]) {
      const run = await built(space, ["-d", way], variables)
      assert.deepStrictEqual(run.executed, [], way)
    }
    replaceIn(Path.join(dir, "src/other.cpp"), "1111", "3333", "kept")
    const run = await built(space, ["-d", link], variables)
    assert.deepStrictEqual(run.executed.filter((id) => id.endsWith(".o")), [`${out}${other}`])
    assert.deepStrictEqual((await built(dir, [], variables)).executed, [])
  })

  it("compiler OOM-killed", async () => {
    const variables = cached(Path.join(space, "oom home"))
    const victim = "if [ -e oom ]; then case \"$*\" in *other.cpp*) kill -9 $$;; esac; fi\nexec /usr/bin/avr-g++ \"$@\""
    const line = toolchain(Path.join(space, "oom tools"), { "avr-g++": victim })
    const dir = write(Path.join(space, "oom"), sources([line], { oom: "" }))
    const failed = await build(dir, [], variables)
    assert.strictEqual(failed.status, 1)
    assert.match(said(failed), /SIGKILL/)
    assert.include(failed.finished.errors[0]!.path ?? failed.finished.errors[0]!.message, "src/other.cpp")
    Fs.rmSync(Path.join(dir, "oom"))
    await built(dir, [], variables)
    assert.deepStrictEqual(madeBy(dir), await clean("oom clean", sources([line])))
  })

  it("100 kB+ of stderr per file", async () => {
    const variables = cached(Path.join(space, "home"))
    const lines = Array.from({ length: 2000 }, (_, n) => `#warning "number ${n} of many words that are said"\n`).join(
      ""
    )
    const dir = write(Path.join(space, "loud"), sources([], { "src/other.cpp": `int other;\n${lines}` }))
    const said = async (...args: ReadonlyArray<string>) => {
      const { stderr, stdout } = await fbuild(dir, ["build", ...args], variables)
      return (stdout + stderr).split("\n").filter((line) => line.includes("warning: #warning"))
    }
    const first = await said()
    assert.strictEqual(first.length, 2000)
    assert.isAbove(first.join("\n").length, 100_000)
    assert.deepStrictEqual(await said("--clean"), first, "from the cache")
  })

  it("PATH changed between two CLI calls", async () => {
    const home = Path.join(space, "path home")
    const bin = Path.join(space, "path tools/bin")
    const names = ["avr-gcc", "avr-g++", "avr-gcc-ar", "avr-ar", "avr-objcopy", "avr-size"]
    for (const name of names) script(Path.join(bin, name), `exec /usr/bin/${name} "$@"`)
    script(Path.join(bin, "avr-g++"), "exec /usr/bin/avr-g++ -DPART=9 \"$@\"")
    const dir = write(
      Path.join(space, "path"),
      sources([], { "src/other.cpp": "#ifndef PART\n#define PART 1\n#endif\nint other = PART;\n" })
    )
    const own = { ...cached(home), PATH: `${bin}:/usr/bin:/bin` }
    await built(dir, [], cached(home))
    await built(dir, [], cached(home))
    const before = madeBy(dir)
    await built(dir, [], own)
    assert.notStrictEqual(madeBy(dir)[other], before[other])
    await built(dir, [], own)
    const back = await built(dir, [], cached(home))
    assert.deepStrictEqual(back.executed, [])
    assert.deepStrictEqual(madeBy(dir), before)
  })
})
