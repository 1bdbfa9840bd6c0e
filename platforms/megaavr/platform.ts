import { PlatformSpec } from "../../src/plan/PlatformSpec.ts"

/** megaAVR: ATmega4809 and its relatives, as PlatformIO's `atmelmegaavr`. Sources of the values: NOTES.md. */
export const platform = PlatformSpec.make({
  id: "megaavr",
  names: ["atmelmegaavr"],
  frameworks: ["arduino"],
  core: {
    package: "framework-arduino-megaavr",
    vendor: "arduino",
    architecture: "megaavr",
    systemPaths: [],
    debianPackages: []
  },
  toolchain: {
    package: "toolchain-atmelavr",
    tools: ["avr-gcc"],
    files: ["device-specs/specs-{build.mcu}", "crt{build.mcu}.o", "lib{build.mcu}.a"]
  },
  boards: { nano_every: "nona4809:mode=on", uno_wifi_rev2: "uno2018:mode=on" },
  overlays: [
    {
      why: "stabs, avr-gcc's default for -g before 8, put the random names of temporary files into objects and the ELF",
      compilerVersion: "<8.0.0",
      asm: ["-gdwarf-2"],
      link: ["-gdwarf-2"]
    }
  ]
})
