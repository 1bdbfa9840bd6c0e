import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { chips } from "../../../src/artifacts/esp/chips.ts"
import { espImage } from "../../../src/artifacts/esp/espImage.ts"
import { type FlashPart, mergeImages, type MergeOptions } from "../../../src/artifacts/esp/mergeImages.ts"
import { parseEspImage } from "../../../src/artifacts/esp/parseEspImage.ts"
import { parsePartitions } from "../../../src/artifacts/esp/parsePartitions.ts"
import { writePartitionTable } from "../../../src/artifacts/esp/partitionTable.ts"
import type { EspChip, FlashSettings } from "../../../src/plan/steps/ImageStep.ts"
import { writeElf } from "../../support/elf.ts"
import { askPython } from "../../support/python.ts"
import { Random } from "../../support/random.ts"
import { application, espChips, places } from "./elfs.ts"

const settings = (chip: EspChip, frequency = 0): FlashSettings => ({
  mode: "dio",
  frequency: Object.keys(chips[chip].frequencies)[frequency]!,
  size: "4MB"
})

const image = (chip: EspChip, seed = 1): Uint8Array =>
  Result.getOrThrow(espImage("a.elf", application(chip, seed, 800), { chip, flash: settings(chip) }))

const csv =
  "nvs, data, nvs, 0x9000, 20K\notadata, data, ota, , 8K\napp0, app, ota_0, , 0x50000\napp1, app, ota_1, , 0x40000\n"
const rows = Result.getOrThrow(parsePartitions("partitions.csv", csv, { tableOffset: 0x8000 }))

const part = (offset: number, bytes: Uint8Array, path = `at ${offset}`): FlashPart => ({ offset, bytes, path })

/** Boot loader, partitions, boot_app0 and application. The boot loader of these tests is as small as a real one. */
const parts = (chip: EspChip): ReadonlyArray<FlashPart> => {
  const bootLoader = Result.getOrThrow(
    espImage("boot.elf", bootElf(chip), { chip, flash: settings(chip) })
  )
  return [
    part(0x10000, image(chip, 2), "firmware.bin"),
    part(chips[chip].bootloader, Uint8Array.from([...bootLoader, 1, 2, 3]), "bootloader.bin"),
    part(0x8000, writePartitionTable(rows), "partitions.bin"),
    part(0xe000, new Random(3).bytes(0x2000), "boot_app0.bin")
  ]
}

const refusal = (given: ReadonlyArray<FlashPart>, options: Partial<MergeOptions> = {}) =>
  Result.getOrThrow(Result.flip(mergeImages(given, { chip: "esp32", ...options })))

const bootElf = (chip: EspChip) =>
  writeElf({
    machine: places[chip].machine,
    entry: places[chip].iram,
    sections: [{ name: ".iram.text", address: places[chip].iram, data: new Random(4).bytes(5000) }]
  })

describe("mergeImages makes what esptool makes", () => {
  it("for every chip, with the settings of the boot loader and with others", () => {
    const jobs = espChips.flatMap((chip) =>
      [undefined, { ...settings(chip, 1), mode: "qio", size: "8MB" } as const].map((flash) => ({ chip, flash }))
    )
    const answers: ReadonlyArray<{ made?: [string]; refused?: string }> = askPython(
      "esptoolOracle.py",
      jobs.map(({ chip, flash }) => ({
        command: "merge",
        parts: parts(chip).map(({ bytes, offset }) => ({ offset, content: Buffer.from(bytes).toString("base64") })),
        options: {
          chip,
          flash_mode: flash?.mode ?? "keep",
          flash_freq: flash?.frequency ?? "keep",
          flash_size: flash?.size ?? "keep",
          pad_to_size: flash === undefined ? null : "1MB"
        }
      }))
    )
    for (const [index, { chip, flash }] of jobs.entries()) {
      const merged = Result.getOrThrow(
        mergeImages(parts(chip), { chip, ...flash === undefined ? {} : { flash, size: 0x100000 } })
      )
      assert.strictEqual(answers[index]!.refused, undefined)
      assert.isTrue(
        Buffer.from(merged).equals(Buffer.from(answers[index]!.made![0], "base64")),
        `${chip} ${flash?.mode}`
      )
    }
  })
})

