import { assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"
import { blink, built, debianCore, environment, fbuild, ini, workspace, write } from "../support/project.ts"

/** A board with the menus that MiniCore's have, and ATTinyCore's names of some. */
const boards = `
menu.clock=Clock
menu.BOD=BOD
menu.eeprom=EEPROM
menu.variant=Variant
menu.bootloader=Bootloader
mini.name=Mini
mini.upload.maximum_data_size=2048
mini.bootloader.lock_bits=0xff
mini.build.core=arduino
mini.build.board=AVR_Mini
mini.build.extra_flags={build.clkpr}
mini.menu.bootloader.uart0=UART0
mini.menu.bootloader.uart0.upload.maximum_size=32384
mini.menu.bootloader.no_bootloader=None
mini.menu.bootloader.no_bootloader.upload.maximum_size=32768
mini.menu.eeprom.keep=Kept
mini.menu.eeprom.keep.bootloader.high_fuses=0xd7
mini.menu.eeprom.erase=Erased
mini.menu.eeprom.erase.bootloader.high_fuses=0xdf
mini.menu.variant.modelP=328P
mini.menu.variant.modelP.bootloader.cksel_bits=0111
mini.menu.variant.modelP.build.variant=standard
mini.menu.variant.modelP.build.mcu=atmega328p
mini.menu.BOD.2v7=2.7V
mini.menu.BOD.2v7.bootloader.extended_fuses=0b11111101
mini.menu.BOD.disabled=None
mini.menu.BOD.disabled.bootloader.extended_fuses=0b11111111
mini.menu.clock.16MHz_external=External 16 MHz
mini.menu.clock.16MHz_external.build.f_cpu=16000000L
mini.menu.clock.16MHz_external.build.clkpr=
mini.menu.clock.16MHz_external.bootloader.low_fuses=0b1111{bootloader.cksel_bits}
mini.menu.clock.8MHz_internal=Internal 8 MHz
mini.menu.clock.8MHz_internal.build.f_cpu=8000000L
mini.menu.clock.8MHz_internal.build.clkpr=-DCLOCK_PRESCALER
mini.menu.clock.8MHz_internal.bootloader.low_fuses=0xe2
`

type Fuses = Readonly<Record<string, { readonly value: string; readonly path: string; readonly line: number }>>

describe("what PlatformIO's users set for AVR", () => {
  const space = workspace()
  const core = Path.join(space, "mini", "avr")
  Fs.cpSync(debianCore, core, { recursive: true, dereference: true })
  Fs.appendFileSync(Path.join(core, "boards.txt"), boards)
  const boardsTxt = Path.join(core, "boards.txt")
  const lineOf = (text: string) => Fs.readFileSync(boardsTxt, "utf8").split("\n").findIndex((line) => line === text) + 1

  const project = (name: string, ...lines: ReadonlyArray<string>) =>
    write(Path.join(space, name), {
      "platformio.ini": ini("mini", `platform_packages = framework-arduino-avr@file://${core}`, ...lines),
      "src/main.cpp": blink
    })
  const commands = async (dir: string) => {
    const run = await fbuild(dir, ["build", "--dry-run"])
    assert.strictEqual(run.status, 0, run.stderr)
    return run.stdout
  }
  const infoOf = async (dir: string, name = "mini") => {
    await built(dir)
    const text = Fs.readFileSync(Path.join(dir, `.fbuild/build/${name}/build_info.json`), "utf8")
    return JSON.parse(text) as { readonly fuses: Fuses; readonly size: { readonly flash: { readonly max: number } } }
  }

  it("board_hardware.… chooses options of the vendor's menus, fuses included", async () => {
    const plain = await infoOf(project("plain"))
    assert.deepStrictEqual(
      Object.entries(plain.fuses).map(([name, { value }]) => `${name} ${value}`),
      ["lfuse 0xf7", "hfuse 0xd7", "efuse 0xfd", "lock 0xff"]
    )
    assert.deepStrictEqual(plain.fuses["lfuse"], {
      value: "0xf7",
      path: boardsTxt,
      line: lineOf("mini.menu.clock.16MHz_external.bootloader.low_fuses=0b1111{bootloader.cksel_bits}")
    })
    const dir = project(
      "hardware",
      "board_build.f_cpu = 8000000L",
      "board_hardware.oscillator = internal ; the comment of a template",
      "board_hardware.bod = disabled",
      "board_hardware.eesave = no",
      "board_hardware.uart = no_bootloader",
      "board_fuses.lockbits = 0x0F"
    )
    const { fuses, size } = await infoOf(dir)
    assert.deepStrictEqual(
      Object.entries(fuses).map(([name, { value }]) => `${name} ${value}`),
      ["lfuse 0xe2", "hfuse 0xdf", "efuse 0xff", "lock 0x0f"]
    )
    assert.strictEqual(size.flash.max, 32_768)
    const inIni = fuses["lock"]!
    assert.match(inIni.path, /platformio\.ini$/)
    assert.strictEqual(inIni.line, 11)
    assert.match(await commands(dir), /-DF_CPU=8000000L .*-DCLOCK_PRESCALER/)
  })

  it("board_fuses.… and board_build.f_cpu are stronger than the menus", async () => {
    const { fuses } = await infoOf(project(
      "own",
      "board_build.f_cpu = 12345678L",
      "board_fuses.lfuse = 0xAA",
      "board_fuses.hfuse = 0xBB",
      "board_fuses.efuse = 0xCC"
    ))
    assert.deepStrictEqual(["lfuse", "hfuse", "efuse"].map((name) => fuses[name]!.value), ["0xaa", "0xbb", "0xcc"])
    assert.include(await commands(Path.join(space, "own")), "-DF_CPU=12345678L")
  })

  it("a word that no option stands for is an error that lists those there are", async () => {
    const run = await fbuild(project("unknown", "board_hardware.bod = 9v"), ["build"])
    assert.strictEqual(run.status, 2)
    assert.match(run.stderr, /board mini has no option .*board_hardware\.bod = 9v/)
    assert.match(run.stderr, /use one of board_hardware\.bod = 2\.7v, board_hardware\.bod = disabled/)
  })

  it("board_build.extra_flags go behind the vendor's, which may be the USB identity", async () => {
    const dir = write(Path.join(space, "flags"), {
      "platformio.ini": ini(
        "leonardo",
        "board_build.extra_flags =",
        "  -DARDUINO_AVR_CLONE",
        "  -DMORE=1"
      ),
      "src/main.cpp": `${blink}
#if !defined(ARDUINO_AVR_CLONE) || defined(ARDUINO_AVR_LEONARDO) || MORE != 1 || !defined(USB_VID)
#error "flags"
#endif
`
    })
    await built(dir)
  })

  it("board_build.listing writes firmware.lst, with the source as it is now", async () => {
    // With LTO avr-gcc 5.4 knows no lines of what it has put into main.
    const dir = project("listing", "board_build.listing = yes", "build_unflags = -flto -fuse-linker-plugin")
    await built(dir)
    const lst = () => Fs.readFileSync(Path.join(dir, ".fbuild/build/mini/firmware.lst"), "utf8")
    assert.match(lst(), /<main>:/)
    assert.include(lst(), "pinMode(LED_BUILTIN, OUTPUT)")
    // As many lines as before: no object changes.
    write(dir, { "src/main.cpp": blink.replace("OUTPUT);", "OUTPUT); /* new words */") })
    await built(dir)
    assert.include(lst(), "/* new words */")
  })

  it("fbuild board tells the fuses and where they are written", async () => {
    const dir = project("told")
    const variables = { ...environment(dir), HOME: space }
    const text = (await fbuild(dir, ["board", "uno"], variables)).stdout
    assert.match(text, /^fuse lfuse: 0xff {2}\(.*boards\.txt:\d+\)$/m)
    assert.match(text, /^fuse lock: 0x0f {2}\(/m)
    const json = JSON.parse((await fbuild(dir, ["board", "--json", "mini:clock=8MHz_internal"], variables)).stdout) as {
      readonly fuses: Fuses
    }
    assert.deepStrictEqual(json.fuses["lfuse"], {
      value: "0xe2",
      path: boardsTxt,
      line: lineOf("mini.menu.clock.8MHz_internal.bootloader.low_fuses=0xe2")
    })
  })

  it("megaAVR's settings are options and fuses too", async () => {
    const nano0 = fileURLToPath(new URL("../fixtures/cores/nano0/megaavr", import.meta.url))
    const told = async (id: string) => {
      const run = await fbuild(space, ["board", "--json", `nano0:megaavr:${id}`], {
        ...environment(space),
        HOME: space
      })
      const { fuses } = JSON.parse(run.stdout) as { readonly fuses: Fuses }
      return Object.entries(fuses).map(([name, { value }]) => `${name} ${value}`)
    }
    Fs.cpSync(nano0, Path.join(space, "Arduino/hardware/nano0/megaavr"), { recursive: true })
    assert.deepStrictEqual(await told("nona4809"), ["osccfg 0x01", "syscfg0 0xc9", "bootend 0x00"])
    assert.deepStrictEqual(await told("atxy4:bodmode=enabled,bodvoltage=2v6"), [
      "bodcfg 0x45",
      "osccfg 0x02",
      "syscfg0 0xc5"
    ])
  })
})
