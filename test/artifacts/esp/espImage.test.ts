import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { chips } from "../../../src/artifacts/esp/chips.ts"
import { espImage, type EspImageOptions } from "../../../src/artifacts/esp/espImage.ts"
import { writeElf } from "../../support/elf.ts"
import { askPython } from "../../support/python.ts"
import { Random } from "../../support/random.ts"
import { application, applicationSections, description, espChips, places, randomElf, riscv, xtensa } from "./elfs.ts"
import { compileForRiscv } from "./riscv.ts"

interface Case {
  readonly name: string
  readonly elf: Uint8Array
  readonly options: EspImageOptions
}

const flash = { mode: "dio", frequency: "40m", size: "4MB" } as const

/** The frequency whose code is 0. */
const usual = (chip: EspImageOptions["chip"]) =>
  Object.entries(chips[chip].frequencies).find(([, code]) => code === 0)![0]

/** What esptool makes of each, or that it refuses. */
const esptool = (cases: ReadonlyArray<Case>): ReadonlyArray<Buffer | string> =>
  askPython(
    "esptoolOracle.py",
    cases.map(({ elf, options: { chip, elfDigestOffset, flash, maximumRevision, minimumRevision, pageSize } }) => ({
      command: "elf2image",
      elf: Buffer.from(elf).toString("base64"),
      options: {
        chip,
        flash_mode: flash.mode,
        flash_freq: flash.frequency,
        flash_size: flash.size,
        elf_sha256_offset: elfDigestOffset ?? null,
        min_rev_full: minimumRevision ?? 0,
        max_rev_full: maximumRevision ?? 0xffff,
        flash_mmu_page_size: pageSize === undefined ? null : `${pageSize >> 10}KB`
      }
    }))
  ).map(({ made, refused }: { made?: [string]; refused?: string }) =>
    made === undefined ? refused! : Buffer.from(made[0], "base64")
  )

const problemOf = (elf: Uint8Array, options: Partial<EspImageOptions> = {}) => {
  const error = Result.getOrThrow(Result.flip(espImage("a.elf", elf, { chip: "esp32c3", flash, ...options })))
  assert.match(error.message, /^a\.elf: /)
  return error.problem
}

const equal = (cases: ReadonlyArray<Case>) => {
  const expected = esptool(cases)
  for (const [index, { elf, name, options }] of cases.entries()) {
    const image = Result.getOrThrow(espImage(name, elf, options))
    assert.isTrue(Buffer.isBuffer(expected[index]), `${name}: ${String(expected[index])}`)
    assert.isTrue(Buffer.from(image).equals(expected[index] as Buffer), name)
  }
}

describe("espImage makes the bytes that esptool makes", () => {
  it("for every chip, flash mode, frequency and size", () => {
    equal(espChips.flatMap((chip) => {
      const elf = application(chip)
      const options = { chip, flash: { ...flash, frequency: usual(chip) } }
      return [
        ...Object.keys(chips[chip].frequencies).map((frequency) => ({ ...options, flash: { ...flash, frequency } })),
        ...(["qio", "qout", "dio", "dout"] as const).map((mode) => ({ ...options, flash: { ...options.flash, mode } })),
        ...["1MB", "2MB", "8MB", "16MB", "32MB", "64MB", "128MB"].map((size) => ({
          ...options,
          flash: { ...options.flash, size }
        }))
      ].map((options) => ({ name: JSON.stringify(options), elf, options }))
    }))
  })

  it("for revisions, digests at other places, page sizes, and applications of many pages", () => {
    equal(espChips.flatMap((chip) => {
      const usually = { chip, flash: { ...flash, frequency: usual(chip) } }
      const sections = applicationSections(chip, new Random(3))
      const described = chips[chip].pages.map((pageSize, index) => {
        const at = sections.findIndex(({ name }) => name === ".flash.appdesc")
        const data = description(index % 2 === 0 ? Math.log2(pageSize) : 0)
        return {
          name: `${chip} describes ${pageSize}`,
          elf: writeElf({
            machine: places[chip].machine,
            entry: 0,
            sections: sections.with(at, { ...sections[at]!, data })
          }),
          options: usually
        }
      })
      return [
        ...described,
        ...chips[chip].pages.map((pageSize) => ({
          name: `${chip} ${pageSize}`,
          elf: application(chip, 5),
          options: { ...usually, pageSize }
        })),
        {
          name: `${chip} revisions`,
          elf: application(chip),
          options: { ...usually, minimumRevision: 301, maximumRevision: 399 }
        },
        { name: `${chip} digest`, elf: application(chip), options: { ...usually, elfDigestOffset: 0xb0 } },
        { name: `${chip} large`, elf: application(chip, 9, 100_000), options: usually },
        {
          name: `${chip} boot loader`,
          elf: writeElf({
            machine: places[chip].machine,
            entry: 0x40,
            sections: [
              { name: ".text", address: places[chip].dram, data: new Random(2).bytes(99) },
              { name: ".dram0.bootdesc", address: places[chip].dram + 0x100, data: new Random(2).bytes(80) }
            ]
          }),
          options: usually
        }
      ]
    }))
  })

  it("for sections of any size at any address, or refuses where esptool does", () => {
    const random = new Random(20261121)
    const cases = Array.from({ length: 600 }, (_, index): Case => {
      const chip = espChips[index % espChips.length]!
      return {
        name: `${chip} ${index}`,
        elf: randomElf(chip, random),
        options: { chip, flash: { ...flash, frequency: usual(chip) } }
      }
    })
    const expected = esptool(cases)
    let made = 0
    for (const [index, { elf, name, options }] of cases.entries()) {
      const image = espImage(name, elf, options)
      const theirs = expected[index]!
      if (typeof theirs === "string") assert.isTrue(Result.isFailure(image), `${name}: esptool says ${theirs}`)
      else if (Result.isSuccess(image)) {
        made++
        assert.isTrue(Buffer.from(image.success).equals(theirs), name)
      } else {
        // esptool makes images without segments, or with more of them than a boot loader takes.
        assert.include(
          ["NoContent", "TooManySegments"],
          image.failure.problem._tag,
          `${name}: ${image.failure.message}`
        )
      }
    }
    assert.isAbove(made, 200)
  })

  it("for neighbours at every border of memories", () => {
    const borders: ReadonlyArray<{ readonly made: ReadonlyArray<number> }> = askPython(
      "esptoolOracle.py",
      espChips.map((chip) => ({ command: "borders", chip }))
    )
    const cases = espChips.flatMap((chip, index) => {
      const { flash: flashRanges, memory } = chips[chip]
      const addresses = new Set([...borders[index]!.made, ...[...memory, ...flashRanges].flat()])
      return [...addresses].filter((address) => address > 16).map((address): Case => ({
        name: `${chip} 0x${address.toString(16)}`,
        elf: writeElf({
          machine: places[chip].machine,
          entry: 0,
          sections: [
            { name: ".before", address: address - 16, data: new Random(1).bytes(16) },
            { name: ".behind", address, data: new Random(2).bytes(16) }
          ]
        }),
        options: { chip, flash: { ...flash, frequency: usual(chip) } }
      }))
    })
    assert.isAbove(cases.length, 100)
    for (const [index, theirs] of esptool(cases).entries()) {
      const { elf, name, options } = cases[index]!
      const image = espImage(name, elf, options)
      if (typeof theirs === "string") assert.isTrue(Result.isFailure(image), `${name}: esptool says ${theirs}`)
      else assert.isTrue(Buffer.from(Result.getOrThrow(image)).equals(theirs), name)
    }
  })

  it("for what GCC makes for the C3", async () => {
    const elf = await compileForRiscv(Fs.mkdtempSync(Path.join(Os.tmpdir(), "fbuild-esp-")))
    equal([{ name: "firmware.elf", elf, options: { chip: "esp32c3", flash } }])
  })
})

