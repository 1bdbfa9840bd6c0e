import { PlatformSpec } from "../../src/plan/PlatformSpec.ts"
import { attinyBoards } from "./attinyBoards.ts"
import { boards } from "./boards.ts"
import { menus } from "./menus.ts"
import { recipes } from "./recipes.ts"

/** Classic AVR, as PlatformIO's `atmelavr`. Sources of the values: NOTES.md. */
export const platform = PlatformSpec.make({
  id: "avr",
  names: ["atmelavr"],
  frameworks: ["arduino"],
  bare: { recipes, mcus: [{ pattern: "^at(?:mega|tiny|90|xmega)", properties: {} }] },
  core: {
    package: "framework-arduino-avr",
    vendor: "arduino",
    architecture: "avr",
    systemPaths: ["/usr/share/arduino/hardware/arduino/avr"],
    debianPackages: ["arduino-core-avr"]
  },
  toolchain: {
    package: "toolchain-atmelavr",
    tools: ["avr-gcc"],
    files: ["device-specs/specs-{build.mcu}", "crt{build.mcu}.o", "lib{build.mcu}.a"]
  },
  // An id counts where the core that is used has its board.
  boards: { ...boards, ...attinyBoards },
  menus,
  options: {
    "build.clock_source": "build.clocksource",
    "fuses.lfuse": "bootloader.low_fuses",
    "fuses.hfuse": "bootloader.high_fuses",
    "fuses.efuse": "bootloader.extended_fuses",
    "fuses.lock_bits": "bootloader.lock_bits",
    "fuses.lockbits": "bootloader.lock_bits"
  },
  fuses: {
    lfuse: "bootloader.low_fuses",
    hfuse: "bootloader.high_fuses",
    efuse: "bootloader.extended_fuses",
    lock: "bootloader.lock_bits"
  },
  overlays: [
    {
      why: "float.h of avr-gcc 5.4 defines DECIMAL_DIG for C only, and WString.cpp of the Arduino core uses it in C++",
      compilerVersion: "<6.0.0",
      cxx: ["-DDECIMAL_DIG=__DECIMAL_DIG__"]
    },
    {
      why:
        "stabs, avr-gcc's default for -g, put the random names of temporary files (LTO, preprocessed assembler) into "
        + "objects and the ELF, and gas cannot write a name with a quote in it; DWARF has neither, and the code is the same",
      asm: ["-gdwarf-2"],
      link: ["-gdwarf-2"]
    },
    {
      why:
        "arduino-builder and arduino-cli relax the calls of the ATmega2560, which cost a word more there; platform.txt "
        + "does not say so",
      mcu: "atmega2560",
      link: ["-Wl,--relax"]
    }
  ]
})
