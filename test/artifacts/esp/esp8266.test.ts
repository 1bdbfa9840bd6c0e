import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Crypto from "node:crypto"
import { esp8266Image } from "../../../src/artifacts/esp/esp8266Image.ts"
import { esp8266V1Image, esp8266V2Image } from "../../../src/artifacts/esp/esp8266RomImage.ts"
import { type SectionPlan, writeElf } from "../../support/elf.ts"
import { askPython } from "../../support/python.ts"
import { Random } from "../../support/random.ts"
import { arduinoElf, ebootElf, xtensa } from "./elfs.ts"

const flash = { mode: "dio", frequency: "40m", size: "4MB" } as const
const named = (bytes: Uint8Array, path = "a.elf") => ({ path, bytes })
const refusal = <A, E>(result: Result.Result<A, E>) => Result.getOrThrow(Result.flip(result))

describe("esp8266Image", () => {
  // SHA-256 of what tools/elf2bin.py of the core 3.1.2 makes of these files, which is on no package index.
  const expected = [
    [flash, 1, "548d4650c6e73c5cc6a56d3c99e8d905ae6045725ed7a92d0bcbc569da7567f5"],
    [
      { mode: "qio", frequency: "80m", size: "512KB" },
      2,
      "89061a54c25ab92a3511370f3947a18df8f979f225482b5720390bb968ede816"
    ],
    [
      { mode: "dout", frequency: "26m", size: "16MB" },
      3,
      "adb87798ff4fc1e0fccf315d6dbbedc2c756d5a240e76eebc21a0829a462950d"
    ]
  ] as const
  for (const [settings, seed, digest] of expected) {
    it(`makes what elf2bin.py makes, ${JSON.stringify(settings)}`, () => {
      const image = Result.getOrThrow(esp8266Image(named(ebootElf(seed)), named(arduinoElf(seed)), settings))
      assert.strictEqual(Crypto.createHash("sha256").update(image).digest("hex"), digest)
    })
  }

  it("refuses a missing section, a large boot loader and unknown settings", () => {
    const application = (sections: ReadonlyArray<SectionPlan>) =>
      refusal(esp8266Image(named(ebootElf(1)), named(writeElf({ machine: xtensa, entry: 0, sections })), flash))
    assert.strictEqual(application([]).message, "a.elf: has no section .irom0.text")
    assert.deepStrictEqual(
      refusal(esp8266Image(named(ebootElf(80), "eboot.elf"), named(arduinoElf(1)), flash)).problem._tag,
      "TooLarge"
    )
    const swapped = refusal(
      esp8266Image(named(writeElf({ machine: xtensa, entry: 0, sections: [] })), named(arduinoElf(1)), flash)
    )
    assert.deepStrictEqual(swapped.problem, { _tag: "MissingSection", name: ".text" })
    const size = refusal(esp8266Image(named(ebootElf(1)), named(arduinoElf(1)), { ...flash, size: "32MB" }))
    assert.strictEqual(size.problem._tag, "UnknownSetting")
    const short = [".irom0.text", ".text", ".text1", ".data", ".rodata"].map((name) => ({
      name,
      address: 0x40201010,
      data: new Uint8Array(4)
    }))
    assert.strictEqual(application(short).problem._tag, "MissingSection")
  })
})

describe("images of the ESP8266's ROM and Espressif's boot loader", () => {
  const esptool = (elfs: ReadonlyArray<Uint8Array>, version: "1" | "2") =>
    askPython(
      "esptoolOracle.py",
      elfs.map((elf) => ({
        command: "elf2image",
        elf: Buffer.from(elf).toString("base64"),
        options: {
          chip: "esp8266",
          version,
          flash_mode: flash.mode,
          flash_freq: flash.frequency,
          flash_size: flash.size
        }
      }))
    ) as ReadonlyArray<{ made?: ReadonlyArray<string | null>; refused?: string }>

  const random = new Random(8)
  const elfs = Array.from({ length: 100 }, () => {
    const starts = [0x3ffe8000, 0x40100000, 0x40201010, 0x40100400, 0x3fff0000]
    let end = 0
    const sections = Array.from({ length: 1 + random.below(6) }, (_, index): SectionPlan => {
      const address = end !== 0 && random.below(3) === 0 ? end : random.pick(starts) + random.below(4) * 0x1000
      const data = random.bytes(1 + random.below(900))
      end = address + ((data.length + 3) & ~3)
      return { name: `.s${index}`, address, data }
    })
    return writeElf({ machine: xtensa, entry: 0x40100004, sections })
  })

  it("version 1 is what esptool makes", () => {
    let mapped = 0
    for (const [index, { made }] of esptool(elfs, "1").entries()) {
      const image = esp8266V1Image(named(elfs[index]!), flash)
      if (made === undefined) assert.strictEqual(refusal(image).problem._tag, "SeveralFlashSegments")
      else {
        const ours = Result.getOrThrow(image)
        if (made[0] != null) mapped++
        assert.deepStrictEqual(
          [
            ours.mapped === undefined ? null : Buffer.from(ours.mapped.bytes).toString("base64"),
            Buffer.from(ours.loaded).toString("base64")
          ],
          made
        )
      }
    }
    assert.isAbove(mapped, 10)
  })

  it("version 2 is what esptool makes", () => {
    for (const [index, { made }] of esptool(elfs, "2").entries()) {
      const image = esp8266V2Image(named(elfs[index]!), flash)
      if (made === undefined) assert.strictEqual(refusal(image).problem._tag, "SeveralFlashSegments")
      else assert.strictEqual(Buffer.from(Result.getOrThrow(image)).toString("base64"), made[0])
    }
  })
})