describe("mergeImages refuses", () => {
  it("parts that overlap", () => {
    const error = refusal([part(0, new Uint8Array(20), "a.bin"), part(16, new Uint8Array(1), "b.bin")])
    assert.deepStrictEqual(error.problem, {
      _tag: "Overlap",
      what: "it",
      start: 16,
      end: 17,
      other: "a.bin",
      otherEnd: 20
    })
    assert.strictEqual(error.message, "b.bin: it (0x10 to 0x11) overlaps a.bin, which ends at 0x14")
  })

  it("an image larger than its partition, or at no partition", () => {
    const partitions = { offset: 0x8000, rows }
    const error = refusal([part(0x10000, new Uint8Array(0x50001), "firmware.bin")], { partitions })
    assert.strictEqual(
      error.message,
      "firmware.bin: the image for partition app0 has 327681 bytes, 1 more than fit (327680)"
    )
    assert.isString(error.hint)
    assert.deepStrictEqual(refusal([part(0x20000, new Uint8Array(1))], { partitions }).problem, {
      _tag: "NoPartition",
      offset: 0x20000,
      starts: [0x9000, 0xe000, 0x10000, 0x60000]
    })
    assert.isTrue(Result.isSuccess(mergeImages(parts("esp32"), { chip: "esp32", partitions })))
  })

  it("more than the flash has", () => {
    assert.deepStrictEqual(refusal([part(0x3ff000, new Uint8Array(0x1001))], { flashSize: 0x400000 }).problem, {
      _tag: "TooLarge",
      what: "the flash up to its end",
      size: 0x400001,
      limit: 0x400000
    })
  })

  it("a part at a place that no flash has", () => {
    assert.strictEqual(refusal([part(0xfffffff0, new Uint8Array(1))]).problem._tag, "TooLarge")
  })

  it("to change the settings of what is no image", () => {
    const flash = settings("esp32")
    assert.deepStrictEqual(refusal([part(0x1000, new Uint8Array(100))], { flash }).problem, {
      _tag: "NotAnImage",
      magic: 0
    })
    assert.deepStrictEqual(refusal([part(0x1000, image("esp32c3"))], { flash }).problem, {
      _tag: "WrongChip",
      id: 5,
      expected: 0,
      chip: "esp32"
    })
    assert.strictEqual(
      refusal([part(0x1000, image("esp32"))], { flash: { ...flash, size: "5MB" } }).problem._tag,
      "UnknownSetting"
    )
  })
})

describe("parseEspImage", () => {
  const whole = image("esp32c6")
  const problem = (bytes: Uint8Array) =>
    Result.getOrThrow(Result.flip(parseEspImage("a.bin", bytes, "esp32c6"))).problem

  it("reads what espImage writes", () => {
    const read = Result.getOrThrow(parseEspImage("a.bin", whole, "esp32c6"))
    assert.strictEqual(read.size + 32, whole.length)
    assert.strictEqual(read.segments.length, whole[1])
    assert.isTrue(read.isDigested)
    assert.strictEqual(read.mode, 2)
  })

  it("refuses what is truncated or damaged", () => {
    for (const length of [10, 28, 1000, whole.length - 1]) {
      assert.strictEqual(problem(whole.subarray(0, length))._tag, "ImageTruncated", String(length))
    }
    assert.deepStrictEqual(problem(new Uint8Array()), { _tag: "NotAnImage", magic: 0 })
    assert.deepStrictEqual(problem(whole.with(0, 0x7f)), { _tag: "NotAnImage", magic: 0x7f })
    assert.deepStrictEqual(problem(whole.with(100, whole[100]! ^ 1)), { _tag: "BadChecksum", what: "checksum" })
    assert.deepStrictEqual(problem(whole.with(2, 0)), { _tag: "BadChecksum", what: "SHA-256" })
  })
})
