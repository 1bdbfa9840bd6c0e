import type { EspChip } from "../../plan/steps/ImageStep.ts"

/** First address, and the one after the last. */
type Range = readonly [start: number, end: number]

/** What an image for a chip has to know of it. */
export interface ChipFacts {
  /** In the extended header; the ROM refuses images for another chip. */
  readonly id: number
  /** Where the flash is mapped: instructions, data. */
  readonly flash: ReadonlyArray<Range>
  /** Kinds of memory. Sections become one segment only where both lie in the same kinds. */
  readonly memory: ReadonlyArray<Range>
  /** MMU page sizes that can be set, smallest first, in bytes; none where it is always 64 KiB. */
  readonly pages: ReadonlyArray<number>
  /** Low half of byte 3 of the header by flash frequency. The first is the default of `esptool` (0). */
  readonly frequencies: Readonly<Record<string, number>>
  /** Offset of the second stage bootloader in flash. */
  readonly bootloader: number
}

const usual = { "80m": 0xf, "40m": 0x0, "26m": 0x1, "20m": 0x2 }
const pagesOfC2 = [0x4000, 0x8000, 0x10000]
const pagesOfC6 = [0x2000, ...pagesOfC2]
const padding: Range = [0, 0x10000]

// The C6 and H2, whose buses are one, have the same memory.
const c6 = {
  flash: [[0x42000000, 0x42800000], [0x42800000, 0x43000000]],
  memory: [
    padding,
    [0x42000000, 0x43000000],
    [0x40800000, 0x40880000],
    [0x4004ac00, 0x40050000],
    [0x40000000, 0x4004ac00],
    [0x50000000, 0x50004000],
    [0x600fe000, 0x60100000]
  ],
  pages: pagesOfC6,
  bootloader: 0
} as const

/** Source: the technical reference manuals, "System and Memory"; what `esptool` 5.6.0 writes for each chip. */
export const chips: Readonly<Record<EspChip, ChipFacts>> = {
  esp32: {
    id: 0,
    flash: [[0x400d0000, 0x40400000], [0x3f400000, 0x3f800000]],
    memory: [
      padding,
      [0x3f400000, 0x3f800000],
      [0x3f800000, 0x3fc00000],
      [0x3ff80000, 0x3ff82000],
      [0x3ff90000, 0x40000000],
      [0x3ffae000, 0x40000000],
      [0x3ffe0000, 0x3ffffffc],
      [0x40000000, 0x40070000],
      [0x40070000, 0x40078000],
      [0x40078000, 0x40080000],
      [0x40080000, 0x400a0000],
      [0x400a0000, 0x400bfffc],
      [0x400c0000, 0x400c2000],
      [0x400d0000, 0x40400000],
      [0x50000000, 0x50002000]
    ],
    pages: [],
    frequencies: usual,
    bootloader: 0x1000
  },
  esp32s2: {
    id: 2,
    flash: [[0x40080000, 0x40b80000], [0x3f000000, 0x3f3f0000]],
    memory: [
      padding,
      [0x3f000000, 0x3ff80000],
      [0x3f500000, 0x3ff80000],
      [0x3ff9e000, 0x3ffa0000],
      [0x3ff9e000, 0x40000000],
      [0x3ff9e000, 0x40072000],
      [0x3ffb0000, 0x40000000],
      [0x40000000, 0x4001a100],
      [0x40020000, 0x40070000],
      [0x40070000, 0x40072000],
      [0x40080000, 0x40800000],
      [0x50000000, 0x50002000]
    ],
    pages: [],
    frequencies: usual,
    bootloader: 0x1000
  },
  esp32s3: {
    id: 9,
    flash: [[0x42000000, 0x44000000], [0x3c000000, 0x3e000000]],
    memory: [
      padding,
      [0x3c000000, 0x3d000000],
      [0x3d000000, 0x3e000000],
      [0x3fc88000, 0x3fd00000],
      [0x3fc88000, 0x403e2000],
      [0x40000000, 0x4001a100],
      [0x40370000, 0x403e0000],
      [0x42000000, 0x42800000],
      [0x50000000, 0x50002000],
      [0x600fe000, 0x60100000]
    ],
    pages: [],
    frequencies: usual,
    bootloader: 0
  },
  esp32c2: {
    id: 12,
    flash: [[0x42000000, 0x42400000], [0x3c000000, 0x3c400000]],
    memory: [
      padding,
      [0x3c000000, 0x3c400000],
      [0x3fca0000, 0x3fce0000],
      [0x3fc88000, 0x3fd00000],
      [0x3ff00000, 0x3ff50000],
      [0x40000000, 0x40090000],
      [0x42000000, 0x42400000],
      [0x4037c000, 0x403c0000]
    ],
    pages: pagesOfC2,
    frequencies: { "60m": 0xf, "30m": 0x0, "20m": 0x1, "15m": 0x2 },
    bootloader: 0
  },
  esp32c3: {
    id: 5,
    flash: [[0x42000000, 0x42800000], [0x3c000000, 0x3c800000]],
    memory: [
      padding,
      [0x3c000000, 0x3c800000],
      [0x3fc80000, 0x3fce0000],
      [0x3fc88000, 0x3fd00000],
      [0x3ff00000, 0x3ff20000],
      [0x40000000, 0x40060000],
      [0x42000000, 0x42800000],
      [0x4037c000, 0x403e0000],
      [0x50000000, 0x50002000],
      [0x600fe000, 0x60100000]
    ],
    pages: [],
    frequencies: usual,
    bootloader: 0
  },
  esp32c5: {
    id: 23,
    flash: [[0x42000000, 0x44000000]],
    memory: [
      padding,
      [0x42000000, 0x44000000],
      [0x40800000, 0x40860000],
      [0x4003a000, 0x40040000],
      [0x40000000, 0x4003a000],
      [0x50000000, 0x50004000],
      [0x600fe000, 0x60100000]
    ],
    pages: [],
    frequencies: { "80m": 0xf, "40m": 0x0, "20m": 0x2 },
    bootloader: 0x2000
  },
  // 80 MHz is written as 40: the ROM divides the clock wrongly.
  esp32c6: { ...c6, id: 13, frequencies: { "80m": 0x0, "40m": 0x0, "20m": 0x2 } },
  esp32h2: { ...c6, id: 16, frequencies: { "48m": 0xf, "24m": 0x0, "16m": 0x1, "12m": 0x2 } },
  esp32p4: {
    id: 18,
    flash: [[0x40000000, 0x4c000000]],
    memory: [
      padding,
      [0x40000000, 0x4c000000],
      [0x4ff00000, 0x4ffa0000],
      [0x4fc00000, 0x4fc20000],
      [0x50108000, 0x50110000],
      [0x600fe000, 0x60100000]
    ],
    pages: [],
    frequencies: usual,
    bootloader: 0x2000
  }
}
