import * as Fs from "node:fs"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"
import { writeElf } from "./elf.ts"

const cores = fileURLToPath(new URL("../fixtures/cores/mini", import.meta.url))

/** The small core for the ESP32 family and its libraries, copied below a folder, with the binaries that such packages have. */
export const esp32Core = (dir: string): { readonly core: string; readonly libs: string } => {
  const [core, libs] = [Path.join(dir, "esp32"), Path.join(dir, "esp32-libs")]
  Fs.cpSync(Path.join(cores, "esp32"), core, { recursive: true })
  Fs.cpSync(Path.join(cores, "esp32-libs"), libs, { recursive: true })
  Fs.writeFileSync(Path.join(core, "tools/partitions/boot_app0.bin"), bootApp0)
  for (const chip of Fs.readdirSync(libs)) {
    Fs.mkdirSync(Path.join(libs, chip, "bin"))
    for (const name of ["qio_80m", "dio_80m", "qio_40m", "dio_40m"]) {
      Fs.writeFileSync(Path.join(libs, chip, `bin/bootloader_${name}.elf`), bootLoader(chip, name))
    }
  }
  return { core, libs }
}

/** Two sectors, of which the first says: start `ota_0`. Source: ESP-IDF, `esp_ota_select_entry_t`. */
const bootApp0 = (() => {
  const bytes = Buffer.alloc(0x2000, 0xff)
  bytes.writeUInt32LE(1, 0)
  bytes.writeUInt32LE(0x4743989a, 28)
  bytes.writeUInt32LE(0, 0x1000)
  return bytes
})()

const bootLoader = (chip: string, name: string) => {
  const [machine, address] = /c\d/.test(chip) ? [243, chip === "esp32c3" ? 0x403cc710 : 0x4086e610] : [94, 0x40078000]
  const data = Buffer.from(`boot loader of ${chip}, ${name}`.padEnd(256, "."))
  return writeElf({ machine: machine!, entry: address!, sections: [{ name: ".iram.text", address: address!, data }] })
}

/** The small core for the ESP8266, copied below a folder, with a boot loader. */
export const esp8266Core = (dir: string): string => {
  const core = Path.join(dir, "esp8266")
  Fs.cpSync(Path.join(cores, "esp8266"), core, { recursive: true })
  const sections = [
    { name: ".text", address: 0x4010f000, data: Buffer.from("boot loader of the ESP8266".padEnd(64, ".")) },
    { name: ".rodata", address: 0x3fffc000, data: Buffer.from("its constants".padEnd(32, ".")) }
  ]
  Fs.mkdirSync(Path.join(core, "bootloaders/eboot"), { recursive: true })
  Fs.writeFileSync(
    Path.join(core, "bootloaders/eboot/eboot.elf"),
    writeElf({ machine: 94, entry: 0x4010f000, sections })
  )
  return core
}
