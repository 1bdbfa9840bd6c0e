import { assert, describe, it } from "@effect/vitest"
import type { Properties } from "../../src/arduino/Properties.ts"
import { type Dialect, vendorNames, writtenOptions } from "../../src/boards/vendorNames.ts"

const dialect: Dialect = {
  cores: { earlephilhower: "rp2040" },
  options: { "fuses.lfuse": "bootloader.low_fuses" },
  translations: [
    { option: "build.f_flash", property: "build.flash_freq", form: "Megahertz", suffix: "m" },
    { option: "build.flash_mode", property: "build.boot" },
    { option: "build.flash_mode", property: "build.flash_mode", values: { qio: "dio" } },
    { option: "build.partitions", property: "build.partitions", form: "Word" },
    { option: "build.partitions", property: "build.partitions_file" }
  ]
}
const place = { path: "platformio.ini", line: 3 }
const properties = (values: Readonly<Record<string, string>>): Properties =>
  new Map(Object.entries(values).map(([key, value]) => [key, { value, ...place }]))
const named = (values: Readonly<Record<string, string>>, before: Readonly<Record<string, string>> = {}) =>
  Object.fromEntries(
    Array.from(vendorNames(properties(values), dialect, properties(before)), ([key, { value }]) => [key, value])
  )

describe("vendorNames", () => {
  it("puts options into the vendor's form", () => {
    assert.deepStrictEqual(named({ "build.f_flash": "80000000L", "build.f_cpu": "160000000L" }), {
      "build.flash_freq": "80m",
      "build.f_cpu": "160000000L"
    })
    assert.deepStrictEqual(named({ "build.f_flash": "fast" }), { "build.flash_freq": "fastm" })
  })

  it("gives one option several meanings", () => {
    assert.deepStrictEqual(named({ "build.flash_mode": "qio" }), { "build.boot": "qio", "build.flash_mode": "dio" })
    assert.deepStrictEqual(named({ "build.flash_mode": "dout" }), { "build.boot": "dout", "build.flash_mode": "dout" })
    assert.deepStrictEqual(named({ "build.partitions": "tables/huge-app.csv" }), {
      "build.partitions": "huge_app",
      "build.partitions_file": "tables/huge-app.csv"
    })
  })

  it("the vendor's own words are stronger than a translation", () => {
    assert.deepStrictEqual(named({ "build.boot": "dio", "build.flash_mode": "qio" }), {
      "build.boot": "dio",
      "build.flash_mode": "dio"
    })
  })

  it("names, cores and flags behind those of the board", () => {
    assert.deepStrictEqual(
      named(
        {
          "fuses.lfuse": "0xff",
          "build.core": "earlephilhower",
          "upload.maximum_ram_size": "8",
          "build.extra_flags": "-DA"
        },
        { "build.extra_flags": "{build.usb}" }
      ),
      {
        "bootloader.low_fuses": "0xff",
        "build.core": "rp2040",
        "upload.maximum_data_size": "8",
        "build.extra_flags": "{build.usb} -DA"
      }
    )
  })

  it("options of a project have their places", () => {
    const options = writtenOptions({
      boardOptions: { "build.mcu": "esp32", "build.f_cpu": "1" },
      place: { path: "p.ini", line: 1 },
      where: { "board_build.mcu": { path: "p.ini", line: 7 } }
    })
    assert.deepStrictEqual(options.get("build.mcu"), { value: "esp32", path: "p.ini", line: 7 })
    assert.deepStrictEqual(options.get("build.f_cpu"), { value: "1", path: "p.ini", line: 1 })
  })
})
