/** No flash chip of a board has more bytes; what claims to is a mistake, and would take all memory. */
export const largestFlash = 0x8000000

/** All the pieces, one after the other. */
export const concatenate = (pieces: ReadonlyArray<Uint8Array>): Uint8Array => {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

/** Little-endian 32-bit words as bytes. */
export const words = (...values: ReadonlyArray<number>): Uint8Array => {
  const view = new DataView(new ArrayBuffer(values.length * 4))
  for (const [index, value] of values.entries()) view.setUint32(index * 4, value, true)
  return new Uint8Array(view.buffer)
}

/** That many bytes of one value. */
export const filled = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value)

/** The smallest multiple of `unit` that is not less. */
export const roundUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit
