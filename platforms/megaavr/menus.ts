import type { MenuRule } from "../../src/plan/PlatformSpec.ts"
import { voltageWords } from "../../src/plan/voltageWords.ts"

/** Of brown-out detection. */
const voltages = voltageWords("1.8", "2.1", "2.6", "2.9", "3.3", "3.7", "4.0", "4.2")

/** PlatformIO's settings of the hardware → menus of megaTinyCore. Sources: NOTES.md. */
export const menus: ReadonlyArray<MenuRule> = [
  {
    _tag: "Word",
    setting: "hardware.oscillator",
    menu: "clock",
    words: { internal: "internal$", external: "extclock$", crystal: "crystal$" }
  },
  { _tag: "Number", setting: "build.f_cpu", menu: "clock", property: "build.f_cpu" },
  { _tag: "Word", setting: "hardware.bod", menu: "bodvoltage", words: { ...voltages, disabled: "" } },
  {
    _tag: "Word",
    setting: "hardware.bod",
    menu: "bodmode",
    words: {
      ...Object.fromEntries(Object.keys(voltages).map((word) => [word, "^enabled$"])),
      disabled: "^disabled$"
    }
  },
  { _tag: "Word", setting: "hardware.eesave", menu: "eesave", words: { yes: "^enable$", no: "^disable$" } }
]
