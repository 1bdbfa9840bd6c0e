import { assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { esp32Core } from "../support/espCores.ts"
import { build, built, fbuild, said, workspace, write } from "../support/project.ts"
import { askPython } from "../support/python.ts"

const sketch = `#include <Arduino.h>
#include <Blinker.h>
#ifdef ARDUINO_CORE_BUILD
#error the options of the core
#endif
static const char text[] = "hello from " ARDUINO_BOARD;
const char *volatile shown;
void setup() { if (core_was_built_with_its_options && FROM_LIBS && CONFIG_MEMORY_QIO_QSPI) shown = text; }
void loop() { blink(LED_BUILTIN); delay(500); }
`

describe("esp32", () => {
  const space = workspace()
  const { core, libs } = esp32Core(space)

  const iniOf = (board: string, ...lines: ReadonlyArray<string>) =>
    [
      "[env:x]",
      "platform = https://github.com/pioarduino/platform-espressif32/releases/download/stable/platform-espressif32.zip",
      "framework = arduino",
      `board = ${board}`,
      "platform_packages =",
      `  framework-arduinoespressif32@file://${core}`,
      `  framework-arduinoespressif32-libs@file://${libs}`,
      ...lines,
      ""
    ].join("\n")
  const project = (name: string, ini: string, source = sketch) =>
    write(Path.join(space, name), { "platformio.ini": ini, "src/main.cpp": source })
  const output = (dir: string, name: string) => Fs.readFileSync(Path.join(dir, ".fbuild/build/x", name))

  /** What esptool makes of an ELF file, or of parts. */
  const esptool = (job: object): Buffer => {
    const [{ made, refused }] = askPython("esptoolOracle.py", [job]) as [{ made?: [string]; refused?: string }]
    assert(made !== undefined, refused)
    return Buffer.from(made[0], "base64")
  }
  const elf2image = (chip: string, elf: Uint8Array, mode: string, frequency: string, size: string) =>
    esptool({
      command: "elf2image",
      elf: Buffer.from(elf).toString("base64"),
      options: { chip, flash_mode: mode, flash_freq: frequency, flash_size: size, elf_sha256_offset: null }
    })
  const application = (chip: string, dir: string, mode: string, frequency: string, size: string) =>
    esptool({
      command: "elf2image",
      elf: output(dir, "firmware.elf").toString("base64"),
      options: { chip, flash_mode: mode, flash_freq: frequency, flash_size: size, elf_sha256_offset: 0xb0 }
    })
  const merged = (chip: string, dir: string, ...parts: ReadonlyArray<readonly [offset: number, name: string]>) =>
    esptool({
      command: "merge_bin",
      parts: parts.map(([offset, name]) => ({ offset, content: output(dir, name).toString("base64") })),
      options: { chip, flash_mode: "keep", flash_freq: "keep", flash_size: "keep" }
    })
  const same = (made: Buffer, expected: Buffer) => assert.strictEqual(made.toString("hex"), expected.toString("hex"))

  for (const [chip, board] of [["esp32c3", "esp32-c3-devkitm-1"], ["esp32c6", "esp32-c6-devkitm-1"]] as const) {
    it(`${chip}: images as esptool and ESP-IDF make them, from the core's own recipes, without either`, async () => {
      const dir = project(chip, iniOf(board))
      const { executed, finished } = await built(dir)
      assert.deepStrictEqual(finished.environments[0]!.size.flash!.max, 0x140000)
      assert.notMatch(executed.join("\n"), /hooks/)

      same(output(dir, "firmware.bin"), application(chip, dir, "dio", "80m", "4MB"))
      const bootLoader = Fs.readFileSync(Path.join(libs, chip, "bin/bootloader_qio_80m.elf"))
      same(output(dir, "bootloader.bin"), elf2image(chip, bootLoader, "dio", "80m", "4MB"))
      const csv = Fs.readFileSync(Path.join(core, "tools/partitions/default.csv"), "utf8")
      const question = { csv, offset: 0x8000, bootLoader: 0, flashSize: 4 << 20 }
      const [{ made }] = askPython("partitionsOracle.py", [question])
      same(output(dir, "partitions.bin"), Buffer.from(made, "base64"))
      same(output(dir, "boot_app0.bin"), Fs.readFileSync(Path.join(core, "tools/partitions/boot_app0.bin")))
      same(
        output(dir, "firmware.merged.bin"),
        merged(
          chip,
          dir,
          [0, "bootloader.bin"],
          [0x8000, "partitions.bin"],
          [0xe000, "boot_app0.bin"],
          [0x10000, "firmware.bin"]
        )
      )
      const again = await built(dir)
      assert.deepStrictEqual(again.executed, [])
    })
  }

  it("takes mode, frequency, size and partitions as PlatformIO's users write them", async () => {
    const dir = project(
      "options",
      iniOf(
        "esp32-c3-devkitm-1",
        "board_build.f_flash = 40000000L",
        "board_build.flash_mode = dio",
        "board_upload.flash_size = 8MB",
        "board_build.partitions = tables/one-app.csv"
      ),
      sketch.replace("CONFIG_MEMORY_QIO_QSPI", "CONFIG_MEMORY_DIO_QSPI && FROM_BUILD_OPT == 7")
        .replace("#ifdef", "#ifndef ARDUINO_PARTITION_one_app\n#error no macro\n#endif\n#ifdef")
    )
    write(dir, {
      "tables/one-app.csv":
        "nvs, data, nvs, 0x9000, 0x6000\nphy, data, phy, , 0x1000\nfactory, app, factory, 0x20000, 1M\n",
      "src/build_opt.h": "-DFROM_BUILD_OPT=7\n"
    })
    const { finished } = await built(dir)
    assert.strictEqual(finished.environments[0]!.size.flash!.max, 1 << 20)
    same(output(dir, "firmware.bin"), application("esp32c3", dir, "dio", "40m", "8MB"))
    const bootLoader = Fs.readFileSync(Path.join(libs, "esp32c3/bin/bootloader_dio_40m.elf"))
    same(output(dir, "bootloader.bin"), elf2image("esp32c3", bootLoader, "dio", "40m", "8MB"))
    // There is no otadata partition, so nobody needs boot_app0.bin.
    same(
      output(dir, "firmware.merged.bin"),
      merged("esp32c3", dir, [0, "bootloader.bin"], [0x8000, "partitions.bin"], [0x20000, "firmware.bin"])
    )

    write(dir, { "src/build_opt.h": "-DFROM_BUILD_OPT=8\n" })
    const { executed } = await built(dir)
    assert.includeMembers([...executed], [".fbuild/build/x/src/main.cpp.o", ".fbuild/build/x/firmware.merged.bin"])
    assert.notInclude(executed, ".fbuild/build/x/partitions.bin")
  })

  it("takes a board file of PlatformIO's, and a boot loader of the project", async () => {
    const dir = project(
      "manifest",
      iniOf("mine"),
      sketch.replace("#ifdef", "#if !defined(FROM_FILE) || !defined(ESP32)\n#error flags\n#endif\n#ifdef")
    )
    const bootLoader = Buffer.concat([Buffer.from([0xe9]), Buffer.alloc(99, 1)])
    write(dir, {
      "boards/mine.json": JSON.stringify({
        name: "Mine",
        build: {
          mcu: "esp32c3",
          variant: "esp32c3",
          core: "esp32",
          f_cpu: "160000000L",
          f_flash: "40000000L",
          flash_mode: "qio",
          extra_flags: ["-DARDUINO_MINE", "-DFROM_FILE=1"],
          arduino: { partitions: "huge_app.csv" }
        },
        upload: { flash_size: "8MB", maximum_size: 8388608, maximum_ram_size: 327680 }
      }),
      "src/bootloader.bin": bootLoader
    })
    const { finished } = await built(dir)
    assert.strictEqual(finished.environments[0]!.size.flash!.max, 0x300000)
    same(output(dir, "firmware.bin"), application("esp32c3", dir, "dio", "40m", "8MB"))
    same(output(dir, "bootloader.bin"), bootLoader)
  })

  it("builds the core as a folder, in Arduino's words", async () => {
    const ini = ["[env:x]", `platform = ${core}`, "framework = arduino", "board = esp32c3:PartitionScheme=huge_app"]
    Fs.cpSync(Path.join(libs, "esp32c3"), Path.join(core, "tools/esp32c3-libs"), { recursive: true })
    const dir = project("folder", [...ini, ""].join("\n"))
    const { finished } = await built(dir)
    assert.strictEqual(finished.environments[0]!.size.flash!.max, 0x300000)
    same(output(dir, "firmware.esp32c3.bin"), output(dir, "firmware.bin"))
  })

  it("finds core, libraries and compiler where PlatformIO has put them", async () => {
    const packages = Path.join(space, "packages")
    const bin = Path.join(packages, "toolchain-riscv32-esp/bin")
    Fs.mkdirSync(bin, { recursive: true })
    for (const name of ["gcc", "g++", "ar", "size"].map((tool) => `riscv64-unknown-elf-${tool}`)) {
      Fs.symlinkSync(`/usr/bin/${name}`, Path.join(bin, name))
    }
    Fs.symlinkSync(core, Path.join(packages, "framework-arduinoespressif32"))
    Fs.symlinkSync(libs, Path.join(packages, "framework-arduinoespressif32-libs"))
    const ini = ["[env:x]", "platform = espressif32", "framework = arduino", "board = esp32-c3-devkitm-1", ""].join(
      "\n"
    )
    const dir = project("installed", ini)
    const variables = { PLATFORMIO_PACKAGES_DIR: packages }
    const { stdout } = await fbuild(dir, ["build", "--dry-run"], variables)
    assert.include(stdout, `${bin}/riscv64-unknown-elf-gcc -c `)
    await built(dir, [], variables)
    same(output(dir, "firmware.bin"), application("esp32c3", dir, "dio", "80m", "4MB"))
  })

  it("finds boards whose ids differ in case and separators", async () => {
    const dir = project("names", iniOf("xiao-mini-c3"))
    const { finished } = await built(dir, ["--dry-run"])
    assert.isTrue(finished.ok)
  })

  it("names the compiler that is missing", async () => {
    const run = await fbuild(project("xtensa", iniOf("esp32dev")), ["build", "--dry-run"])
    assert.strictEqual(run.status, 3, run.stdout + run.stderr)
    assert.match(run.stderr, /xtensa-esp32-elf-gcc not found/)
    assert.match(run.stderr, /hint: name the folder of a package that has it: platform_packages = /)
    const doctor = await fbuild(Path.join(space, "xtensa"), ["doctor"])
    assert.match(doctor.stdout, /platform-espressif32\.zip compiler: xtensa-esp32-elf-gcc not found/)
    assert.notMatch(doctor.stdout, /esptool/)
    const other = project("riscv", iniOf("esp32-c3-devkitm-1"))
    assert.match((await fbuild(other, ["doctor"])).stdout, /✓ .*\.zip compiler: \/usr\/bin\/riscv64-unknown-elf-gcc 12/)
  })

  describe("errors", () => {
    const broken = async (name: string, ini: string, files: Readonly<Record<string, string>> = {}) => {
      const dir = project(name, ini)
      write(dir, files)
      const run = await build(dir)
      assert.isFalse(run.finished.ok)
      return { ...run, error: run.finished.errors[0]!, dir }
    }
    const table = (name: string, csv: string) =>
      broken(name, iniOf("esp32-c3-devkitm-1", "board_build.partitions = table.csv"), { "table.csv": csv })

    it("partitions that overlap", async () => {
      const { error, status } = await table(
        "overlap",
        "nvs, data, nvs, 0x9000, 0x5000\n# app\napp0, app, ota_0, 0x10000, 1M\napp1, app, ota_1, 0x20000, 1M\n"
      )
      assert.strictEqual(status, 2)
      const { _tag, hint, line, message, path } = error
      assert.deepStrictEqual([_tag, path, line], ["PartitionsInvalid", "table.csv", 4])
      assert.strictEqual(message, "table.csv:4: the partition begins at 0x20000, before app0 ends (0x110000)")
      assert.strictEqual(hint, "an empty offset field takes the next free place")
    })

    it("more partitions than flash", async () => {
      const { error, status } = await table("beyond", "app0, app, ota_0, 0x10000, 8M\n")
      assert.strictEqual(status, 2)
      assert.match(error.message, /the partitions end at 0x810000, and the flash has 0x400000 bytes/)
    })

    it("an application larger than its partition", async () => {
      const { error, status } = await table("large", "app0, app, ota_0, 0x10000, 64K\n")
      assert.strictEqual(status, 1)
      assert.match(
        error.message,
        /firmware\.bin: the image for partition app0 has \d+ bytes, \d+ more than fit \(65536\)/
      )
      assert.match(error.hint ?? "", /board_build\.partitions/)
    })

    it("a program larger than its partition", async () => {
      const dir = project(
        "overflow",
        iniOf("esp32-c3-devkitm-1", "board_build.partitions = table.csv"),
        `${sketch}const char more[70000] = {1}; const char *volatile used = more;\n`
      )
      write(dir, { "table.csv": "app0, app, ota_0, 0x10000, 64K\n" })
      const run = await build(dir)
      assert.strictEqual(run.status, 1)
      assert.include(said(run), "fit")
    })

    it("no such table", async () => {
      const { error, status } = await broken(
        "notable",
        iniOf("esp32-c3-devkitm-1", "board_build.partitions = nowhere.csv")
      )
      assert.strictEqual(status, 3)
      assert.strictEqual(error._tag, "CoreFileMissing")
      assert.match(
        error.message,
        /partitions\.bin cannot be made: there is no nowhere\.csv, .*\/tools\/partitions\/nowhere\.csv/
      )
      assert.match(error.hint ?? "", /board_build\.partitions names a file of the project/)
    })

    it("no boot loader for a frequency", async () => {
      const { error, status } = await broken("noboot", iniOf("esp32-c3-devkitm-1", "board_build.f_flash = 20000000L"))
      assert.strictEqual(status, 3)
      assert.match(error.message, /bootloader\.bin cannot be made: .*bin\/bootloader_qio_20m\.elf/)
      assert.match(error.hint ?? "", /board_build\.f_boot/)
    })

    it("a boot loader that is none", async () => {
      const { error, status } = await broken("badboot", iniOf("esp32-c3-devkitm-1"), { "src/bootloader.bin": "oops" })
      assert.strictEqual(status, 1)
      assert.match(error.message, /bootloader\.bin: begins with 0x6f, so it is no image/)
    })

    it("a partition for the application that the table does not have", async () => {
      const { error, status } = await broken(
        "noapp",
        iniOf("esp32-c3-devkitm-1", "board_build.app_partition_name = app2")
      )
      assert.strictEqual(status, 2)
      assert.match(error.message, /default\.csv: has no partition app2/)
      assert.strictEqual(error.hint, "there are app0, app1")
    })

    it("a chip that is not known", async () => {
      const { error, status } = await broken("chip", iniOf("esp32-c3-devkitm-1", "board_build.mcu = esp32c61"))
      assert.strictEqual(status, 2)
      assert.match(error.message, /platformio\.ini:8: build\.mcu=esp32c61 is not one of esp32, esp32s2, /)
    })
  })
})
