import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { parseElf } from "../../../src/artifacts/elf/parseElf.ts"
import { writeElf } from "../../support/elf.ts"
import { elfSymbols } from "../../support/elfSymbols.ts"
import { execute, workspace } from "../../support/project.ts"
import { compileForRiscv } from "../esp/riscv.ts"

const parse = (bytes: Uint8Array) => Result.getOrThrow(parseElf("a.elf", bytes))
const refusal = (bytes: Uint8Array) => Result.getOrThrow(Result.flip(parseElf("a.elf", bytes)))

const sample = () =>
  writeElf({
    machine: 0x5e,
    entry: 0x40080400,
    sections: [
      { name: ".text", address: 0x40080400, data: Uint8Array.of(1, 2, 3) },
      { name: ".bss", address: 0x3ffb0000, data: new Uint8Array(50), type: 8 }
    ],
    segments: [{ address: 0x40080400, load: 0x400, data: Uint8Array.of(9, 8) }]
  })

/** The sample with a half word, or word, of its header replaced. */
const changed = (at: number, value: number, size: 2 | 4 = 2) => {
  const bytes = Buffer.from(sample())
  bytes.writeUIntLE(value, at, size)
  return bytes
}

describe("parseElf", () => {
  it("reads sections and segments", () => {
    const elf = parse(sample())
    assert.strictEqual(elf.machine, 0x5e)
    assert.strictEqual(elf.entry, 0x40080400)
    assert.deepStrictEqual(
      elf.sections.map(({ address, data, name, size, type }) => ({ name, type, address, size, data: [...data] })).slice(
        0,
        3
      ),
      [
        { name: "", type: 0, address: 0, size: 0, data: [] },
        { name: ".text", type: 1, address: 0x40080400, size: 3, data: [1, 2, 3] },
        { name: ".bss", type: 8, address: 0x3ffb0000, size: 50, data: [] }
      ]
    )
    assert.deepStrictEqual(
      elf.segments.map(({ data, physicalAddress, virtualAddress }) => [virtualAddress, physicalAddress, ...data]),
      [[0x40080400, 0x400, 9, 8]]
    )
  })

  it("finds in a file of GCC's what readelf and nm find", async () => {
    const dir = workspace()
    const elf = parse(await compileForRiscv(dir))
    const { stdout: headers } = await execute("riscv64-unknown-elf-readelf", ["-SW", "firmware.elf"], dir)
    const theirs = [...headers.matchAll(/^ +\[ *\d+\] (\S+) +(?!NULL)[A-Z_]+ +([0-9a-f]{8}) [0-9a-f]+ ([0-9a-f]+)/gm)]
      .map(([, name, address, size]) => `${name} ${parseInt(address!, 16)} ${parseInt(size!, 16)}`)
    assert.isAbove(theirs.length, 8)
    assert.deepStrictEqual(elf.sections.slice(1).map(({ address, name, size }) => `${name} ${address} ${size}`), theirs)

    const { stdout: names } = await execute("riscv64-unknown-elf-nm", [
      "--defined-only",
      "--special-syms",
      "firmware.elf"
    ], dir)
    const ours = Result.getOrThrow(elfSymbols(elf))
      .filter(({ name, section, type }) => name !== "" && section !== 0 && type !== 3 && type !== 4)
      .map(({ name, value }) => `${value.toString(16).padStart(8, "0")} ${name}`)
    const listed = names.trim().split("\n").map((line) => line.replace(/ . /, " "))
    assert.deepStrictEqual(ours.toSorted(), listed.toSorted())
    assert.isTrue(ours.some((line) => line.endsWith(" message")))
  })

  it("has no symbols where there is no table", () => {
    assert.deepStrictEqual(Result.getOrThrow(elfSymbols(parse(sample()))), [])
  })

  it("refuses what is no such file, truncated or corrupt", () => {
    assert.strictEqual(refusal(Buffer.from("\x7fELG")).message, "a.elf: not an ELF file")
    assert.strictEqual(
      refusal(sample().with(4, 2)).message,
      "a.elf: 64-bit little-endian ELF, where 32-bit little-endian is needed"
    )
    assert.deepStrictEqual(refusal(sample().with(5, 2)).problem, { _tag: "WrongClass", bits: 32, endian: "big" })
    assert.deepStrictEqual(refusal(sample().subarray(0, 40)).problem, {
      _tag: "Truncated",
      what: "the ELF header",
      offset: 0,
      size: 52,
      fileSize: 40
    })
    const tables: ReadonlyArray<readonly [Uint8Array, string, string]> = [
      [changed(28, 0xfffffff0, 4), "Truncated", "the program header table"],
      [changed(32, 0xfffffff0, 4), "Truncated", "the section header table"],
      [changed(44, 0xffff), "Truncated", "the program header table"],
      [changed(48, 0xffff), "Truncated", "the section header table"],
      [changed(42, 8), "BadField", "the entry size of the program header table"],
      [changed(46, 39), "BadField", "the entry size of the section header table"],
      [changed(50, 9), "BadField", "the index of the section names"],
      [changed(52 + 16, 0xffffffff, 4), "Truncated", "segment 0"]
    ]
    for (const [bytes, tag, what] of tables) {
      const problem = refusal(bytes).problem
      assert.strictEqual(problem._tag, tag)
      assert.strictEqual("what" in problem ? problem.what : "", what)
    }
    const headersAt = Buffer.from(sample()).readUInt32LE(32)
    assert.deepStrictEqual(refusal(changed(headersAt + 40, 999, 4)).problem, {
      _tag: "BadField",
      what: "the name of section 1",
      value: 999
    })
    assert.strictEqual(refusal(changed(headersAt + 40 + 20, 0x7fffffff, 4)).problem._tag, "Truncated")
  })

  it("refuses symbol tables that are corrupt", () => {
    const table = (entrySize: number, link: number, nameAt: number) => {
      const symbol = new Uint8Array(16)
      new DataView(symbol.buffer).setUint32(0, nameAt, true)
      return Result.getOrThrow(Result.flip(elfSymbols(parse(writeElf({
        machine: 0x5e,
        entry: 0,
        sections: [{ name: ".symtab", address: 0, data: symbol, type: 2, link, entrySize }]
      })))))
    }
    assert.strictEqual(table(16, 9, 0).message, "a.elf: corrupt: the index of the symbol names is 9")
    assert.strictEqual(table(0, 2, 0).message, "a.elf: corrupt: the entry size of the symbol table is 0")
    assert.strictEqual(table(16, 2, 500).message, "a.elf: corrupt: the name of symbol 0 is 500")
  })
})
