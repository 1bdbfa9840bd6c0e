import { PlatformSpec } from "../../src/plan/PlatformSpec.ts"
import { boardRules, boards } from "./boards.ts"
import { fileSystems } from "./fileSystems.ts"
import { replaced } from "./replaced.ts"

/** ESP32, S2, S3, C2, C3, C5, C6, H2 and P4 with Espressif's Arduino core, as PlatformIO's `espressif32`. Sources of the values: NOTES.md. */
export const platform = PlatformSpec.make({
  id: "esp32",
  names: ["espressif32", "esp32"],
  frameworks: ["arduino"],
  core: {
    package: "framework-arduinoespressif32",
    vendor: "esp32",
    architecture: "esp32",
    systemPaths: [],
    debianPackages: []
  },
  packages: [
    { package: "toolchain-riscv32-esp", properties: { "tools.riscv32-esp-elf-gcc.path": "{folder}" } },
    { package: "toolchain-xtensa-esp-elf", properties: { "tools.xtensa-esp-elf-gcc.path": "{folder}" } },
    // Those of core 2.
    { package: "toolchain-xtensa-esp32", properties: { "tools.xtensa-esp32-elf-gcc.path": "{folder}" } },
    { package: "toolchain-xtensa-esp32s2", properties: { "tools.xtensa-esp32s2-elf-gcc.path": "{folder}" } },
    { package: "toolchain-xtensa-esp32s3", properties: { "tools.xtensa-esp32s3-elf-gcc.path": "{folder}" } },
    {
      package: "framework-arduinoespressif32-libs",
      properties: { "compiler.sdk.path": "{folder}/{build.chip_variant}" }
    }
  ],
  translations: [
    { option: "build.f_flash", property: "build.flash_freq", form: "Megahertz", suffix: "m" },
    { option: "build.f_image", property: "build.img_freq", form: "Megahertz", suffix: "m" },
    { option: "build.f_boot", property: "build.boot_freq", form: "Megahertz", suffix: "m" },
    { option: "build.flash_mode", property: "build.boot" },
    // The ROM cannot start an image in a mode of four lines; the boot loader changes over.
    { option: "build.flash_mode", property: "build.flash_mode", values: { qio: "dio", qout: "dio", opi: "dout" } },
    { option: "build.arduino.memory_type", property: "build.memory_type" },
    { option: "build.arduino.partitions", property: "build.partitions", form: "Word" },
    { option: "build.arduino.partitions", property: "build.partitions_file" },
    { option: "build.partitions", property: "build.partitions", form: "Word" },
    { option: "build.partitions", property: "build.partitions_file" },
    { option: "upload.flash_size", property: "build.flash_size" }
  ],
  menus: [
    { _tag: "Number", setting: "build.f_cpu", menu: "CPUFreq", property: "build.f_cpu" },
    { _tag: "Text", setting: "build.flash_freq", menu: "FlashFreq", property: "build.flash_freq" },
    { _tag: "Text", setting: "build.boot", menu: "FlashMode", property: "build.boot" },
    { _tag: "Text", setting: "build.flash_size", menu: "FlashSize", property: "build.flash_size" },
    { _tag: "Text", setting: "build.partitions", menu: "PartitionScheme", property: "build.partitions" }
  ],
  properties: {
    "build.boot_freq": "{build.flash_freq}",
    "build.chip_variant": "{build.mcu}",
    "build.custom_bootloader": "bootloader",
    "build.custom_partitions": "partitions",
    "build.img_freq": "{build.flash_freq}",
    "build.partitions_file": ""
  },
  // The core's hooks write another content into the one file while the core is compiled.
  coreProperties: { "file_opts.path": "{build.path}/core_opts" },
  toolchain: { package: "", tools: [], files: [] },
  boards,
  boardRules,
  replaced,
  fileSystems,
  overlays: []
})
