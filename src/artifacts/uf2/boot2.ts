import * as Result from "effect/Result"
import { concatenate, words } from "../bytes.ts"
import { crc32Mpeg2 } from "../checksums.ts"
import { Uf2Error } from "./Uf2Error.ts"

/**
 * The second stage boot loader of an RP2040: filled up with zeros to 252 bytes and followed by their CRC-32/MPEG-2, without
 * which the boot ROM does not start it. Source: RP2040 datasheet, 2.8.1.3.1, "Checksum".
 */
export const boot2 = (path: string, binary: Uint8Array): Result.Result<Uint8Array, Uf2Error> => {
  if (binary.length > codeSize) {
    return Result.fail(new Uf2Error({ path, problem: { _tag: "BootTooLarge", size: binary.length, limit: codeSize } }))
  }
  const padded = concatenate([binary, new Uint8Array(codeSize - binary.length)])
  return Result.succeed(concatenate([padded, words(crc32Mpeg2(padded))]))
}

/** Assembler source of bytes in section `.boot2`, which the linker scripts of the Pico put at the start of the flash. */
export const boot2Source = (bytes: Uint8Array): string => {
  const lines = Array.from(
    { length: Math.ceil(bytes.length / 16) },
    (_, index) =>
      `.byte ${
        Array.from(bytes.subarray(index * 16, index * 16 + 16), (byte) => `0x${byte.toString(16).padStart(2, "0")}`)
          .join(", ")
      }\n`
  )
  return `.cpu cortex-m0plus\n.thumb\n.section .boot2, "ax"\n${lines.join("")}`
}

const codeSize = 252
