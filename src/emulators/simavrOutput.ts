/** How the firmware ends its lines; simavr prints CR and `.` alike. */
export type LineEnd = "\n" | "\r\n"

/** What simavr has printed, told apart. */
export interface SimavrOutput {
  /** Bytes of the line that has begun and not ended. */
  readonly pending: Uint8Array
  /** What the program sent. */
  readonly serial: Uint8Array
  /** simavr's own lines, without colour. */
  readonly messages: ReadonlyArray<string>
}

/**
 * Undoes what simavr does to serial output. It prints, on stderr, each line of the UART in green once its LF was sent
 * or it is 256 bytes long, with every byte below 0x20, the LF included, as `.`:
 *
 *     ESC[32m  text of the line.  LF  ESC[0m
 *
 * Not to be undone: other control characters stay `.`; the end of a line that was never ended is not printed; where a
 * line has exactly 256 bytes, LF included, and where lines end with CR LF, a `.` the program wrote in their place is
 * taken for the end of the line. UARTs are not told apart.
 *
 * Source: observed with Debian's simavr 1.6+dfsg-3.
 *
 * @param pending of the call before, at first empty
 */
export const decodeSimavr = (pending: Uint8Array, chunk: Uint8Array, lineEnd: LineEnd): SimavrOutput => {
  const input = concat([pending, chunk])
  const serial: Array<Uint8Array> = []
  const messages: Array<string> = []
  let start = 0
  for (let end = input.indexOf(LF); end >= 0; end = input.indexOf(LF, start)) {
    const line = input.subarray(start, end)
    start = end + 1
    const text = latin1.decode(line)
    const serialAt = text.lastIndexOf(green)
    if (serialAt >= 0) {
      serial.push(undecorate(line.subarray(serialAt + green.length), lineEnd))
    } else {
      messages.push(text.replace(/\x1b\[\d*m/g, "").trim())
    }
  }
  return { pending: input.slice(start), serial: concat(serial), messages: messages.filter((text) => text !== "") }
}

/**
 * How a program ends its lines, told from its flash: one that has the C string `"\r\n"`, as Arduino's `println` does,
 * ends them so.
 */
export const lineEndOf = (flash: Uint8Array): LineEnd => {
  for (let at = flash.indexOf(CR); at >= 0; at = flash.indexOf(CR, at + 1)) {
    if (flash[at + 1] === LF && flash[at + 2] === 0) return "\r\n"
  }
  return "\n"
}

const LF = 0x0a
const CR = 0x0d
const DOT = 0x2e
const green = "\x1b[32m"
/** simavr's line buffer, bytes. */
const bufferBytes = 256
/** One character per byte, for looking at ASCII markers. */
const latin1 = new TextDecoder("latin1")

const undecorate = (line: Uint8Array, lineEnd: LineEnd): Uint8Array => {
  const isEnded = line.length < bufferBytes || line[line.length - 1] === DOT
  if (!isEnded) return line
  const bytes = line.slice()
  bytes[bytes.length - 1] = LF
  if (lineEnd === "\r\n" && bytes[bytes.length - 2] === DOT) bytes[bytes.length - 2] = CR
  return bytes
}

const concat = (parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((total, part) => total + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
