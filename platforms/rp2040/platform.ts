import { PlatformSpec } from "../../src/plan/PlatformSpec.ts"
import { boards } from "./boards.ts"
import { uf2Images } from "./uf2Images.ts"

/** RP2040 and RP2350 with Earle Philhower's core, as PlatformIO's `raspberrypi`. Sources of the values: NOTES.md. */
export const platform = PlatformSpec.make({
  id: "rp2040",
  names: ["raspberrypi", "rp2040"],
  frameworks: ["arduino"],
  core: {
    package: "framework-arduinopico",
    vendor: "rp2040",
    architecture: "rp2040",
    systemPaths: [],
    debianPackages: []
  },
  cores: { earlephilhower: "rp2040", arduino: "rp2040" },
  menus: [{
    _tag: "Size",
    setting: "build.filesystem_size",
    menu: "flash",
    from: "build.fs_start",
    to: "build.fs_end"
  }],
  toolchain: { package: "toolchain-rp2040-earlephilhower", tools: ["pqt-gcc", "pqt-gcc-riscv"], files: [] },
  boards,
  conditionalLibraries: [{
    library: "Adafruit TinyUSB Library",
    macro: "USE_TINYUSB",
    why:
      "the core's libraries include it under this macro, and it does not compile without; arduino-pico's own build for PlatformIO does the same"
  }],
  replaced: uf2Images,
  overlays: []
})
