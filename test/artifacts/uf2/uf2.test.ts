import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { boot2, boot2Source } from "../../../src/artifacts/uf2/boot2.ts"
import { elfRegions, type Region, type Uf2Options, writeUf2 } from "../../../src/artifacts/uf2/writeUf2.ts"
import { writeElf } from "../../support/elf.ts"
import { workspace } from "../../support/project.ts"
import { askPython } from "../../support/python.ts"
import { Random } from "../../support/random.ts"
import { readUf2 } from "../../support/readUf2.ts"

// Source: github.com/microsoft/uf2, utils/uf2families.json.
const families = {
  rp2040: 0xe48bff56,
  rp2350Arm: 0xe48bff59,
  rp2350Riscv: 0xe48bff5a,
  samd21: 0x68ed2b88,
  samd51: 0x55114460
}
const rp2040 = { familyId: families.rp2040, pageSize: 256 }

const write = (regions: ReadonlyArray<Region>, options: Uf2Options = rp2040) =>
  Result.getOrThrow(writeUf2("a.bin", regions, options))
const refusal = (regions: ReadonlyArray<Region>, options: Partial<Uf2Options> = {}) =>
  Result.getOrThrow(Result.flip(writeUf2("a.bin", regions, { ...rp2040, ...options })))
const wordsOf = (bytes: Uint8Array, block: number) =>
  Array.from({ length: 8 }, (_, index) => Buffer.from(bytes).readUInt32LE(512 * block + 4 * index))

const data = (size: number, seed = 1) => new Random(seed).bytes(size)

describe("writeUf2", () => {
  const dir = workspace()

  it("makes the blocks of the specification", () => {
    const content = data(300)
    const file = Buffer.from(write([{ address: 0x10000000, data: content }]))
    assert.strictEqual(file.length, 1024)
    for (const block of [0, 1]) {
      assert.deepStrictEqual(wordsOf(file, block), [
        0x0a324655,
        0x9e5d5157,
        0x2000,
        0x10000000 + 256 * block,
        256,
        block,
        2,
        0xe48bff56
      ])
      assert.strictEqual(file.readUInt32LE(512 * block + 508), 0x0ab16f30)
      assert.isTrue(file.subarray(512 * block + 32 + 256, 512 * block + 508).every((byte) => byte === 0))
    }
    assert.deepStrictEqual(file.subarray(32, 288), Buffer.from(content.subarray(0, 256)))
    assert.deepStrictEqual(file.subarray(544, 588), Buffer.from(content.subarray(256)))
    assert.isTrue(file.subarray(588, 1020).every((byte) => byte === 0))
  })

  it("as esptool makes them of whole pages", () => {
    const content = data(256 * 19)
    const path = Path.join(dir, "esptool.uf2")
    const [answer] = askPython("esptoolOracle.py", [{
      command: "merge",
      parts: [{ offset: 0x1000, content: Buffer.from(content).toString("base64") }],
      options: { chip: "esp32s2", output: path, format: "uf2", chunk_size: 256, md5_disable: true }
    }])
    assert.isUndefined(answer.refused)
    const ours = write([{ address: 0x1000, data: content }], { familyId: 0xbfdd4eee, pageSize: 256 })
    assert.isTrue(Fs.readFileSync(path).equals(ours))
  })

  it("begins blocks at multiples of the page, and fills what regions leave of it", () => {
    const blocks = readUf2(write([{ address: 0x100000f0, data: data(32) }, { address: 0x10000180, data: data(8, 2) }]))
    assert.deepStrictEqual(blocks.map(({ address, number, total }) => [address, number, total]), [
      [0x10000000, 0, 2],
      [0x10000100, 1, 2]
    ])
    const page = new Uint8Array(256)
    page.set(data(32).subarray(16))
    page.set(data(8, 2), 0x80)
    assert.deepStrictEqual(Buffer.from(blocks[1]!.data), Buffer.from(page))
  })

  it("fills sectors up to the last page, and no sector without content", () => {
    const regions = [{ address: 0x10000300, data: data(1) }, { address: 0x10003100, data: data(1) }]
    const addresses = readUf2(write(regions, { ...rp2040, sectorSize: 4096 })).map(({ address }) =>
      address - 0x10000000
    )
    assert.deepStrictEqual(addresses, [...Array.from({ length: 16 }, (_, page) => page * 256), 0x3000, 0x3100])
  })

  it("goes before RP2350 blocks with the block for RP2350-E10", () => {
    const options = { familyId: families.rp2350Arm, pageSize: 256, absoluteBlock: 0x10ffff00 }
    const file = Buffer.from(write([{ address: 0x10000000, data: data(256) }], options))
    assert.deepStrictEqual(wordsOf(file, 0).slice(2), [0xa000, 0x10ffff00, 256, 0, 2, 0xe48bff57])
    assert.isTrue(file.subarray(32, 288).every((byte) => byte === 0xef))
    assert.strictEqual(file.readUInt32LE(288), 0x9957e304)
    assert.isTrue(file.subarray(292, 508).every((byte) => byte === 0))
    assert.deepStrictEqual(wordsOf(file, 1).slice(2), [0x2000, 0x10000000, 256, 0, 1, 0xe48bff59])
    assert.deepStrictEqual(readUf2(file).map(({ familyId }) => familyId), [0xe48bff57, families.rp2350Arm])
  })

  it("puts segments at their load addresses, and leaves out what is not in the file", () => {
    const elf = writeElf({
      machine: 0x28,
      entry: 0x10000001,
      sections: [],
      segments: [
        { address: 0x20000000, load: 0x10000200, data: data(16, 2) },
        { address: 0x10000000, data: data(512) },
        { address: 0x20001000, data: new Uint8Array() }
      ]
    })
    const blocks = readUf2(write(Result.getOrThrow(elfRegions("a.elf", elf))))
    assert.deepStrictEqual(blocks.map(({ address }) => address), [0x10000000, 0x10000100, 0x10000200])
    assert.deepStrictEqual(Buffer.from(blocks[2]!.data.subarray(0, 16)), Buffer.from(data(16, 2)))
  })

  it("refuses segments that have more than the file", () => {
    const bytes = Buffer.from(writeElf({
      machine: 0x28,
      entry: 0,
      sections: [],
      segments: [{ address: 0, data: data(900) }, { address: 0x1000, data: data(900) }]
    }))
    // Both segments are the whole file, but for its header.
    for (const at of [52, 84]) {
      bytes.writeUInt32LE(52, at + 4)
      bytes.writeUInt32LE(bytes.length - 52, at + 16)
    }
    const error = Result.getOrThrow(Result.flip(elfRegions("a.elf", bytes)))
    assert.strictEqual(error.message, `a.elf: corrupt: the size of all segments is ${2 * (bytes.length - 52)}`)
  })

  it("is read back, for all families and page sizes", () => {
    const random = new Random(3)
    for (const familyId of Object.values(families)) {
      const pageSize = random.pick([64, 256, 476])
      const content = random.bytes(1 + random.below(5000))
      const address = random.below(0x1000) * pageSize
      const blocks = readUf2(write([{ address, data: content }], { familyId, pageSize }))
      const joined = Buffer.concat(blocks.map((block) => block.data))
      assert.deepStrictEqual(joined.subarray(0, content.length), Buffer.from(content))
      assert.isTrue(joined.subarray(content.length).every((byte) => byte === 0))
      assert.isTrue(
        blocks.every((block, index) => block.address === address + index * pageSize && block.familyId === familyId)
      )
    }
  })

  it("refuses what cannot be", () => {
    assert.deepStrictEqual(refusal([]).problem, { _tag: "NoContent" })
    for (const pageSize of [0, 477, -1]) assert.strictEqual(refusal([], { pageSize }).problem._tag, "BadPageSize")
    assert.deepStrictEqual(refusal([{ address: 0, data: data(9) }, { address: 8, data: data(1) }]).problem, {
      _tag: "Overlap",
      first: 0,
      end: 9,
      second: 8
    })
    const memory = { start: 0x10000000, end: 0x10001000 }
    for (const [address, size] of [[0xfffffff, 2], [0x10000fff, 2], [0x20000000, 1]] as const) {
      const { message, problem } = refusal([{ address, data: data(size) }], { memory })
      assert.strictEqual(problem._tag, "OutOfRange")
      assert.match(message, /^a\.bin: what goes from 0x.* is not within 0x10000000 to 0x10001000$/)
    }
    assert.strictEqual(refusal([{ address: 0xffffffff, data: data(2) }]).problem._tag, "OutOfRange")
  })
})

