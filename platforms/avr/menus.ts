import type { MenuRule } from "../../src/plan/PlatformSpec.ts"
import { voltageWords } from "../../src/plan/voltageWords.ts"

/** Of brown-out detection. */
const voltages = voltageWords("1.8", "2.5", "2.6", "2.7", "3.8", "3.9", "4.0", "4.1", "4.3")

/**
 * PlatformIO's settings of the hardware → menus of MiniCore, MightyCore, MegaCore and MajorCore (`BOD`, `eeprom`, `bootloader`, `JTAG`) and of ATTinyCore
 * (`bod`, `eesave`). Sources: NOTES.md.
 */
export const menus: ReadonlyArray<MenuRule> = [
  {
    _tag: "Word",
    setting: "hardware.oscillator",
    menu: "clock",
    words: { external: "_external$|^crystal_", external_clock: "^extclk_", internal: "_internal$|^internal_|^pll_" }
  },
  { _tag: "Number", setting: "build.f_cpu", menu: "clock", property: "build.f_cpu" },
  { _tag: "Word", setting: "hardware.bod", menu: "BOD", words: { ...voltages, disabled: "^disabled$" } },
  { _tag: "Word", setting: "hardware.bod", menu: "bod", words: { ...voltages, disabled: "^disabled?$" } },
  { _tag: "Word", setting: "hardware.eesave", menu: "eeprom", words: { yes: "^keep$", no: "^erase$" } },
  { _tag: "Word", setting: "hardware.eesave", menu: "eesave", words: { yes: "^a?enable$", no: "^disable$" } },
  { _tag: "Word", setting: "hardware.jtagen", menu: "JTAG", words: { yes: "^enabled$", no: "^disabled$" } },
  {
    _tag: "Word",
    setting: "bootloader.type",
    menu: "bootloader",
    words: { urboot: "^uart", optiboot: "^uart", no_bootloader: "^no_bootloader$" }
  },
  {
    _tag: "Word",
    setting: "hardware.uart",
    menu: "bootloader",
    words: { uart0: "^uart0$", uart1: "^uart1$", uart2: "^uart2$", uart3: "^uart3$", no_bootloader: "^no_bootloader$" }
  },
  { _tag: "Number", setting: "bootloader.speed", menu: "baudrate", property: "upload.speed" }
]
