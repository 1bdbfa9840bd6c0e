// @effect-diagnostics nodeBuiltinImport:off -- calls in C++; WebCrypto is asynchronous and has no MD5
import * as Crypto from "node:crypto"
import * as Zlib from "node:zlib"

export const sha256 = (bytes: Uint8Array): Uint8Array => Crypto.hash("sha256", bytes, "buffer")

export const md5 = (bytes: Uint8Array): Uint8Array => Crypto.hash("md5", bytes, "buffer")

/** CRC-32 of zlib and Ethernet: reflected, polynomial 0x04C11DB7, initial value and final xor 0xFFFFFFFF. */
export const crc32 = (bytes: Uint8Array): number => Zlib.crc32(bytes)

/** CRC-32/MPEG-2: most significant bit first, polynomial 0x04C11DB7, initial value 0xFFFFFFFF, no final xor. */
export const crc32Mpeg2 = (bytes: Uint8Array): number => {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (crc << 8) ^ mpeg2[(crc >>> 24) ^ byte]!
  return crc >>> 0
}

const mpeg2 = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1
  return crc
})
