import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { literalProperties } from "../../src/arduino/Properties.ts"
import { computeSize, sizeRecipe } from "../../src/arduino/size.ts"
import { avrProperties } from "./debianAvr.ts"

const recipe = (values: Record<string, string>) => sizeRecipe(literalProperties(values, "platform.txt"))
const flash = (pattern: string, output: string) =>
  computeSize(output, Result.getOrThrow(recipe({ "recipe.size.regex": pattern }))).flash?.used

describe("size", () => {
  it("adds up what avr-size -A prints", () => {
    const output = [
      "build/firmware.elf  :",
      "section                     size      addr",
      ".data                         38   8388864",
      ".text                       1976         0",
      ".bss                         166   8388902",
      ".eeprom                        4   8454144",
      ".comment                      17         0",
      "Total                       2201",
      ""
    ]
    const rules = Result.getOrThrow(sizeRecipe(avrProperties("uno")))
    for (const newline of ["\n", "\r\n"]) {
      assert.deepStrictEqual(computeSize(output.join(newline), rules), {
        flash: { used: 2014, max: 32256 },
        ram: { used: 204, max: 2048 },
        eeprom: { used: 4 }
      })
    }
  })

  it("leaves out what the platform does not measure", () => {
    assert.deepStrictEqual(computeSize("", Result.getOrThrow(recipe({ "recipe.size.regex.data": "" }))), {})
    assert.deepStrictEqual(Result.getOrThrow(recipe({ "upload.maximum_size": "x" })), {})
  })

  it("adds up all capture groups that are numbers", () => {
    assert.strictEqual(flash("^\\s*(\\d+)\\s+(\\d+)\\s+(\\w+)?", "  10 20 text\n 1 2\n"), 33)
  })

  it("reads Go's syntax", () => {
    assert.strictEqual(flash("(?i)^(?P<name>TEXT)\\s+(?P<size>[0-9]+)", "text 5\nText 6"), 11)
    assert.strictEqual(flash("^a\\-b\\:[\\-\\_]*\\\\_([0-9]+)", "a-b:-_\\_7"), 7)
  })

  it("reports a bad pattern and a bad maximum", () => {
    for (const pattern of ["(", "\\Atext([0-9]+)", "[[:digit:]]+", "\\Q.text\\E"]) {
      assert.deepInclude(Result.getOrThrow(Result.flip(recipe({ "recipe.size.regex": pattern }))), {
        _tag: "BadValue",
        key: "recipe.size.regex",
        value: pattern,
        path: "platform.txt"
      })
    }
    const bad = recipe({ "recipe.size.regex": "x", "upload.maximum_size": "32K" })
    assert.strictEqual(
      Result.getOrThrow(Result.flip(bad)).message,
      "platform.txt: upload.maximum_size=32K is not a number of bytes"
    )
  })
})
