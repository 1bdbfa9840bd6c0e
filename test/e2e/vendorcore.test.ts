import { assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"
import { blink, built, debianCore, fbuild, images, workspace, write } from "../support/project.ts"

const acme = fileURLToPath(new URL("../fixtures/cores/acme/avr", import.meta.url))

const iniOf = (core: string, board: string, ...lines: ReadonlyArray<string>): string =>
  [
    "[env:acme]",
    "platform = atmelavr",
    "framework = arduino",
    `board = ${board}`,
    `platform_packages = framework-arduino-avr@file://${core}`,
    ...lines,
    ""
  ].join("\n")

const sketch = `#include <Arduino.h>
#include <Greeting.h>
#include <words.h>
void setup() {
  greet();
  say("on " VARIANT);
  say(WORDS);
  if (fromVariant == 1) say("done");
}
void loop() {}
`

describe("another vendor's core", () => {
  const space = workspace()
  const core = Path.join(space, "the cores", "acme")
  Fs.cpSync(acme, core, { recursive: true })
  const printed = async (dir: string) => {
    const run = await fbuild(dir, ["test-emu", "--halt-on-success", "^done", "--timeout", "20s"])
    assert.strictEqual(run.status, 0, run.stdout + run.stderr)
    return run.stdout.replaceAll("\r", "").split("\n").filter((line) =>
      /^(?:hi|good day|on |words|more words)/.test(line)
    )
  }

  it("builds with its menus, hooks, variant and libraries, and runs", async () => {
    const dir = write(Path.join(space, "p"), {
      "platformio.ini": iniOf(core, "acmeone"),
      "src/main.cpp": sketch,
      "src/words.txt": "words"
    })
    const first = await built(dir)
    assert.include(first.executed, ".fbuild/build/acme/lib/Greeting/src/Greeting.cpp.o")
    const [environment] = first.finished.environments
    assert.deepStrictEqual(environment!.images.map(({ kind }) => kind).toSorted(), ["bin", "hex"])
    assert.strictEqual(environment!.size.flash!.max, 32_768)
    const log = Path.join(dir, ".fbuild/build/acme/phases.log")
    const phases = Fs.readFileSync(log, "utf8").trimEnd().split("\n")
    assert.deepStrictEqual(phases.filter((phase) => phase !== "sketch.prebuild"), [
      "core.postbuild",
      "prelink",
      "postlink.1",
      "postlink.2",
      "postobjcopy",
      "postbuild"
    ])
    assert.include(phases.slice(0, 2), "sketch.prebuild")
    assert.deepStrictEqual(await printed(dir), ["hi", "on one", "words"])

    write(dir, { "platformio.ini": iniOf(core, "acmeone:clock=8,greeting=long") })
    assert.deepStrictEqual(await printed(dir), ["good day from The Acme One", "on one", "words"])
  })

  it("runs its hooks each time, and then only what they changed", async () => {
    const dir = write(Path.join(space, "q"), {
      "platformio.ini": iniOf(core, "acmeone:clock=16,greeting=short"),
      "src/main.cpp": sketch,
      "src/words.txt": "words"
    })
    await built(dir)
    const again = await built(dir)
    assert.deepStrictEqual(again.executed.filter((id) => !id.includes("/hooks/")), [])
    assert.strictEqual(again.executed.length, 8)
    write(dir, { "src/words.txt": "more words" })
    const changed = await built(dir)
    assert.deepStrictEqual(changed.executed.filter((id) => id.endsWith(".o")), [".fbuild/build/acme/src/main.cpp.o"])
    assert.deepStrictEqual(await printed(dir), ["hi", "on one", "more words"])
  })

  it("stops at a hook that fails", async () => {
    const broken = Path.join(space, "broken")
    Fs.cpSync(acme, broken, { recursive: true })
    write(broken, { "platform.local.txt": "recipe.hooks.linking.prelink.1.pattern=/bin/sh -c \"echo no; exit 7\"\n" })
    const dir = write(Path.join(space, "r"), {
      "platformio.ini": iniOf(broken, "acmeone"),
      "src/main.cpp": sketch
    })
    const run = await fbuild(dir, ["build"])
    assert.strictEqual(run.status, 1)
    assert.match(run.stderr, /error: Hook of .* failed \(exit code 7\)/)
    assert.match(run.stdout + run.stderr, /^no$/m)
    assert.isFalse(Fs.existsSync(Path.join(dir, ".fbuild/build/acme/firmware.elf")))
  })
})

describe("a copy of Debian's core", () => {
  const space = workspace()

  it("with boards.local.txt and platform.local.txt", async () => {
    const core = Path.join(space, "core")
    Fs.cpSync(debianCore, core, { recursive: true, dereference: true })
    write(core, {
      "boards.local.txt": [
        "mine.name=Mine",
        "mine.build.core=arduino",
        "mine.build.variant=standard",
        "mine.build.board=AVR_MINE",
        "mine.build.mcu=atmega168",
        "mine.build.f_cpu=8000000L",
        "mine.upload.maximum_size=14336",
        "mine.upload.maximum_data_size=1024",
        "uno.upload.maximum_size=30000",
        ""
      ].join("\n"),
      "platform.local.txt": "compiler.c.extra_flags=-DFROM_LOCAL=1\ncompiler.cpp.extra_flags=-DFROM_LOCAL=2\n"
    })
    const dir = write(Path.join(space, "p"), {
      "platformio.ini": iniOf(core, "mine") + iniOf(core, "uno").replace("env:acme", "env:uno"),
      "src/main.cpp": `#if FROM_LOCAL != 2 || ARDUINO != 10808\n#error\n#endif\n${blink}`,
      "src/c.c": "#if FROM_LOCAL != 1\n#error\n#endif\n"
    })
    const { finished } = await built(dir)
    assert.deepStrictEqual(finished.environments.map(({ size }) => size.flash?.max), [14_336, 30_000])
    const argv = (await fbuild(dir, ["build", "--dry-run", "-e", "acme"])).stdout
    assert.match(argv, /-mmcu=atmega168 -DF_CPU=8000000L .*-DARDUINO_AVR_MINE/)
  })

  it("makes the image that the installed one makes", async () => {
    const core = Path.join(space, "same")
    Fs.cpSync(debianCore, core, { recursive: true, dereference: true })
    const ours = write(Path.join(space, "ours"), { "platformio.ini": iniOf(core, "uno"), "src/main.cpp": blink })
    const theirs = write(Path.join(space, "theirs"), {
      "platformio.ini": iniOf(core, "uno").replace(/^platform_packages.*\n/m, ""),
      "src/main.cpp": blink
    })
    await built(ours)
    await built(theirs)
    assert.strictEqual(images(ours, "acme").hex, images(theirs, "acme").hex)
  })
})
