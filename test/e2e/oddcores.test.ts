import { assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"
import { blink, built, debianCore, environment, fbuild, workspace, write } from "../support/project.ts"

const iniOf = (core: string, board: string, ...lines: ReadonlyArray<string>) =>
  ["[env:x]", `platform = ${core}`, "framework = arduino", `board = ${board}`, ...lines, ""].join("\n")

/** Lines for a file of a core, or what becomes of the file. */
type Change = string | ((text: string) => string)

describe("cores that are not as ours", () => {
  const space = workspace()
  const project = (name: string, platformio: string) =>
    write(Path.join(space, name), { "platformio.ini": platformio, "src/main.cpp": blink })
  const coreWith = (name: string, changes: Readonly<Record<string, Change>>) => {
    const core = Path.join(space, name, "avr")
    Fs.cpSync(debianCore, core, { recursive: true, dereference: true })
    for (const [file, change] of Object.entries(changes)) {
      const path = Path.join(core, file)
      const text = Fs.existsSync(path) ? Fs.readFileSync(path, "latin1") : ""
      Fs.writeFileSync(path, typeof change === "string" ? `${text}\n${change}\n` : change(text), "latin1")
    }
    return core
  }
  const failure = async (dir: string) => {
    const run = await fbuild(dir, ["build"])
    return { ...run, text: run.stderr }
  }

  it("lines of Windows and a byte order mark, a folder with spaces and umlauts", async () => {
    const windows = (text: string) => `\u00ef\u00bb\u00bf${text.replaceAll("\n", "\r\n")}`
    const core = coreWith("Mein Kern \u00fc", { "boards.txt": windows, "platform.txt": windows })
    await built(project("windows", iniOf(core, "nano:cpu=atmega168")))
  })

  it("a variant or a core that is no folder is an error at the line that names it", async () => {
    const core = coreWith("folders", {
      "boards.txt":
        "no.name=No\nno.build.core=arduino\nno.build.variant=standart\nno.build.mcu=atmega328p\nno.build.f_cpu=1L"
    })
    const dir = project("folders-p", iniOf(core, "no"))
    const variant = await failure(dir)
    assert.strictEqual(variant.status, 2)
    assert.match(variant.text, /boards\.txt:\d+: build\.variant=standart: there is no folder .*variants\/standart/)
    assert.match(variant.text, /did you mean standard\b/)
    write(dir, { "platformio.ini": iniOf(core, "uno", "board_build.core = arduno") })
    const named = await failure(dir)
    assert.strictEqual(named.status, 2)
    assert.match(named.text, /platformio\.ini:5: build\.core=arduno: there is no folder .*cores\/arduno/)
    // It was wrong; nothing of that is left.
    write(dir, { "platformio.ini": iniOf(core, "uno") })
    await built(dir)
  })

  it("board_build.variants_dir has variants of the project", async () => {
    const dir = write(
      project("variants", iniOf(debianCore, "uno", "board_build.variants_dir = variants", "board_build.variant = own")),
      {
        "variants/own/pins_arduino.h":
          "#define OWN_PINS 1\n#include \"/usr/share/arduino/hardware/arduino/avr/variants/standard/pins_arduino.h\"\n",
        "variants/own/more.cpp": "int ofVariant = 7;\n",
        "src/main.cpp": `#ifndef ARDUINO\n#error\n#endif\n${blink}#ifndef OWN_PINS\n#error own\n#endif\n`
      }
    )
    assert.include((await built(dir)).executed, ".fbuild/build/x/variant/more.cpp.o")
  })

  it("a board that says nothing of itself is told what is missing, and where to say it", async () => {
    const core = coreWith("nothing", { "boards.txt": "empty.name=Empty\nhalf.name=Half\nhalf.build.core=arduino" })
    const empty = await failure(project("empty", iniOf(core, "empty")))
    assert.strictEqual(empty.status, 2)
    assert.match(empty.text, /board empty uses \{build\.core\}.*\n.*board_build\.core = … in platformio\.ini/)
    const half = await failure(project("half", iniOf(core, "half")))
    assert.match(
      half.text,
      /uses \{build\.mcu\}.*\n.*board_build\.mcu = … in platformio\.ini, or ID\.build\.mcu=… in boards\.local\.txt/
    )
    await built(project(
      "whole",
      iniOf(
        core,
        "half",
        "board_build.mcu = atmega328p",
        "board_build.f_cpu = 8000000L",
        "board_build.variant = standard"
      )
    ))
  })

  it("local files: new boards, other values; menus and options with spaces; tools by version", async () => {
    const core = coreWith("local", {
      "boards.local.txt": [
        "mine.name=Mine",
        "mine.build.core=arduino",
        "mine.build.variant=standard",
        "mine.build.mcu=atmega328p",
        "mine.build.f_cpu={my.speed}",
        "mine.menu.my speed.slow one=Slow",
        "mine.menu.my speed.slow one.my.speed=1000000L",
        "mine.menu.my speed.fast one=Fast",
        "mine.menu.my speed.fast one.my.speed=20000000L"
      ].join("\n"),
      "platform.local.txt":
        "compiler.path={runtime.tools.avr-gcc-7.3.0-atmel3.6.1.path}/bin/\ncompiler.cpp.extra_flags=-DLOCAL_CPP"
    })
    const dir = project(
      "local-p",
      iniOf(core, "mine:my speed=fast one", "platform_packages = avr-gcc@symlink://../my tools")
    )
    Fs.mkdirSync(Path.join(space, "my tools"))
    Fs.symlinkSync("/usr/bin", Path.join(space, "my tools/bin"))
    await built(dir)
    const plan = (await fbuild(dir, ["build", "--dry-run"])).stdout
    assert.match(plan, /my tools\/bin\/avr-g\+\+'? .*-DF_CPU=20000000L .*-DLOCAL_CPP/)
    write(dir, { "platformio.ini": iniOf(core, "mine:my speed=fastest") })
    const unknown = await failure(dir)
    assert.strictEqual(unknown.status, 2)
    assert.match(unknown.text, /no option .my speed=fastest.*\n.*use one of my speed=slow one, my speed=fast one/)
  })

  it("a board as Arduino's tools name it, with vendor and architecture", async () => {
    const dir = project("fqbn", iniOf("arduino:avr", "arduino:avr:nano:cpu=atmega168"))
    const plan = async () => (await fbuild(dir, ["build", "--dry-run"], { ...environment(dir), HOME: space })).stdout
    assert.include(await plan(), "-mmcu=atmega168")
    write(dir, { "platformio.ini": iniOf("arduino:avr", "MiniCore:avr:uno") })
    assert.include(await plan(), "-mmcu=atmega328p")
    write(dir, { "platformio.ini": iniOf("arduino:avr", "arduino:megaavr:uno2018") })
    assert.match((await failure(dir)).text, /unknown board "arduino:megaavr:uno2018"/)
  })

  it("a core without boards has no suggestions", async () => {
    const run = await failure(project("none-p", iniOf(coreWith("none", { "boards.txt": () => "# none yet\n" }), "uno")))
    assert.strictEqual(run.status, 2)
    assert.match(run.text, /platformio\.ini:4: unknown board "uno": .*boards\.txt does not have it/)
    assert.notInclude(run.text, "did you mean")
  })

  it("a board that refers to a vendor who is nowhere says where it was looked for", async () => {
    const core = coreWith("refers", {
      "boards.txt": (text) => text.replace("uno.build.core=arduino", "uno.build.core=nobody:arduino")
    })
    const run = await failure(project("refers-p", iniOf(core, "uno")))
    assert.strictEqual(run.status, 3)
    assert.match(run.text, /nobody:avr is not installed: looked in .*hardware\/nobody\/avr/)
  })

  it("elf2uf2 of Arduino's mbed core for the Pico is not needed: fbuild writes the image", async () => {
    const core = Path.join(space, "hardware/arduino/mbed_rp2040")
    Fs.cpSync(fileURLToPath(new URL("../fixtures/cores/bolt/cm", import.meta.url)), core, { recursive: true })
    write(core, {
      "platform.local.txt": [
        "recipe.hooks.objcopy.postobjcopy.1.pattern=\"{runtime.tools.rp2040tools.path}/elf2uf2\" \"{build.path}/{build.project_name}.elf\" x",
        ""
      ].join("\n"),
      "boards.local.txt": "boltm3.compiler.mbed.arch.define=-DARDUINO_ARCH_RP2040\n"
    })
    const run = await fbuild(project("mbed", iniOf(core, "boltm3")), ["graph", "--json"])
    assert.strictEqual(run.status, 0, run.stderr)
    assert.match(run.stdout, /"mnemonic":"Image","argv":\[\].*firmware\.uf2/)
    write(core, { "boards.local.txt": "boltm3.compiler.mbed.arch.define=\n" })
    assert.match((await failure(Path.join(space, "mbed"))).text, /elf2uf2 not found/)
  })
})
