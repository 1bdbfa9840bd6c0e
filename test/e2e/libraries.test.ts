import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { type Build, build, built, type Files, ini, said, workspace, write } from "../support/project.ts"

/** A sketch that includes headers and calls functions. */
const sketch = (headers: ReadonlyArray<string>, calls: ReadonlyArray<string>): string =>
  [
    "#include <Arduino.h>",
    ...headers.map((header) => `#include <${header}>`),
    `void setup() { Serial.begin(9600); Serial.println(0${calls.map((call) => ` + ${call}`).join("")}); }`,
    "void loop() {}\n"
  ].join("\n")

/** A library of one header and one source, in a folder. */
const library = (folder: string, name: string, body = `return ${name.length};`, head = ""): Files => ({
  [`${folder}/${name}.h`]: `#pragma once\nint ${name}();\n`,
  [`${folder}/${name}.cpp`]: `#include "${name}.h"\n${head}int ${name}() { ${body} }\n`
})

const objects = (run: Build) => run.executed.flatMap((id) => /^\.fbuild\/build\/uno\/lib\/(.*)$/.exec(id)?.[1] ?? [])

const argvOf = (run: Build, id: string) =>
  run.events.flatMap((event) =>
    event._tag === "ActionStarted" && event.id === `.fbuild/build/uno/${id}` ? [event.argv] : []
  )[0] ?? []

