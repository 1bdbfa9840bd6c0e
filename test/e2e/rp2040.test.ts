import { assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"
import { built, fbuild, workspace, write } from "../support/project.ts"

const pico = fileURLToPath(new URL("../fixtures/cores/pico/rp2040", import.meta.url))

const iniOf = (board: string, ...lines: ReadonlyArray<string>) =>
  [
    "[env:x]",
    "platform = https://github.com/maxgerhardt/platform-raspberrypi.git",
    "framework = arduino",
    `board = ${board}`,
    `platform_packages = framework-arduinopico@file://${pico}`,
    ...lines,
    ""
  ].join("\n")

const blink = `#include <Arduino.h>
#include <Blinker.h>
#include <stdio.h>
extern "C" char _FS_start[], _FS_end[];
void setup() {
  pinMode(LED_BUILTIN, OUTPUT);
  char line[80];
  snprintf(line, sizeof line, "%s by %s at %ld, FS %d %d", USB_PRODUCT, USB_MANUFACTURER, F_CPU, (int)(_FS_end - _FS_start), FS_SIZE);
  say(line);
  if (answer() != 42 || !FROM_INCLUDE_LIST) say("the lists were not read");
}
void loop() {
  say(blink(LED_BUILTIN) ? "on" : "off");
  delay(500);
}
`

interface Block {
  readonly address: number
  readonly family: number
  readonly number: number
  readonly count: number
  readonly payload: Buffer
}

/** Reads a UF2 file as its specification describes it. */
const blocksOf = (file: Buffer): ReadonlyArray<Block> =>
  Array.from({ length: file.length / 512 }, (_, index) => {
    const block = file.subarray(index * 512, index * 512 + 512)
    const word = (at: number) => block.readUInt32LE(at)
    assert.deepStrictEqual([word(0), word(4), word(8), word(508)], [0x0a324655, 0x9e5d5157, 0x2000, 0x0ab16f30])
    return {
      address: word(12),
      number: word(20),
      count: word(24),
      family: word(28),
      payload: block.subarray(32, 32 + word(16))
    }
  })

describe("rp2040", () => {
  const space = workspace()
  const project = (name: string, board: string, ...lines: ReadonlyArray<string>) =>
    write(Path.join(space, name), { "platformio.ini": iniOf(board, ...lines), "src/main.cpp": blink })
  const expect = async (dir: string, ...lines: ReadonlyArray<string>) => {
    const patterns = lines.flatMap((line) => ["--expect", line])
    const run = await fbuild(dir, ["test-emu", ...patterns, "--timeout", "30s"])
    assert.strictEqual(run.status, 0, run.stdout + run.stderr)
    assert.include(run.stderr, "rp2040js")
  }

  it("blinks in rp2040js: generated linker script, boot loader, wrap and include lists, USB descriptors", async () => {
    const dir = project("blink", "picolo")
    const { finished } = await built(dir)
    const [environment] = finished.environments
    assert.deepStrictEqual(environment!.images.map(({ kind }) => kind).toSorted(), ["bin", "uf2"])
    assert.deepStrictEqual(environment!.size.flash!.max, 2_093_056)
    await expect(dir, "^Picolo One by Picolo Ltd at 133000000, FS 0 0$", "^on$", "^off$")
  })

  it("writes UF2 itself: the flash as the ELF has it", async () => {
    const dir = project("uf2", "picolo")
    await built(dir)
    const out = Path.join(dir, ".fbuild/build/x")
    const blocks = blocksOf(Fs.readFileSync(Path.join(out, "firmware.uf2")))
    const bin = Fs.readFileSync(Path.join(out, "firmware.bin"))
    assert.strictEqual(blocks.length, Math.ceil(bin.length / 256))
    blocks.forEach(({ address, count, family, number, payload }, index) => {
      assert.deepStrictEqual([number, count, family, payload.length], [index, blocks.length, 0xe48bff56, 256])
      assert.strictEqual(address, 0x1000_0000 + index * 256)
    })
    const flash = Buffer.concat(blocks.map(({ payload }) => payload))
    assert.deepStrictEqual(flash.subarray(0, bin.length), bin)
    const why = (await fbuild(dir, ["why"])).stdout
    assert.match(why, /Image \.fbuild\/build\/x\/firmware\.uf2/)
  })

  const choices: Readonly<Record<string, readonly [board: string, lines: ReadonlyArray<string>, line: string]>> = {
    "menus of board =": ["picolo:flash=2097152_524288,freq=200", [], "at 200000000, FS 524288 524288$"],
    "board_build.<menu>": ["picolo", [
      "board_build.flash = 2097152_65536",
      "board_build.freq = 200",
      "board_build.core = earlephilhower"
    ], "at 200000000, FS 65536 65536$"],
    "board_build.filesystem_size": ["picolo", ["board_build.filesystem_size = 0.5m"], "FS 524288 524288$"],
    "board_build.f_cpu": ["picolo", ["board_build.f_cpu = 100000000L"], "at 100000000, FS 0 0$"]
  }
  for (const [name, [board, lines, line]] of Object.entries(choices)) {
    it(`takes options from ${name}`, async () => expect(project(name, board, ...lines), line))
  }

  it("knows what the recipes' own include folders and macros provide when it looks for libraries", async () => {
    const library = (name: string, header: string) => ({
      [`lib/${name}/library.properties`]: `name=${name}\nversion=1.0.0\n`,
      [`lib/${name}/${header}`]: "#pragma once\n",
      [`lib/${name}/${name}.cpp`]: "#ifndef USE_TINYUSB\n#error not for this build\n#endif\n"
    })
    const dir = write(project("libraries", "picolo"), {
      "src/main.cpp": `#include <listed.h>\n#ifdef USE_TINYUSB\n#include <usb.h>\n#endif\n${blink}`,
      ...library("Impostor", "listed.h"),
      ...library("Adafruit TinyUSB Library", "usb.h")
    })
    assert.lengthOf(
      (await built(dir)).executed.filter((id) => id.includes("/lib/Adafruit") || id.includes("/lib/Impostor")),
      0
    )
    write(dir, { "platformio.ini": iniOf("picolo", "build_flags = -DUSE_TINYUSB") })
    const { executed } = await built(dir)
    assert.lengthOf(executed.filter((id) => id.includes("/lib/Impostor")), 0)
    assert.lengthOf(executed.filter((id) => /\/lib\/Adafruit.*\.o$/.test(id)), 1)
  })

  it("builds what changed, and no more", async () => {
    const dir = project("again", "picolo")
    await built(dir)
    const again = await built(dir)
    assert.deepStrictEqual(again.executed.map((id) => Path.basename(id)), [
      "linking.prelink.1.pattern",
      "linking.prelink.2.pattern"
    ])
    write(dir, { "platformio.ini": iniOf("picolo:flash=2097152_65536") })
    assert.include((await built(dir)).executed, ".fbuild/build/x/firmware.uf2")
  })
})