describe("boot2", () => {
  it("has the CRC that the boot ROM computes", () => {
    const made = Buffer.from(Result.getOrThrow(boot2("boot2.bin", Buffer.from("123456789"))))
    assert.strictEqual(made.length, 256)
    assert.strictEqual(made.readUInt32LE(252), reference(made.subarray(0, 252)))
    // Source: the catalogue of CRC algorithms (reveng), CRC-32/MPEG-2, "check".
    assert.strictEqual(reference(Buffer.from("123456789")), 0x0376e6e7)
  })

  it("as assembler source has the same bytes", () => {
    const made = Result.getOrThrow(boot2("boot2.bin", data(252)))
    const source = boot2Source(made)
    assert.match(source, /^\.cpu cortex-m0plus\n\.thumb\n\.section \.boot2, "ax"\n\.byte 0x/)
    assert.deepStrictEqual([...source.matchAll(/0x([0-9a-f]{2})/g)].map(([, hex]) => parseInt(hex!, 16)), [...made])
  })

  it("refuses more than 252 bytes", () => {
    assert.deepStrictEqual(Result.getOrThrow(Result.flip(boot2("boot2.bin", data(253)))).problem, {
      _tag: "BootTooLarge",
      size: 253,
      limit: 252
    })
  })
})

/** Bit by bit, as the RP2040 datasheet describes it. */
function reference(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      const top = (crc >>> 31) ^ ((byte >> bit) & 1)
      crc = (crc << 1) ^ (top === 1 ? 0x04c11db7 : 0)
    }
  }
  return crc >>> 0
}
