import * as Result from "effect/Result"
import { ElfError } from "../../src/artifacts/elf/ElfError.ts"
import { type Elf, textAt } from "../../src/artifacts/elf/parseElf.ts"

export interface ElfSymbol {
  readonly name: string
  readonly value: number
  /** Bytes. */
  readonly size: number
  /** 0 none, 1 object, 2 function, 3 section, 4 file. */
  readonly type: number
  /** 0 local, 1 global, 2 weak. */
  readonly binding: number
  /** Index of its section; 0 undefined, 0xfff1 absolute. */
  readonly section: number
}

/** The symbols of a file's symbol table (`SHT_SYMTAB`), none of a stripped one. Source: System V ABI, "Symbol Table". */
export const elfSymbols = (elf: Elf): Result.Result<ReadonlyArray<ElfSymbol>, ElfError> => {
  const table = elf.sections.find(({ type }) => type === symbolTable)
  if (table === undefined) return Result.succeed([])
  const bad = (what: string, value: number) =>
    Result.fail(new ElfError({ path: elf.path, problem: { _tag: "BadField", what, value } }))
  const names = elf.sections[table.link]?.data
  if (names === undefined) return bad("the index of the symbol names", table.link)
  if (table.entrySize < symbolSize) return bad("the entry size of the symbol table", table.entrySize)

  const view = new DataView(table.data.buffer, table.data.byteOffset, table.data.byteLength)
  const symbols: Array<ElfSymbol> = []
  for (let at = 0; at + symbolSize <= table.data.length; at += table.entrySize) {
    const nameAt = view.getUint32(at, true)
    const name = nameAt === 0 ? "" : textAt(names, nameAt)
    if (name === undefined) return bad(`the name of symbol ${symbols.length}`, nameAt)
    const info = view.getUint8(at + 12)
    symbols.push({
      name,
      value: view.getUint32(at + 4, true),
      size: view.getUint32(at + 8, true),
      type: info & 15,
      binding: info >> 4,
      section: view.getUint16(at + 14, true)
    })
  }
  return Result.succeed(symbols)
}

const symbolTable = 2
const symbolSize = 16
