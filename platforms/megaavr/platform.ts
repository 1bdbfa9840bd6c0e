import { PlatformSpec } from "../../src/plan/PlatformSpec.ts"
import { boards } from "./boards.ts"
import { menus } from "./menus.ts"

/** Fuses by their names in data sheets, which cores have for their properties too. */
const fuses = [
  "WDTCFG",
  "BODCFG",
  "OSCCFG",
  "TCD0CFG",
  "SYSCFG0",
  "SYSCFG1",
  "APPEND",
  "BOOTEND",
  "CODESIZE",
  "BOOTSIZE"
]

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
  menus,
  options: Object.fromEntries([
    ...fuses.map((name) => [`fuses.${name.toLowerCase()}`, `bootloader.${name}`]),
    ["fuses.lockbit", "bootloader.LOCKBIT"]
  ]),
  fuses: Object.fromEntries([...fuses, "LOCKBIT"].map((name) => [name.toLowerCase(), `bootloader.${name}`])),
  boards,
  overlays: [
    {
      why: "stabs, avr-gcc's default for -g before 8, put the random names of temporary files into objects and the ELF",
      compilerVersion: "<8.0.0",
      asm: ["-gdwarf-2"],
      link: ["-gdwarf-2"]
    }
  ]
})
