import * as Result from "effect/Result"
import { ImageInvalid } from "./Emulator.ts"

/** What an ELF file says of where it runs. */
export interface ElfFacts {
  /** `other`: none that an emulator here runs. */
  readonly machine: "avr" | "arm" | "riscv" | "other"
  /** The lowest address that has content when it is loaded: where the flash is. */
  readonly loadAddress: number
}

/**
 * Reads the header and the program headers of a 32-bit little-endian ELF file. Source: System V ABI, "Object Files"; e_machine: the
 * registry at sco.com/developers/gabi.
 */
export const readElf = (path: string, bytes: Uint8Array): Result.Result<ElfFacts, ImageInvalid> => {
  const invalid = (reason: string) => Result.fail(new ImageInvalid({ path, reason }))
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < headerBytes || view.getUint32(0) !== magic) return invalid("is no ELF file")
  if (bytes[4] !== 1 || bytes[5] !== 1) return invalid("is no 32-bit little-endian ELF file")
  const [start, size, count] = [view.getUint32(28, true), view.getUint16(42, true), view.getUint16(44, true)]
  if (size < programHeaderBytes || start + size * count > bytes.length) {
    return invalid("its program headers are cut off")
  }
  let loadAddress = Number.POSITIVE_INFINITY
  for (let at = start; at < start + size * count; at += size) {
    const [kind, paddr, filesz] = [
      view.getUint32(at, true),
      view.getUint32(at + 12, true),
      view.getUint32(at + 16, true)
    ]
    if (kind === PT_LOAD && filesz > 0) loadAddress = Math.min(loadAddress, paddr)
  }
  if (loadAddress === Number.POSITIVE_INFINITY) return invalid("has nothing to load")
  return Result.succeed({ machine: machines[view.getUint16(18, true)] ?? "other", loadAddress })
}

const magic = 0x7f454c46
const headerBytes = 52
const programHeaderBytes = 32
const PT_LOAD = 1
const machines: Readonly<Record<number, ElfFacts["machine"]>> = { 40: "arm", 83: "avr", 243: "riscv" }
