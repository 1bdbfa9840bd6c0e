import { PlatformSpec } from "../../src/plan/PlatformSpec.ts"
import { boards } from "./boards.ts"
import { replaced } from "./replaced.ts"

const fileSystem = { from: "{build.spiffs_start}", to: "{build.spiffs_end}" }

/** ESP8266 and ESP8285 with the Arduino core of esp8266/Arduino, as PlatformIO's `espressif8266`. Sources of the values: NOTES.md. */
export const platform = PlatformSpec.make({
  id: "esp8266",
  names: ["espressif8266", "esp8266"],
  frameworks: ["arduino"],
  core: {
    package: "framework-arduinoespressif8266",
    vendor: "esp8266",
    architecture: "esp8266",
    systemPaths: [],
    debianPackages: []
  },
  translations: [
    { option: "build.f_flash", property: "build.flash_freq", form: "Megahertz" },
    { option: "build.flash_mode", property: "build.flash_mode" },
    {
      option: "build.flash_mode",
      property: "build.flash_flags",
      values: {
        qio: "-DFLASHMODE_QIO",
        qout: "-DFLASHMODE_QOUT",
        dio: "-DFLASHMODE_DIO",
        dout: "-DFLASHMODE_DOUT"
      }
    },
    { option: "build.arduino.ldscript", property: "build.flash_ld" },
    { option: "build.ldscript", property: "build.flash_ld" }
  ],
  menus: [
    { _tag: "Number", setting: "build.f_cpu", menu: "xtal", property: "build.f_cpu" },
    { _tag: "Text", setting: "build.flash_freq", menu: "FlashFreq", property: "build.flash_freq" },
    { _tag: "Text", setting: "build.flash_mode", menu: "FlashMode", property: "build.flash_mode" },
    { _tag: "Text", setting: "build.flash_ld", menu: "eesz", property: "build.flash_ld" }
  ],
  toolchain: { package: "toolchain-xtensa", tools: ["xtensa-lx106-elf-gcc"], files: [] },
  boards,
  replaced,
  fileSystems: [
    {
      name: "spiffs",
      place: fileSystem,
      blockSize: "{build.spiffs_blocksize}",
      driver: { pageSize: 256, nameLimit: 32, metaSize: 0, marks: "Plain", tableAlignment: 2 }
    },
    {
      name: "littlefs",
      place: fileSystem,
      blockSize: "{build.spiffs_blocksize}",
      driver: { pageSize: 64, nameLimit: 32, cacheSize: 64 }
    }
  ],
  overlays: []
})
