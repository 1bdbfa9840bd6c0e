import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Stream from "effect/Stream"
import * as avr8js from "../../src/emulators/avr8js.ts"
import { suite } from "../suites/emulators.ts"

suite("avr8js", avr8js.layer, { exact: true, interruptMillis: 50 })

describe("avr8js", () => {
  /** The words of a program, in a HEX file. */
  const program = Effect.fnUntraced(function*(words: ReadonlyArray<number>, address = 0) {
    const fs = yield* FileSystem.FileSystem
    const folder = yield* fs.makeTempDirectoryScoped()
    const data = words.flatMap((word) => [word & 0xff, word >> 8])
    const bytes = [data.length, address >> 8, address & 0xff, 0, ...data]
    const sum = bytes.reduce((total, byte) => total + byte, 0)
    const line = [...bytes, -sum & 0xff].map((byte) => byte.toString(16).padStart(2, "0")).join("")
    yield* fs.writeFileString(`${folder}/firmware.hex`, `:${line}\n:00000001FF\n`)
    return { mcu: "atmega328p", frequencyHz: 16_000_000, hex: `${folder}/firmware.hex`, elf: "" }
  })

  const run = Effect.fnUntraced(function*(words: ReadonlyArray<number>, address?: number) {
    const emulator = yield* avr8js.make
    return yield* Stream.runCollect(emulator.run(yield* program(words, address)))
  }, Effect.provide(NodeFileSystem.layer))

  const sbi = { sleepEnable: [0xe001, 0xbf03], /* ldi r16, SE; out SMCR, r16 */ cli: 0x94f8, sleep: 0x9588 }

  it.live("ends at cli + rjmp to itself, as avr-libc's exit does", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* run([sbi.cli, 0xcfff]), [])
    }))

  it.live("goes on at a SLEEP that is not enabled", () =>
    Effect.gen(function*() {
      // ldi r16, 'A'; sts UDR0, r16
      const chunks = yield* run([sbi.cli, sbi.sleep, 0xe401, 0x9300, 0x00c6, ...sbi.sleepEnable, sbi.sleep])
      assert.deepStrictEqual(chunks.map((chunk) => [...chunk]), [[0x41]])
    }))

  it.live("crashes on erased flash, and says where", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(run([0x0000, 0x0000]))
      assert.strictEqual(error.message, "the program crashed in avr8js: no program at 0x0004")
    }))

  it.live("refuses a program that does not fit", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(run([0, 0], 0x7ffe))
      assert.match(error.message, /firmware\.hex: the program ends at 32770 bytes, the flash has 32768$/)
    }))
})
