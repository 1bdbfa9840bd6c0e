/** How a file gets into a program. */
export interface Embedding {
  /** As the assembler finds it. */
  readonly path: string
  /** `_binary_…`: see `embedSymbol`. */
  readonly symbol: string
  /** `Text` ends in a NUL that counts. */
  readonly content: "Bytes" | "Text"
}

/**
 * The symbols that `objcopy -I binary` makes of a path: `_binary_`, and every character but letters and digits replaced by
 * `_`. Source: GNU binutils manual, "objcopy"; what its `bfd/binary.c` makes of bytes that are no letter in the C locale.
 */
export const embedSymbol = (path: string): string =>
  `_binary_${Array.from(new TextEncoder().encode(path), (byte) => wordByte(byte) ?? "_").join("")}`

/**
 * Assembler source that has a file in section `.rodata.embedded` between `<symbol>_start` and `<symbol>_end`, with
 * `<symbol>_size` as an absolute symbol. It is for any GNU assembler, so no `objcopy` has to know the chip, and the file is an
 * input like any that a source includes.
 */
export const embedFile = ({ content, path, symbol }: Embedding): string => {
  const quoted = path.replaceAll(/[\\"]/g, "\\$&").replaceAll("\n", "\\n")
  return [
    `.section .rodata.embedded, "a"`,
    ".balign 4",
    ...["start", "end", "size"].map((end) => `.global ${symbol}_${end}`),
    `${symbol}_start:`,
    `.incbin "${quoted}"`,
    ...content === "Text" ? [".byte 0"] : [],
    `${symbol}_end:`,
    `.set ${symbol}_size, ${symbol}_end - ${symbol}_start`,
    ""
  ].join("\n")
}

const wordByte = (byte: number): string | undefined => {
  const char = String.fromCharCode(byte)
  return /[0-9A-Za-z]/.test(char) ? char : undefined
}
