import * as Result from "effect/Result"
import { ElfError, type ElfProblem } from "./ElfError.ts"

/** `e_machine`. Source: System V ABI, "ELF Header"; RISC-V ELF psABI; GNU binutils `elf/common.h`. */
export const machines = { arm: 0x28, avr: 0x53, xtensa: 0x5e, riscv: 0xf3 }

/** `sh_type` of sections with content of the program. */
export const programTypes: ReadonlySet<number> = new Set([
  1, // SHT_PROGBITS
  14, // SHT_INIT_ARRAY
  15, // SHT_FINI_ARRAY
  16 // SHT_PREINIT_ARRAY
])

/** A section. `data` is a view of the file; empty for those that have no content there (`SHT_NOBITS`). */
export interface ElfSection {
  readonly name: string
  readonly type: number
  readonly flags: number
  readonly address: number
  /** Bytes in memory. */
  readonly size: number
  readonly link: number
  readonly entrySize: number
  readonly data: Uint8Array
}

/** An entry of the program header table. `data` is a view of the file. */
export interface ElfSegment {
  /** 1 is `PT_LOAD`. */
  readonly type: number
  readonly virtualAddress: number
  readonly physicalAddress: number
  /** Bytes in memory; at least as many as in the file, unless the file is odd. */
  readonly memorySize: number
  readonly flags: number
  readonly data: Uint8Array
}

export interface Elf {
  readonly path: string
  readonly machine: number
  readonly entry: number
  readonly sections: ReadonlyArray<ElfSection>
  readonly segments: ReadonlyArray<ElfSegment>
  /** The whole file. */
  readonly bytes: Uint8Array
}

/**
 * Reads a 32-bit little-endian ELF file: sections and segments, in the order of the file. Every offset is checked, so
 * that what is returned never reaches beyond the file. `path` is for errors only.
 *
 * Of npm's libraries `elfy` and `elfinfo` throw and are not kept up, `elf-tools` has no types; the part that is needed here
 * is this file.
 *
 * Source: System V ABI, chapter 4, "Object Files".
 */
export const parseElf = (path: string, bytes: Uint8Array): Result.Result<Elf, ElfError> =>
  Result.gen(function*() {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const fail = (problem: ElfProblem) => Result.fail(new ElfError({ path, problem }))
    const need = (what: string, offset: number, size: number) =>
      offset + size <= bytes.length
        ? Result.void
        : fail({ _tag: "Truncated", what, offset, size, fileSize: bytes.length })

    if (magic.some((byte, index) => bytes[index] !== byte)) return yield* fail({ _tag: "NotElf" })
    yield* need("the ELF header", 0, headerSize)
    if (bytes[4] !== 1 || bytes[5] !== 1) {
      return yield* fail({
        _tag: "WrongClass",
        bits: bytes[4] === 2 ? 64 : 32,
        endian: bytes[5] === 2 ? "big" : "little"
      })
    }

    /** Offsets of the entries of a table. */
    const table = function*(what: string, offsetAt: number, entrySizeAt: number, countAt: number, entrySize: number) {
      const count = view.getUint16(countAt, true)
      if (count === 0) return []
      const size = view.getUint16(entrySizeAt, true)
      if (size < entrySize) return yield* fail({ _tag: "BadField", what: `the entry size of ${what}`, value: size })
      const start = view.getUint32(offsetAt, true)
      yield* need(what, start, count * size)
      return Array.from({ length: count }, (_, index) => start + index * size)
    }

    const segments: Array<ElfSegment> = []
    for (const at of yield* table("the program header table", 28, 42, 44, segmentHeaderSize)) {
      const offset = view.getUint32(at + 4, true)
      const size = view.getUint32(at + 16, true)
      yield* need(`segment ${segments.length}`, offset, size)
      segments.push({
        type: view.getUint32(at, true),
        virtualAddress: view.getUint32(at + 8, true),
        physicalAddress: view.getUint32(at + 12, true),
        memorySize: view.getUint32(at + 20, true),
        flags: view.getUint32(at + 24, true),
        data: bytes.subarray(offset, offset + size)
      })
    }

    const unnamed: Array<ElfSection & { readonly nameAt: number }> = []
    for (const at of yield* table("the section header table", 32, 46, 48, sectionHeaderSize)) {
      const type = view.getUint32(at + 4, true)
      const offset = view.getUint32(at + 16, true)
      const size = view.getUint32(at + 20, true)
      const stored = type === noBits || type === nullSection ? 0 : size
      if (stored > 0) yield* need(`section ${unnamed.length}`, offset, stored)
      unnamed.push({
        name: "",
        nameAt: view.getUint32(at, true),
        type,
        flags: view.getUint32(at + 8, true),
        address: view.getUint32(at + 12, true),
        size,
        link: view.getUint32(at + 24, true),
        entrySize: view.getUint32(at + 36, true),
        data: stored > 0 ? bytes.subarray(offset, offset + stored) : new Uint8Array()
      })
    }

    const sections: Array<ElfSection> = []
    const namesAt = view.getUint16(50, true)
    const names = unnamed[namesAt]?.data
    if (names === undefined && unnamed.length > 0) {
      return yield* fail({ _tag: "BadField", what: "the index of the section names", value: namesAt })
    }
    for (const { nameAt, ...section } of unnamed) {
      const name = section.type === nullSection ? "" : textAt(names ?? new Uint8Array(), nameAt)
      if (name === undefined) {
        return yield* fail({ _tag: "BadField", what: `the name of section ${sections.length}`, value: nameAt })
      }
      sections.push({ ...section, name })
    }

    return {
      path,
      machine: view.getUint16(18, true),
      entry: view.getUint32(24, true),
      sections,
      segments,
      bytes
    }
  })

/** The text that begins there in a string table and ends in NUL; `undefined` where there is none. */
export const textAt = (table: Uint8Array, start: number): string | undefined => {
  const end = start < table.length ? table.indexOf(0, start) : -1
  return end < 0 ? undefined : decoder.decode(table.subarray(start, end))
}

const decoder = new TextDecoder()
const magic = [0x7f, 0x45, 0x4c, 0x46]
const headerSize = 52
const segmentHeaderSize = 32
const sectionHeaderSize = 40
const nullSection = 0
const noBits = 8
