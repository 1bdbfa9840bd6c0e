import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { decodeSimavr, type LineEnd, lineEndOf } from "../../src/emulators/simavrOutput.ts"

const empty = new Uint8Array()
const decode = (printed: string, lineEnd: LineEnd = "\n") => {
  const { messages, pending, serial } = decodeSimavr(empty, Buffer.from(printed), lineEnd)
  return { serial: Buffer.from(serial).toString(), messages, pending: Buffer.from(pending).toString() }
}

/** What simavr 1.6 prints for what a UART sends. */
const simavr = (sent: Uint8Array): Uint8Array => {
  const printed: Array<number> = []
  let line: Array<number> = []
  for (const byte of sent) {
    line.push(byte < 0x20 ? 0x2e : byte)
    if (byte === 0x0a || line.length === 256) {
      printed.push(...Buffer.from("\x1b[32m"), ...line, ...Buffer.from("\n\x1b[0m"))
      line = []
    }
  }
  return Uint8Array.from(printed)
}

describe("decodeSimavr", () => {
  it("undoes colour and line end", () => {
    assert.deepStrictEqual(decode("\x1b[32mtick 0.\n\x1b[0m\x1b[32mwait....\n\x1b[0m"), {
      serial: "tick 0\nwait...\n",
      messages: [],
      pending: "\x1b[0m"
    })
    assert.strictEqual(decode("\x1b[32mtick 0..\n\x1b[0m\x1b[32m..\n", "\r\n").serial, "tick 0\r\n\r\n")
  })

  it("joins what simavr cut at 256 bytes", () => {
    const long = "x".repeat(256)
    assert.strictEqual(decode(`\x1b[32m${long}\n\x1b[0m\x1b[32mend.\n\x1b[0m`).serial, `${long}end\n`)
    const exact = "x".repeat(255)
    assert.strictEqual(decode(`\x1b[32m${exact}.\n\x1b[0m`).serial, `${exact}\n`)
  })

  it("keeps simavr's own lines apart", () => {
    assert.deepStrictEqual(decode("\x1b[32mboom.\n\x1b[0m\x1b[31mCORE: *** bad \n\x1b[0mavr_sadly_crashed\n"), {
      serial: "boom\n",
      messages: ["CORE: *** bad", "avr_sadly_crashed"],
      pending: ""
    })
  })

  const lines = Schema.Array(Schema.Array(Schema.Literals(["a", ".", "..", "ü", "\x7f", " ", "long ".repeat(60)])))

  it.prop("serial output is what was sent, wherever the pipe was cut", {
    lines,
    cut: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 400 }))
  }, ({ cut, lines }) => {
    // A dot as the 256th byte of a line cannot be told from its end.
    const sent = lines.map((words) => `${words.join("")}\n`).filter((line) => Buffer.from(line)[255] !== 0x2e)
    const bytes = Buffer.from(sent.join(""))
    const printed = simavr(bytes)
    const first = decodeSimavr(empty, printed.subarray(0, cut), "\n")
    const second = decodeSimavr(first.pending, printed.subarray(cut), "\n")
    assert.strictEqual(Buffer.concat([first.serial, second.serial]).toString("latin1"), bytes.toString("latin1"))
    assert.deepStrictEqual([...first.messages, ...second.messages], [])
  }, { arbitrary: { runs: 200 } })
})

describe("lineEndOf", () => {
  it("is CR LF for a program that has that string", () => {
    assert.strictEqual(lineEndOf(Buffer.from("code\r\n\0more")), "\r\n")
    assert.strictEqual(lineEndOf(Buffer.from("one\r two\r\r\n\0")), "\r\n")
    assert.strictEqual(lineEndOf(Buffer.from("\r\nx\n\0\r")), "\n")
    assert.strictEqual(lineEndOf(empty), "\n")
  })
})