describe("libraries of the project", () => {
  const space = workspace()
  const cases: Readonly<
    Record<string, readonly [files: Files, objects: ReadonlyArray<string>, lines?: ReadonlyArray<string>]>
  > = {
    "plain": [{ ...library("lib/plain", "plain"), "src/main.cpp": sketch(["plain.h"], ["plain()"]) }, [
      "plain/plain.cpp.o"
    ]],
    "that nobody includes": [
      {
        ...library("lib/plain", "plain"),
        ...library("lib/other", "other"),
        "src/main.cpp": sketch(["plain.h"], ["plain()"])
      },
      ["plain/plain.cpp.o"]
    ],
    "of format 1.5 (src/ with folders in it)": [
      {
        "lib/New/library.properties": "name=New\nversion=1.0.0\narchitectures=*\n",
        ...library("lib/New/src", "fresh", "return deep();", "int deep();\n"),
        "lib/New/src/deep/er/deep.cpp": "int deep() { return 3; }\n",
        "lib/New/examples/Example/Example.ino": "#error\n",
        "lib/New/extras/extra.cpp": "#error\n",
        "src/main.cpp": sketch(["fresh.h"], ["fresh()"])
      },
      ["New/src/deep/er/deep.cpp.o", "New/src/fresh.cpp.o"]
    ],
    "of the old, flat format with utility/": [
      {
        "lib/Old/library.properties": "name=Old\nversion=1.0.0\n",
        ...library("lib/Old", "old", "return tool();", "#include \"tool.h\"\n"),
        "lib/Old/utility/tool.h": "extern \"C\" int tool(void);\n",
        "lib/Old/utility/tool.c": "int tool(void) { return 4; }\n",
        "src/main.cpp": sketch(["old.h"], ["old()"])
      },
      ["Old/old.cpp.o", "Old/utility/tool.c.o"]
    ],
    "with srcDir, includeDir, srcFilter and flags of library.json": [
      {
        "lib/Json/library.json": JSON.stringify({
          name: "Json",
          version: "1.0.0",
          build: {
            srcDir: "source",
            includeDir: "headers",
            srcFilter: ["+<*>", "-<not.cpp>"],
            flags: ["-DVALUE=7"]
          }
        }),
        "lib/Json/headers/json.h": "int json();\n",
        "lib/Json/source/json.cpp": "#include <json.h>\nint json() { return VALUE; }\n",
        "lib/Json/source/not.cpp": "#error\n",
        "src/main.cpp": sketch(["json.h"], ["json()"])
      },
      // PlatformIO archives its libraries, Arduino links the objects of its own.
      ["Json.a", "Json/source/json.cpp.o"]
    ],
    "that include each other (a chain)": [
      {
        ...library("lib/one", "one", "return two();", "#include <two.h>\n"),
        ...library("lib/two", "two", "return three();", "#include <three.h>\n"),
        ...library("lib/three", "three", "return 1 ? 3 : one();", "#include <one.h>\n"),
        "src/main.cpp": sketch(["one.h"], ["one()"])
      },
      ["one/one.cpp.o", "three/three.cpp.o", "two/two.cpp.o"]
    ],
    "with a name like another's": [
      {
        ...library("lib/a b", "spaced"),
        ...library("lib/c++", "plus"),
        "src/main.cpp": sketch(["spaced.h", "plus.h"], ["spaced()", "plus()"])
      },
      ["a b/spaced.cpp.o", "c++/plus.cpp.o"]
    ],
    "of lib_extra_dirs": [
      { ...library("more libraries/Extra", "extra"), "src/main.cpp": sketch(["extra.h"], ["extra()"]) },
      ["Extra/extra.cpp.o"],
      ["lib_extra_dirs = more libraries"]
    ],
    "of lib_deps, though no source includes them": [
      { ...library("lib/Wanted", "wanted"), "src/main.cpp": sketch([], []) },
      ["Wanted/wanted.cpp.o"],
      ["lib_deps = Wanted"]
    ]
  }
  for (const [name, [files, expected, lines = []]] of Object.entries(cases)) {
    it(name, async () => {
      const dir = write(Path.join(space, name), { "platformio.ini": ini("uno", ...lines), ...files })
      assert.deepStrictEqual(objects(await built(dir)), expected)
      assert.deepStrictEqual((await built(dir)).executed, [])
    })
  }

  it("as an archive with dot_a_linkage", async () => {
    const dir = write(Path.join(space, "archive"), {
      "platformio.ini": ini("uno", "lib_archive = yes"),
      "lib/Dot/library.properties": "name=Dot\nversion=1.0.0\ndot_a_linkage=true\n",
      ...library("lib/Dot/src", "dot"),
      "src/main.cpp": sketch(["dot.h"], ["dot()"])
    })
    const run = await built(dir)
    assert.deepStrictEqual(objects(run), ["Dot.a", "Dot/src/dot.cpp.o"])
    assert.include(argvOf(run, "firmware.elf").join(" "), "Dot.a")
  })

  it("as binaries with precompiled, which a change of them links again", async () => {
    const dir = write(Path.join(space, "precompiled"), {
      "platformio.ini": ini("uno"),
      "lib/Magic/library.properties": "name=Magic\nversion=1\nprecompiled=full\nldflags=-lm\n",
      "lib/Magic/src/Magic.h": "#pragma once\nextern \"C\" int magic(void);\n",
      "lib/Magic/src/Magic.c": "#error the sources are not compiled where there are binaries\n",
      "src/main.cpp": sketch(["Magic.h"], ["magic()"])
    })
    const compile = (folder: string, number: number) => {
      const at = Path.join(dir, "lib/Magic/src", folder)
      Fs.mkdirSync(at, { recursive: true })
      const source = Path.join(space, "magic.c")
      Fs.writeFileSync(source, `int magic(void) { return ${number}; }\n`)
      execFileSync("/usr/bin/avr-gcc", ["-mmcu=atmega328p", "-Os", "-c", source, "-o", Path.join(space, "magic.o")])
      execFileSync("/usr/bin/avr-ar", ["rcs", Path.join(at, "libmagic.a"), Path.join(space, "magic.o")])
    }
    compile("atmega328p", 1)
    const first = await built(dir)
    assert.deepStrictEqual(objects(first), [])
    const link = argvOf(first, "firmware.elf")
    const core = link.findIndex((word) => word.endsWith("core.a"))
    const own = link.indexOf("-Llib/Magic/src/atmega328p")
    assert.isAbove(own, link.findLastIndex((word) => word.endsWith(".o")))
    assert.isBelow(own, core)
    assert.deepStrictEqual(link.slice(own, own + 3), ["-Llib/Magic/src/atmega328p", "-lmagic", "-lm"])
    compile("atmega328p", 2)
    assert.include((await built(dir)).executed, ".fbuild/build/uno/firmware.elf")
    // None for this MCU: the sources have to do.
    Fs.renameSync(Path.join(dir, "lib/Magic/src/atmega328p"), Path.join(dir, "lib/Magic/src/atmega2560"))
    assert.include(said(await build(dir)), "the sources are not compiled")
  })

  it("not with lib_ignore", async () => {
    const dir = write(Path.join(space, "ignored"), {
      "platformio.ini": ini("uno", "lib_ignore = plain"),
      ...library("lib/plain", "plain"),
      "src/main.cpp": sketch(["plain.h"], ["plain()"])
    })
    const run = await build(dir)
    assert.strictEqual(run.status, 1)
    assert.match(said(run).replaceAll(/\x1b\[[0-9;]*[mK]/g, ""), /src\/main\.cpp:2:\d+: fatal error: plain\.h/)
  })

  it("not for another architecture", async () => {
    const dir = write(Path.join(space, "architecture"), {
      "platformio.ini": ini("uno"),
      "lib/Arm/library.properties": "name=Arm\nversion=1.0.0\narchitectures=sam\n",
      "lib/Arm/src/both.h": "#error wrong one\n",
      "lib/Avr/library.properties": "name=Avr\nversion=1.0.0\narchitectures=avr\n",
      ...library("lib/Avr/src", "both"),
      "src/main.cpp": sketch(["both.h"], ["both()"])
    })
    assert.deepStrictEqual(objects(await built(dir)), ["Avr/src/both.cpp.o"])
  })

  it("under conditions: only what the preprocessor would see", async () => {
    const dir = write(Path.join(space, "conditions"), {
      "platformio.ini": ini("uno", "lib_ldf_mode = chain+", "build_flags = -DWITH_ONE=0 -DWITH_TWO=2"),
      ...library("lib/one", "one", "return missing;"),
      ...library("lib/two", "two"),
      "src/main.cpp": `#if WITH_ONE\n#include <one.h>\n#endif\n#if WITH_TWO > 1\n${
        sketch(["two.h"], ["two()"])
      }#endif\n`
    })
    assert.deepStrictEqual(objects(await built(dir)), ["two/two.cpp.o"])
  })
})

describe("libraries of the core", () => {
  const space = workspace()

  it("are found through what includes them, and through lib_deps", async () => {
    const dir = write(Path.join(space, "core"), {
      "platformio.ini": ini("uno", "lib_deps = SoftwareSerial"),
      ...library(
        "lib/Uses",
        "uses",
        "Wire.begin(); return EEPROM.read(0);",
        "#include <Wire.h>\n#include <EEPROM.h>\n"
      ),
      "src/main.cpp": sketch(["SPI.h", "uses.h"], ["SPI.transfer(1)", "uses()"])
    })
    const run = await built(dir)
    assert.deepStrictEqual(objects(run), [
      "SPI/src/SPI.cpp.o",
      "SoftwareSerial/src/SoftwareSerial.cpp.o",
      "Uses/uses.cpp.o",
      "Wire/src/Wire.cpp.o",
      "Wire/src/utility/twi.c.o"
    ])
    assert.include(argvOf(run, "src/main.cpp.o").join(" "), "libraries/EEPROM/src")
    assert.include(argvOf(run, "lib/SPI/src/SPI.cpp.o"), "-w")
    assert.notInclude(argvOf(run, "lib/Uses/uses.cpp.o"), "-w", "the project's own warnings are shown")
  })

  it("give way to the project's of the same name", async () => {
    const dir = write(Path.join(space, "instead"), {
      "platformio.ini": ini("uno"),
      ...library("lib/SPI", "SPI"),
      "src/main.cpp": sketch(["SPI.h"], ["SPI()"])
    })
    assert.deepStrictEqual(objects(await built(dir)), ["SPI/SPI.cpp.o"])
  })

  it("are missed in words that help", async () => {
    const dir = write(Path.join(space, "missing"), {
      "platformio.ini": ini("uno", "lib_deps =", "  Wire", "  Adafruit NeoPixel @ ^1.0"),
      "src/main.cpp": sketch([], [])
    })
    const { finished, status } = await build(dir)
    assert.strictEqual(status, 3)
    const [error] = finished.errors
    assert.match(error!.message, /platformio\.ini:\d+: library "Adafruit NeoPixel/)
    assert.include(error!.hint!, "lib/")
    assert.isFalse(Fs.existsSync(Path.join(dir, ".fbuild/build/uno/firmware.elf")))
  })
})
