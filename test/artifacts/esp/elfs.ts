import type { EspChip } from "../../../src/plan/steps/ImageStep.ts"
import { type SectionPlan, writeElf } from "../../support/elf.ts"
import { Random } from "../../support/random.ts"

export const xtensa = 0x5e
export const riscv = 0xf3

/** Where a chip has things: data and instructions in flash, RAM for instructions and data, RTC memory. */
interface Places {
  readonly machine: number
  readonly rodata: number
  readonly text: number
  readonly iram: number
  readonly dram: number
  readonly rtc: number
}

export const places: Readonly<Record<EspChip, Places>> = {
  esp32: { machine: xtensa, rodata: 0x3f400000, text: 0x400d0000, iram: 0x40080000, dram: 0x3ffb0000, rtc: 0x50000000 },
  esp32s2: {
    machine: xtensa,
    rodata: 0x3f000000,
    text: 0x40080000,
    iram: 0x40024000,
    dram: 0x3ffbe000,
    rtc: 0x50000000
  },
  esp32s3: {
    machine: xtensa,
    rodata: 0x3c000000,
    text: 0x42000000,
    iram: 0x40374000,
    dram: 0x3fc90000,
    rtc: 0x600fe000
  },
  esp32c2: {
    machine: riscv,
    rodata: 0x3c000000,
    text: 0x42000000,
    iram: 0x40380000,
    dram: 0x3fca8000,
    rtc: 0x3fcb8000
  },
  esp32c3: {
    machine: riscv,
    rodata: 0x3c000000,
    text: 0x42000000,
    iram: 0x40380000,
    dram: 0x3fc88000,
    rtc: 0x50000000
  },
  esp32c5: {
    machine: riscv,
    rodata: 0x42000000,
    text: 0x42400000,
    iram: 0x40800000,
    dram: 0x40820000,
    rtc: 0x50000000
  },
  esp32c6: {
    machine: riscv,
    rodata: 0x42000000,
    text: 0x42800000,
    iram: 0x40800000,
    dram: 0x40820000,
    rtc: 0x50000000
  },
  esp32h2: {
    machine: riscv,
    rodata: 0x42000000,
    text: 0x42800000,
    iram: 0x40800000,
    dram: 0x40820000,
    rtc: 0x50000000
  },
  esp32p4: { machine: riscv, rodata: 0x40000000, text: 0x40200000, iram: 0x4ff00000, dram: 0x4ff40000, rtc: 0x50108000 }
}

export const espChips = Object.keys(places) as ReadonlyArray<EspChip>

/** ESP-IDF's description of an application, with its magic and the logarithm of the MMU page size. */
export const description = (pageExponent = 0): Uint8Array => {
  const bytes = new Uint8Array(256)
  bytes.set([0x32, 0x54, 0xcd, 0xab])
  bytes.set(Buffer.from("v1.2\0", "latin1"), 16)
  bytes[180] = pageExponent
  return bytes
}

/** The sections of an application as ESP-IDF's linker scripts lay them out. */
export const applicationSections = (chip: EspChip, random: Random, size = 3000): ReadonlyArray<SectionPlan> => {
  const { dram, iram, rodata, rtc, text } = places[chip]
  return [
    { name: ".rtc.text", address: rtc, data: random.bytes(52) },
    { name: ".iram0.vectors", address: iram, data: random.bytes(1027) },
    { name: ".iram0.text", address: iram + 1028, data: random.bytes(size) },
    { name: ".dram0.data", address: dram, data: random.bytes(size >> 1) },
    { name: ".dram0.bss", address: dram + 0x4000, data: new Uint8Array(600), type: 8 },
    { name: ".flash.appdesc", address: rodata + 0x20, data: description() },
    { name: ".flash.rodata", address: rodata + 0x120, data: random.bytes(size) },
    { name: ".flash.text", address: text + 0x10020, data: random.bytes(size * 2 + 1) },
    { name: ".comment", address: 0, data: random.bytes(20) }
  ]
}

export const application = (chip: EspChip, seed = 1, size = 3000): Uint8Array =>
  writeElf({
    machine: places[chip].machine,
    entry: places[chip].iram + 1028,
    sections: applicationSections(chip, new Random(seed), size)
  })

/** Sections of any size at any address that means something, some right behind others. */
export const randomElf = (chip: EspChip, random: Random): Uint8Array => {
  const { machine, ...starts } = places[chip]
  const sections: Array<SectionPlan> = []
  const names = [".flash.appdesc", ".flash.rodata", ".dram0.bootdesc", ".text", ".data", "x.flash.appdesc"]
  let end = 0
  for (let count = 1 + random.below(8); count > 0; count--) {
    const start = random.pick(Object.values(starts)) + random.pick([0, 0x20, 0x10000, 0x10020, 0x20000, 0x1018])
    const address = end !== 0 && random.below(3) === 0 ? end : start + random.pick([0, 0, 0, 4, 7, 0x2000])
    const name = random.pick(names)
    const data = name.endsWith("appdesc")
      ? description(random.pick([0, 0, 13, 14, 15, 16]))
      : random.bytes(random.pick([1, 4, 24, 36, 200, random.below(3000), 0x4000 - 8, 0x10000 - 32, 0x10000]))
    sections.push({ name, address, data, type: random.pick([1, 1, 1, 1, 14, 8]) })
    end = address + ((data.length + 3) & ~3)
  }
  return writeElf({ machine, entry: starts.iram, sections })
}

/** The boot loader of an ESP8266 as Arduino has it: 3 KiB at most. */
export const ebootElf = (seed: number): Uint8Array => {
  const random = new Random(seed)
  return writeElf({
    machine: xtensa,
    entry: 0x4010f480,
    sections: [
      { name: ".data", address: 0x3ffe8000, data: new Uint8Array() },
      { name: ".rodata", address: 0x3ffe8000, data: random.bytes(37 * seed) },
      { name: ".text", address: 0x4010f000, data: random.bytes(1500 + seed) }
    ]
  })
}

/** An application for an ESP8266 as Arduino's linker scripts lay it out. */
export const arduinoElf = (seed: number): Uint8Array => {
  const random = new Random(100 + seed)
  return writeElf({
    machine: xtensa,
    entry: 0x401000a8,
    sections: [
      { name: ".data", address: 0x3ffe8000, data: random.bytes(1292 + seed) },
      { name: ".noinit", address: 0x3ffe8600, data: new Uint8Array(8), type: 8 },
      { name: ".text", address: 0x40100000, data: random.bytes(240) },
      { name: ".irom0.text", address: 0x40201010, data: random.bytes(9000 * seed + 5) },
      { name: ".text1", address: 0x401000f0, data: random.bytes(26001) },
      { name: ".rodata", address: 0x3ffe8610, data: random.bytes(700) },
      { name: ".bss", address: 0x3ffe8a00, data: new Uint8Array(400), type: 8 }
    ]
  })
}