describe("espImage refuses", () => {
  it("files that are no ELF file, truncated, or for another machine", () => {
    const elf = application("esp32c3")
    assert.deepStrictEqual(problemOf(new Uint8Array()), { _tag: "NotElf" })
    assert.deepStrictEqual(problemOf(Buffer.from("MZ, no ELF")), { _tag: "NotElf" })
    assert.strictEqual(problemOf(elf.subarray(0, 2000))._tag, "Truncated")
    const other = writeElf({
      machine: 0x28,
      entry: 0,
      sections: [{ name: ".text", address: 4, data: new Uint8Array(4) }]
    })
    assert.deepStrictEqual(problemOf(other), { _tag: "WrongMachine", machine: 0x28 })
    assert.deepStrictEqual(problemOf(writeElf({ machine: riscv, entry: 0, sections: [] })), { _tag: "NoContent" })
  })

  it("settings that the chip does not have", () => {
    const elf = application("esp32c3")
    assert.deepStrictEqual(problemOf(elf, { flash: { ...flash, frequency: "120m" } }), {
      _tag: "UnknownSetting",
      setting: "flash frequency",
      value: "120m",
      known: ["80m", "40m", "26m", "20m"]
    })
    assert.strictEqual(problemOf(elf, { flash: { ...flash, size: "3MB" } })._tag, "UnknownSetting")
    assert.strictEqual(problemOf(elf, { flash: { ...flash, size: "toString" } })._tag, "UnknownSetting")
    assert.strictEqual(problemOf(elf, { pageSize: 0x4000 })._tag, "UnknownSetting")
  })

  const section = (address: number, size = 64) => ({
    name: `.s${address.toString(16)}`,
    address,
    data: new Uint8Array(size)
  })
  const refusal = (...sections: ReadonlyArray<ReturnType<typeof section>>) =>
    problemOf(writeElf({ machine: riscv, entry: 0, sections }))

  it("sections that no image can place", () => {
    assert.deepStrictEqual(refusal(section(0x42000020), section(0x42000200)), {
      _tag: "SamePage",
      first: 0x42000020,
      second: 0x42000200,
      pageSize: 0x10000
    })
    assert.deepStrictEqual(refusal(section(0x42000021)), { _tag: "Misaligned", address: 0, pageSize: 4 })
    // The first leaves 16 bytes of its page: two headers, and nothing for the first of them.
    assert.deepStrictEqual(refusal(section(0x3c000020, 0x10000 - 48), section(0x42000000)), {
      _tag: "Misaligned",
      address: 0x42000000,
      pageSize: 0x10000
    })
    assert.deepStrictEqual(refusal(...Array.from({ length: 17 }, (_, index) => section(0x40380000 + 256 * index))), {
      _tag: "TooManySegments",
      count: 17,
      limit: 16
    })
    assert.deepStrictEqual(refusal(section(0x40380000, 0x1000000)), {
      _tag: "SegmentTooLong",
      address: 0x40380000,
      size: 0x1000000,
      limit: 0xffffff
    })
  })

  it("to put the digest where something else is", () => {
    const elf = writeElf({
      machine: xtensa,
      entry: 0,
      sections: [{ name: ".flash.appdesc", address: 0x3f400020, data: new Uint8Array(300).fill(1) }]
    })
    assert.deepStrictEqual(problemOf(elf, { chip: "esp32" }), { _tag: "BadDigestPlace", offset: 0xb0 })
    assert.deepStrictEqual(problemOf(elf, { chip: "esp32", elfDigestOffset: 0x1a }), {
      _tag: "BadDigestPlace",
      offset: 0x1a
    })
  })
})
