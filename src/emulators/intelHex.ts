import * as Result from "effect/Result"
import { ImageInvalid } from "./Emulator.ts"

/**
 * The flash contents of an AVR's Intel HEX file, up to its last byte; gaps read `0xff`, as erased flash does.
 * avr-gcc places EEPROM, fuses and signature at 0x800000 and above: these are no flash and left out.
 *
 * Source: Intel "Hexadecimal Object File Format Specification", revision A, 1988; records 00–05.
 */
export const parseIntelHex = (path: string, text: string): Result.Result<Uint8Array, ImageInvalid> => {
  const segments: Array<{ readonly address: number; readonly data: Uint8Array }> = []
  const lines = text.split("\n")
  let base = 0
  for (const [index, raw] of lines.entries()) {
    const line = raw.trim()
    if (line === "") continue
    const invalid = (reason: string) => Result.fail(new ImageInvalid({ path, line: index + 1, reason }))
    const record = parseRecord(line)
    if (typeof record === "string") return invalid(record)
    const { data, offset, type } = record
    switch (type) {
      case 0x00:
        if (base + offset < notFlash) segments.push({ address: base + offset, data })
        break
      case 0x01:
        return Result.succeed(join(segments))
      case 0x02:
      case 0x04:
        if (data.length !== 2) return invalid(`an address record has 2 bytes, this one ${data.length}`)
        base = ((data[0]! << 8) | data[1]!) * (type === 0x02 ? 0x10 : 0x10000)
        break
      // Where to start: an AVR starts at 0.
      case 0x03:
      case 0x05:
        break
      default:
        return invalid(`unknown record type ${hex(type)}`)
    }
  }
  return Result.fail(new ImageInvalid({ path, line: lines.length, reason: "no end-of-file record: truncated" }))
}

/** Source: binutils, ld scripts for AVR: `__EEPROM_REGION_ORIGIN__` is 0x810000, data begins at 0x800000. */
const notFlash = 0x800000

interface HexRecord {
  readonly type: number
  readonly offset: number
  readonly data: Uint8Array
}

/** One line: `:`, count, address (2 bytes), type, data, checksum. A string says what is wrong. */
const parseRecord = (line: string): HexRecord | string => {
  if (!/^:(?:[0-9a-f]{2})+$/i.test(line)) return "not an Intel HEX record"
  const bytes = Uint8Array.from(line.slice(1).match(/../g) ?? [], (digits) => Number.parseInt(digits, 16))
  const [count = 0, high = 0, low = 0, type = 0] = bytes
  if (bytes.length !== count + 5) return `the record announces ${count} bytes and has ${bytes.length - 5}`
  const sum = bytes.reduce((total, byte) => total + byte, 0)
  if (sum % 256 !== 0) {
    const written = bytes[bytes.length - 1]!
    return `checksum ${hex(written)} should be ${hex((written - sum) & 0xff)}`
  }
  return { type, offset: (high << 8) | low, data: bytes.subarray(4, -1) }
}

const join = (segments: ReadonlyArray<{ readonly address: number; readonly data: Uint8Array }>): Uint8Array => {
  const end = segments.reduce((max, { address, data }) => Math.max(max, address + data.length), 0)
  const flash = new Uint8Array(end).fill(0xff)
  for (const { address, data } of segments) flash.set(data, address)
  return flash
}

const hex = (byte: number) => byte.toString(16).toUpperCase().padStart(2, "0")
