import * as Result from "effect/Result"
import { concatenate } from "../bytes.ts"
import { type Elf, machines, programTypes } from "../elf/parseElf.ts"
import { EspError } from "./EspError.ts"

/** A piece of memory that the boot ROM or boot loader fills or maps. */
export interface EspSegment {
  /** Of its first section. */
  readonly name: string
  readonly address: number
  /** A multiple of 4 bytes. */
  readonly data: Uint8Array
}

/**
 * The sections of an ELF file that have an address and content, each filled up with zeros to 4 bytes; neighbours in the
 * order of the file become one segment where `mergeable` says so of their addresses.
 */
export const espSegments = (
  elf: Elf,
  mergeable: (first: number, second: number) => boolean
): Result.Result<ReadonlyArray<EspSegment>, EspError> => {
  const fail = (problem: EspError["problem"]) => Result.fail(new EspError({ path: elf.path, problem }))
  if (elf.machine !== machines.xtensa && elf.machine !== machines.riscv) {
    return fail({ _tag: "WrongMachine", machine: elf.machine })
  }
  const open: Array<{ name: string; address: number; lastAddress: number; end: number; pieces: Array<Uint8Array> }> = []
  for (const { address, data, name, type } of elf.sections) {
    if (!programTypes.has(type) || address === 0 || data.length === 0) continue
    const padding = -data.length & 3
    const pieces = padding === 0 ? [data] : [data, new Uint8Array(padding)]
    const end = address + data.length + padding
    const last = open.at(-1)
    if (last !== undefined && last.end === address && mergeable(last.lastAddress, address)) {
      last.pieces.push(...pieces)
      last.lastAddress = address
      last.end = end
    } else open.push({ name, address, lastAddress: address, end, pieces })
    const { address: start } = open.at(-1)!
    if (end - start > longestSegment) {
      return fail({ _tag: "SegmentTooLong", address: start, size: end - start, limit: longestSegment })
    }
  }
  if (open.length === 0) return fail({ _tag: "NoContent" })
  if (open.length > maximumSegments) {
    return fail({ _tag: "TooManySegments", count: open.length, limit: maximumSegments })
  }
  return Result.succeed(open.map(({ address, name, pieces }) => ({ name, address, data: concatenate(pieces) })))
}

/** Source: ESP-IDF, `ESP_IMAGE_MAX_SEGMENTS`. */
export const maximumSegments = 16

/** Source: `esptool` 5, which refuses segments of 16 MiB and more, as no chip could map them. */
const longestSegment = 0xffffff
