/** How a file gets into a program. */
export interface Embedding {
  /** As the assembler finds it. */
  readonly path: string
  /** `_binary_…`: see `plan/steps/planEmbed.ts`. */
  readonly symbol: string
  /** `Text` ends in a NUL that counts. */
  readonly content: "Bytes" | "Text"
}

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
