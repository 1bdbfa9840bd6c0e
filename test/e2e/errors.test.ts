import { assert, describe, it } from "@effect/vitest"
import * as ChildProcess from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import {
  blink,
  build,
  built,
  debianCore,
  execute,
  fbuild,
  type Files,
  ini,
  program,
  type Run,
  workspace,
  write
} from "../support/project.ts"

/** What people read, without what only a programmer of fbuild could use. */
const told = (run: Run, status: number): string => {
  const text = run.stdout + run.stderr
  assert.strictEqual(run.status, status, text)
  assert.notMatch(text, /^\s+at .*[:(]/m)
  assert.notMatch(text, /node:internal|\[object |undefined(?! reference)|\bdefect\b|_tag/)
  return run.stderr
}

const good: Files = { "platformio.ini": ini("uno"), "src/main.cpp": blink }

/** A toolchain folder whose programs are those of the system but for the ones given as shell scripts. */
const toolchain = (dir: string, scripts: Readonly<Record<string, string>>): string => {
  const bin = Path.join(dir, "bin")
  Fs.mkdirSync(bin, { recursive: true })
  for (const name of ["avr-gcc", "avr-g++", "avr-gcc-ar", "avr-ar", "avr-objcopy", "avr-size"]) {
    const script = scripts[name]
    if (script === undefined) Fs.symlinkSync(`/usr/bin/${name}`, Path.join(bin, name))
    else Fs.writeFileSync(Path.join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  }
  return `platform_packages = toolchain-atmelavr@file://${dir}`
}

describe("what is wrong with the project", () => {
  const space = workspace()
  const cases: Readonly<Record<string, readonly [files: Files, status: number, ...told: ReadonlyArray<string>]>> = {
    "no platformio.ini": [{ "x": "" }, 2, "platformio.ini"],
    "an unreadable line": [{ ...good, "platformio.ini": "[env:uno]\nboard = uno\n[env\n" }, 2, "platformio.ini:3:"],
    "a key outside of a section": [{ ...good, "platformio.ini": "board = uno\n" }, 2, "platformio.ini:1:"],
    "no environment": [{ ...good, "platformio.ini": "[platformio]\n" }, 2, "[env:"],
    "no board": [{ ...good, "platformio.ini": "[env:uno]\nplatform = atmelavr\n" }, 2, "board"],
    "an unknown board": [{ ...good, "platformio.ini": ini("unno") }, 2, "unno", "did you mean uno, nano, fio?"],
    "an unknown platform": [
      { ...good, "platformio.ini": ini("uno").replace("atmelavr", "atmelavrr") },
      2,
      "platformio.ini:2",
      "atmelavr"
    ],
    "an unknown framework": [
      { ...good, "platformio.ini": ini("uno").replace("= arduino", "= zephyr") },
      2,
      "platformio.ini:4",
      "zephyr"
    ],
    "no sources": [{ "platformio.ini": ini("uno"), "src/readme.txt": "" }, 2, "src"],
    "a missing core": [
      { ...good, "platformio.ini": ini("uno", "platform_packages = framework-arduino-avr@file:///nowhere") },
      3,
      "framework-arduino-avr",
      "/nowhere"
    ],
    "a missing toolchain": [
      { ...good, "platformio.ini": ini("uno", "platform_packages = toolchain-atmelavr@file:///nowhere") },
      3,
      "avr-gcc",
      "/nowhere"
    ],
    "a missing library": [
      { ...good, "platformio.ini": ini("uno", "lib_deps =", "  NoSuchLibrary") },
      3,
      "NoSuchLibrary"
    ],
    "a library manifest that cannot be read": [
      { ...good, "src/main.cpp": `#include <L.h>\n${blink}`, "lib/L/library.json": "{", "lib/L/L.h": "" },
      2,
      "lib/L/library.json"
    ]
  }
  for (const [name, [files, status, ...parts]] of Object.entries(cases)) {
    it(name, async () => {
      const dir = write(Path.join(space, name), files)
      const text = told(await fbuild(dir, ["build"]), status)
      assert.match(text, /^(?:warning: .*\n)*error: /)
      for (const part of parts) assert.include(text, part)
      const json = await build(dir)
      assert.strictEqual(json.status, status)
      assert.isFalse(json.finished.ok)
      assert.isNotEmpty(json.finished.errors)
      assert.include(text, json.finished.errors[0]!.message)
      assert.strictEqual(json.stderr, "")
    })
  }

  it("a compiler that is neither on PATH nor where the core says", async () => {
    const core = Path.join(space, "core")
    Fs.cpSync(debianCore, core, { recursive: true, dereference: true })
    Fs.writeFileSync(
      Path.join(core, "platform.local.txt"),
      "compiler.path=/nowhere/bin/\n"
    )
    const dir = write(Path.join(space, "no compiler"), {
      ...good,
      "platformio.ini": ini("uno", `platform_packages = framework-arduino-avr@file://${core}`)
    })
    assert.match(told(await fbuild(dir, ["build"], { PATH: "/nowhere" }), 3), /avr-gcc.*\n.*apt-get install gcc-avr/)
    assert.match(told(await fbuild(dir, ["build"]), 3), /avr-g\+\+|avr-gcc/)
    assert.isFalse(Fs.existsSync(Path.join(dir, ".fbuild/build")))
  })

  it("an unknown environment, and one that is asked for twice", async () => {
    const dir = write(Path.join(space, "environments"), good)
    const text = told(await fbuild(dir, ["build", "-e", "unno"]), 2)
    assert.include(text, "unno")
    assert.include(text, "uno")
    assert.strictEqual((await build(dir, ["-e", "uno", "-e", "uno"])).finished.environments.length, 1)
  })
})

describe("what the tools refuse", () => {
  const space = workspace()

  it("a compile error: the compiler's text, whole", async () => {
    const source = "#include \"missing words.h\"\n"
    const broken = "int f(int a) { return a + undeclared; }\nint g() { return \"x\" * 2; }\n"
    const dir = write(Path.join(space, "compile"), { ...good, "src/broken.cpp": broken })
    const run = await fbuild(dir, ["build"])
    const text = told(run, 1)
    const gcc = ChildProcess.spawnSync("/usr/bin/avr-g++", [
      "-c",
      "-mmcu=atmega328p",
      "-fpermissive",
      "src/broken.cpp",
      "-o",
      "/dev/null"
    ], {
      cwd: dir,
      encoding: "utf8",
      env: {}
    }).stderr
    assert.include(text, gcc)
    assert.notInclude(run.stdout, "undeclared")
    assert.include(text, "error: compiling src/broken.cpp failed (exit code 1)")
    assert.isFalse(Fs.existsSync(Path.join(dir, ".fbuild/build/uno/src/broken.cpp.o")))
    write(dir, { "src/broken.cpp": source })
    assert.include(told(await fbuild(dir, ["build"]), 1), "src/broken.cpp:1:")
    write(dir, { "src/broken.cpp": "" })
    await built(dir)
  })

  it("a link error", async () => {
    const dir = write(Path.join(space, "link"), {
      ...good,
      "src/main.cpp": blink.replace("delay(", "nowhere(); delay(").replace("void setup", "void nowhere();\nvoid setup")
    })
    const text = told(await fbuild(dir, ["build"]), 1)
    assert.include(text, "undefined reference to `nowhere()'")
    assert.include(text, "error: linking .fbuild/build/uno/firmware.elf failed")
    assert.isFalse(Fs.existsSync(Path.join(dir, ".fbuild/build/uno/firmware.elf")))
  })

  it("an image that does not fit", async () => {
    const big = (bytes: number) =>
      `#include <Arduino.h>\nconst char big[${bytes}] PROGMEM = {1};\n${blink}void more() {}\n`.replace(
        "delay(500)",
        "delay(pgm_read_byte(big + millis()))"
      )
    const dir = write(Path.join(space, "flash"), { ...good, "src/main.cpp": big(30_400) })
    const text = told(await fbuild(dir, ["build"]), 1)
    assert.match(text, /flash overflows by \d+ bytes: \d+ used of 32256/)
    // Beyond the chip's own flash it is the linker that refuses.
    write(dir, { "src/main.cpp": big(31_000) })
    assert.include(told(await fbuild(dir, ["build"]), 1), "region `text' overflowed by")
    const small = write(Path.join(space, "small"), {
      ...good,
      "platformio.ini": ini("uno", "board_upload.maximum_size = 1000", "board_upload.maximum_ram_size = 100")
    })
    const run = await build(small)
    assert.strictEqual(run.status, 1)
    const [environment] = run.finished.environments
    assert.isFalse(environment!.ok)
    assert.match(environment!.errors[0]!.message, /flash overflows by \d+ bytes: \d+ used of 1000/)
    assert.match(environment!.errors[1]!.message, /ram overflows by \d+ bytes: \d+ used of 100/)
  })

  it("-k goes on with what does not depend on it", async () => {
    const files = { ...good, "src/a.cpp": "#error one\n", "src/z.cpp": "#error two\n" }
    const dir = write(Path.join(space, "keep"), files)
    const run = await build(dir, ["-k"])
    assert.strictEqual(run.status, 1)
    const [environment] = run.finished.environments
    assert.strictEqual(environment!.actions.failed, 2)
    assert.strictEqual(environment!.errors.length, 2)
    assert.isTrue(Fs.existsSync(Path.join(dir, ".fbuild/build/uno/core/core.a")))
    assert.isFalse(Fs.existsSync(Path.join(dir, ".fbuild/build/uno/firmware.elf")))
    assert.strictEqual(environment!.actions.cancelled, 4)
    const text = told(await fbuild(dir, ["build", "-k"]), 1)
    assert.include(text, "#error one")
    assert.include(text, "#error two")
  })

  it("warnings are shown whole and never mixed", async () => {
    const names = Array.from({ length: 12 }, (_, index) => `w${index}`)
    const warnings = Array.from({ length: 150 }, (_, index) => `#warning "LINE${index}"\n`).join("")
    const dir = write(Path.join(space, "warnings"), {
      ...good,
      ...Object.fromEntries(names.map((name) => [`src/${name}.cpp`, warnings]))
    })
    const text = told(await fbuild(dir, ["build", "-j", "8"]), 0)
    const files = text.split("\n").flatMap((line) => /^src\/(w\d+)\.cpp:\d+:\d+: warning/.exec(line)?.[1] ?? [])
    assert.strictEqual(files.length, 12 * 150)
    assert.strictEqual(files.filter((file, index) => file !== files[index - 1]).length, 12)
  })

  it("a compiler that is killed, hangs, or writes nothing", async () => {
    const cases: Readonly<
      Record<string, readonly [script: string, args: ReadonlyArray<string>, status: number, text: RegExp]>
    > = {
      killed: [
        "case \"$*\" in *main.cpp*) kill -9 $$;; esac\nexec /usr/bin/avr-g++ \"$@\"",
        [],
        1,
        /killed by SIGKILL[^]*-j/
      ],
      hangs: ["sleep 1000", ["--tu-timeout", "400ms"], 124, /took longer than 400ms/],
      "hangs on TERM": [
        "trap '' TERM\nsleep 1000 & wait\nsleep 1000",
        ["--timeout", "700ms"],
        124,
        /took longer than 700ms/
      ],
      "writes nothing": ["exit 0", [], 1, /did not write/]
    }
    for (const [name, [script, args, status, expected]] of Object.entries(cases)) {
      const line = toolchain(Path.join(space, `tools ${name}`), { "avr-g++": script })
      const dir = write(Path.join(space, name), { ...good, "platformio.ini": ini("uno", line) })
      const text = told(await fbuild(dir, ["build", ...args]), status)
      assert.match(text, expected, name)
    }
  })

  it("a source that vanishes while the build runs", async () => {
    const dir = Path.join(space, "vanishing")
    const line = toolchain(Path.join(space, "remover"), {
      "avr-g++": `rm -f "${dir}/src/z.cpp"\nexec /usr/bin/avr-g++ "$@"`
    })
    write(dir, { ...good, "platformio.ini": ini("uno", line), "src/z.cpp": "int z;\n" })
    assert.match(
      told(await fbuild(dir, ["build", "-j1"]), 1),
      /src\/z\.cpp was there when the build was planned and is gone/
    )
    await built(dir)
  })

  it("a full disk", async () => {
    const dir = write(Path.join(space, "full"), good)
    const disk = Path.join(dir, ".fbuild/build")
    Fs.mkdirSync(disk, { recursive: true })
    // In a mount namespace of its own, so that nothing is left mounted whatever happens.
    const script = `mount -t tmpfs -o size=300k none "${disk}" && exec "${program}" build`
    const run = await execute("/usr/bin/unshare", ["--mount", "--map-root-user", "/bin/sh", "-c", script], dir)
    const text = told(run, 1)
    assert.match(text, /No space left on device|no space left on the disk/)
    await built(dir)
  })
})
