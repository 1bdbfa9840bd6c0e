import { assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { esp8266Core } from "../support/espCores.ts"
import { build, built, said, workspace, write } from "../support/project.ts"

const sketch = `#include <Arduino.h>
#if ARDUINO_ESP8266_MAJOR != 0 || ARDUINO_ESP8266_MINOR != 3 || ARDUINO_ESP8266_REVISION != 1 || ARDUINO_SIGNING || !FROM_SDK
#error the generated headers
#endif
static const char text[] = "hello from " ARDUINO_BOARD;
const char *volatile shown;
void setup() { shown = text; }
void loop() { digitalWrite(LED_BUILTIN, 1); delay(500); }
`

/** One image of the file, read as the boot ROM does. */
const imageAt = (file: Buffer, start: number) => {
  assert.strictEqual(file[start], 0xe9)
  const segments: Array<{ readonly address: number; readonly data: Buffer }> = []
  let at = start + 8
  for (let index = 0; index < file[start + 1]!; index++) {
    const size = file.readUInt32LE(at + 4)
    segments.push({ address: file.readUInt32LE(at), data: file.subarray(at + 8, at + 8 + size) })
    at += 8 + size
  }
  const end = start + Math.ceil((at - start + 1) / 16) * 16
  return {
    mode: file[start + 2],
    sizeAndFrequency: file[start + 3],
    entry: file.readUInt32LE(start + 4),
    segments,
    sum: segments.reduce((sum, { data }) => data.reduce((all, byte) => all ^ byte, sum), 0xef),
    checksum: file[end - 1],
    end
  }
}

/** Polynomial 0x04c11db7, most significant bit first, no final complement. */
const crc = (bytes: Uint8Array) => {
  let value = 0xffffffff
  for (const byte of bytes) {
    value ^= byte << 24
    for (let bit = 0; bit < 8; bit++) value = value & 0x80000000 ? value << 1 ^ 0x04c11db7 : value << 1
  }
  return value >>> 0
}

describe("esp8266", () => {
  const space = workspace()
  const core = esp8266Core(space)
  const iniOf = (board: string, ...lines: ReadonlyArray<string>) =>
    [
      "[env:x]",
      "platform = espressif8266@4.2.1",
      "framework = arduino",
      `board = ${board}`,
      `platform_packages = framework-arduinoespressif8266@file://${core}`,
      ...lines,
      ""
    ].join("\n")
  const project = (name: string, ini: string) =>
    write(Path.join(space, name), { "platformio.ini": ini, "src/main.cpp": sketch })
  const output = (dir: string, name: string) => Fs.readFileSync(Path.join(dir, ".fbuild/build/x", name))

  it("makes the two images in one file, with the CRC that the boot loader checks", async () => {
    const dir = project("blink", iniOf("nodemcuv2"))
    const { executed, finished } = await built(dir)
    assert.deepStrictEqual(finished.environments[0]!.size.flash!.max, 1044464)
    assert.deepStrictEqual(
      executed.filter((id) => id.includes("hooks/")).map((id) => Path.basename(id)),
      ["linking.prelink.3.pattern", "linking.prelink.4.pattern"]
    )
    const file = output(dir, "firmware.bin")
    const boot = imageAt(file, 0)
    assert.deepStrictEqual([boot.mode, boot.sizeAndFrequency, boot.entry], [2, 0x40, 0x4010f000])
    assert.strictEqual(boot.sum, boot.checksum)
    assert.isTrue(file.subarray(boot.end, 4096).every((byte) => byte === 0xaa))

    // Where the ROM would load the first segment from, length and CRC of the file are.
    const [length, sum] = [file.readUInt32LE(4096 + 16), file.readUInt32LE(4096 + 20)]
    const without = Buffer.from(file)
    without.fill(0, 4096 + 16, 4096 + 24)
    assert.strictEqual(length, file.length)
    assert.strictEqual(sum, crc(without))
    const application = imageAt(without, 4096)
    assert.deepStrictEqual([application.mode, application.sizeAndFrequency], [2, 0x40])
    assert.strictEqual(application.end, file.length)
    assert.deepStrictEqual(application.segments.map(({ address }) => address)[0], 0x40201010)
    assert.include(application.segments[0]!.data.toString("latin1"), "hello from ESP8266_NODEMCU_ESP12E")
  })

  it("takes the layout, mode and frequencies as PlatformIO's users write them", async () => {
    const dir = project(
      "options",
      iniOf(
        "esp12e",
        "board_build.ldscript = eagle.flash.1m256.ld",
        "board_build.flash_mode = dout",
        "board_build.f_flash = 80000000L",
        "board_build.f_cpu = 160000000L",
        "build_flags = -Wno-error"
      )
    )
    const { finished } = await built(dir)
    assert.strictEqual(finished.environments[0]!.size.flash!.max, 761840)
    const image = imageAt(output(dir, "firmware.bin"), 4096)
    assert.deepStrictEqual([image.mode, image.sizeAndFrequency], [3, 0x2f])
    const commands = Fs.readFileSync(Path.join(dir, "compile_commands.json"), "utf8")
    assert.include(commands, "-DF_CPU=160000000L")
    assert.include(commands, "-DFLASHMODE_DOUT")
  })

  it("runs the vendor's own script where it does more than fbuild: signing", async () => {
    const dir = project("signing", iniOf("nodemcuv2"))
    write(dir, { "src/public.key": "-----BEGIN PUBLIC KEY-----\n" })
    const run = await build(dir)
    assert.strictEqual(run.status, 1)
    assert.match(said(run), /Hook of .*\n.*signing\.py/s)
  })

  it("tells which file of the core is missing", async () => {
    const script = await build(project("script", iniOf("nodemcuv2", "board_build.ldscript = eagle.flash.none.ld")))
    assert.strictEqual(script.status, 3)
    const [error] = script.finished.errors
    assert.strictEqual(error!._tag, "CoreFileMissing")
    assert.match(error!.message, /there is no eagle\.flash\.none\.ld, .*\/tools\/sdk\/ld\/eagle\.flash\.none\.ld/)
    assert.match(error!.hint ?? "", /board_build\.ldscript/)

    const eboot = Path.join(core, "bootloaders/eboot/eboot.elf")
    Fs.renameSync(eboot, `${eboot}.away`)
    const boot = await build(project("eboot", iniOf("nodemcuv2")))
    Fs.renameSync(`${eboot}.away`, eboot)
    assert.strictEqual(boot.status, 3)
    assert.match(boot.finished.errors[0]!.message, /firmware\.bin cannot be made: there is no .*\/eboot\.elf/)
  })
})
