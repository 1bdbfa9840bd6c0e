/** A section of an ELF file that a test makes. */
export interface SectionPlan {
  readonly name: string
  readonly address: number
  readonly data: Uint8Array
  /** `sh_type`; 1, `SHT_PROGBITS`, if not told. 8 has no content in the file. */
  readonly type?: number
  readonly link?: number
  readonly entrySize?: number
}

export interface ElfPlan {
  readonly machine: number
  readonly entry: number
  readonly sections: ReadonlyArray<SectionPlan>
  /** `PT_LOAD` segments. */
  readonly segments?: ReadonlyArray<{ readonly address: number; readonly data: Uint8Array; readonly load?: number }>
}

/** A 32-bit little-endian executable: header, program headers, contents, names, section headers. */
export const writeElf = ({ entry, machine, sections, segments = [] }: ElfPlan): Uint8Array => {
  const names = ["", ...sections.map(({ name }) => name), ".shstrtab"]
  const strings = Buffer.from(`${names.join("\0")}\0`, "latin1")
  const nameAt = (index: number) => names.slice(0, index).reduce((sum, name) => sum + name.length + 1, 0)

  const contents = [
    ...segments.map(({ data }) => data),
    ...sections.map(({ data, type }) => type === 8 ? new Uint8Array() : data),
    strings
  ]
  let end = 52 + 32 * segments.length
  const offsets = contents.map(({ length }) => (end += length) - length)
  const headersAt = (end + 3) & ~3
  const bytes = new Uint8Array(headersAt + 40 * names.length)
  const view = new DataView(bytes.buffer)
  const put = (at: number, values: ReadonlyArray<number>) => {
    for (const [index, value] of values.entries()) view.setUint32(at + 4 * index, value, true)
  }
  const putHalf = (at: number, values: ReadonlyArray<number>) => {
    for (const [index, value] of values.entries()) view.setUint16(at + 2 * index, value, true)
  }

  bytes.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1])
  putHalf(16, [2, machine])
  put(20, [1, entry, segments.length > 0 ? 52 : 0, headersAt, 0])
  putHalf(40, [52, 32, segments.length, 40, names.length, names.length - 1])
  for (const [index, { address, data, load }] of segments.entries()) {
    put(52 + 32 * index, [1, offsets[index]!, address, load ?? address, data.length, data.length, 5, 4])
  }
  for (const [index, content] of contents.entries()) bytes.set(content, offsets[index]!)
  for (const [index, { address, data, entrySize = 0, link = 0, type = 1 }] of sections.entries()) {
    const at = offsets[segments.length + index]!
    put(headersAt + 40 * (index + 1), [nameAt(index + 1), type, 2, address, at, data.length, link, 0, 4, entrySize])
  }
  put(headersAt + 40 * (names.length - 1), [
    nameAt(names.length - 1),
    3,
    0,
    0,
    offsets.at(-1)!,
    strings.length,
    0,
    0,
    1,
    0
  ])
  return bytes
}
