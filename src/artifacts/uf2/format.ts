/** Blocks of the USB flashing format, in bytes, little-endian. Source: github.com/microsoft/uf2, "File Format". */
export const blockSize = 512
export const headerSize = 32
export const maximumPayload = 476

/** The first two words of a block, and its last. */
export const marks = { first: 0x0a324655, second: 0x9e5d5157, last: 0x0ab16f30 }

/** Bits of the third word. */
export const flags = { notMainFlash: 0x1, familyPresent: 0x2000, extensionsPresent: 0x8000 }
