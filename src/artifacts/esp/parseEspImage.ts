import * as Result from "effect/Result"
import type { EspChip } from "../../plan/steps/ImageStep.ts"
import { sha256 } from "../checksums.ts"
import { chips } from "./chips.ts"
import { EspError, type EspProblem } from "./EspError.ts"
import { imageMagic } from "./espImage.ts"
import type { EspSegment } from "./espSegments.ts"

/** What an image says of itself. */
export interface EspImage {
  readonly mode: number
  readonly sizeAndFrequency: number
  readonly entry: number
  readonly segments: ReadonlyArray<Omit<EspSegment, "name">>
  /** Bytes up to the checksum, that one included. */
  readonly size: number
  /** Whether a SHA-256 follows. */
  readonly isDigested: boolean
}

/**
 * Reads an image for a chip; more bytes may follow it. Fails where it is truncated, for another chip, or where checksum or
 * digest do not match. Source: ESP-IDF Programming Guide, "App Image Format".
 */
export const parseEspImage = (path: string, bytes: Uint8Array, chip: EspChip): Result.Result<EspImage, EspError> => {
  const fail = (problem: EspProblem) => Result.fail(new EspError({ path, problem }))
  const truncated = (size: number) => fail({ _tag: "ImageTruncated", size, fileSize: bytes.length })
  if (bytes[0] !== imageMagic) return fail({ _tag: "NotAnImage", magic: bytes[0] ?? 0 })
  if (bytes.length < headersSize) return truncated(headersSize)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const id = view.getUint16(12, true)
  if (id !== chips[chip].id) return fail({ _tag: "WrongChip", id, expected: chips[chip].id, chip })

  const segments: Array<Omit<EspSegment, "name">> = []
  let checksum = 0xef
  let at = headersSize
  for (let left = bytes[1]!; left > 0; left--) {
    if (at + 8 > bytes.length) return truncated(at + 8)
    const end = at + 8 + view.getUint32(at + 4, true)
    if (end > bytes.length) return truncated(end)
    const data = bytes.subarray(at + 8, end)
    for (const byte of data) checksum ^= byte
    segments.push({ address: view.getUint32(at, true), data })
    at = end
  }
  const size = at + 16 - at % 16
  const isDigested = bytes[23] === 1
  const end = isDigested ? size + 32 : size
  if (end > bytes.length) return truncated(end)
  if (bytes[size - 1] !== checksum) return fail({ _tag: "BadChecksum", what: "checksum" })
  if (isDigested && sha256(bytes.subarray(0, size)).some((byte, index) => byte !== bytes[size + index])) {
    return fail({ _tag: "BadChecksum", what: "SHA-256" })
  }
  return Result.succeed({
    mode: bytes[2]!,
    sizeAndFrequency: bytes[3]!,
    entry: view.getUint32(4, true),
    segments,
    size,
    isDigested
  })
}

/** Header and extended header. */
const headersSize = 24
