import type { MenuRule } from "../../src/plan/PlatformSpec.ts"

const volts = ["1.8", "2.1", "2.6", "2.9", "3.3", "3.7", "4.0", "4.2"].map((value) => [`${value}v`, value] as const)

/** PlatformIO's settings of the hardware → menus of megaTinyCore. Sources: NOTES.md. */
export const menus: ReadonlyArray<MenuRule> = [
  {
    _tag: "Word",
    setting: "hardware.oscillator",
    menu: "clock",
    words: { internal: "internal$", external: "extclock$", crystal: "crystal$" }
  },
  { _tag: "Number", setting: "build.f_cpu", menu: "clock", property: "build.f_cpu" },
  {
    _tag: "Word",
    setting: "hardware.bod",
    menu: "bodvoltage",
    words: {
      ...Object.fromEntries(volts.map(([word, value]) => [word, `^${value.replace(".", "v")}$`])),
      disabled: ""
    }
  },
  {
    _tag: "Word",
    setting: "hardware.bod",
    menu: "bodmode",
    words: { ...Object.fromEntries(volts.map(([word]) => [word, "^enabled$"])), disabled: "^disabled$" }
  },
  { _tag: "Word", setting: "hardware.eesave", menu: "eesave", words: { yes: "^enable$", no: "^disable$" } }
]
