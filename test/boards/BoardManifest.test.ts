import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { parseManifest } from "../../src/boards/BoardManifest.ts"
import { boardOfManifest } from "../../src/boards/findBoard.ts"
import { jsonLine } from "../../src/boards/jsonLine.ts"
import { boardsFrom } from "../support/boards.ts"

const text = `{
  "build": {
    "core": "arduino",
    "extra_flags": "-DARDUINO_AVR_MINE -DMORE=1 -DARDUINO_ARCH_AVR",
    "f_cpu": "8000000L",
    "hwids": [["0x2341", "0x0043"]],
    "mcu": "atmega328p",
    "variant": "standard"
  },
  "name": "My own",
  "upload": { "maximum_ram_size": 2048,
    "maximum_size": 30720, "protocol": "arduino" }
}
`
const manifest = Result.getOrThrow(parseManifest("/p/boards/mine.json", text))
const value = (key: string) => manifest.properties.get(key)?.value
const line = (key: string) => manifest.properties.get(key)?.line

describe("parseManifest", () => {
  it("has the names of boards.txt, and the line of each value", () => {
    assert.deepStrictEqual([manifest.id, manifest.name], ["mine", "My own"])
    assert.deepStrictEqual([value("build.mcu"), line("build.mcu")], ["atmega328p", 7])
    assert.deepStrictEqual([value("upload.maximum_data_size"), line("upload.maximum_data_size")], ["2048", 11])
    assert.deepStrictEqual([value("upload.maximum_size"), line("upload.maximum_size")], ["30720", 12])
    assert.deepStrictEqual([value("build.pid"), line("build.pid")], ["0x0043", 6])
  })

  it("takes the board's name out of its flags, where recipes have it", () => {
    assert.strictEqual(value("build.board"), "AVR_MINE")
    assert.strictEqual(value("build.extra_flags"), "-DMORE=1 -DARDUINO_ARCH_AVR")
  })

  for (const bad of ["", "[]", "{", "{\"build\": 1}"]) {
    it(`refuses ${JSON.stringify(bad)}`, () => {
      const error = Result.getOrThrow(Result.flip(parseManifest("/p/boards/x.json", bad)))
      assert.match(error.message, /^\/p\/boards\/x\.json is no board file: ./)
    })
  }
})

describe("jsonLine", () => {
  it("is not misled by values, strings and other sections", () => {
    const odd = `{"a": {"k": "b"},\n "x": ["{", "\\"b\\":"],\n "b": {"q": {"k": 1},\n  "k": 2}}`
    assert.strictEqual(jsonLine(odd, ["b", "k"]), 4)
    assert.strictEqual(jsonLine(odd, ["b", "none"]), 3)
    assert.strictEqual(jsonLine(odd, ["none"]), 1)
  })
})

const vendor = Result.getOrThrow(boardsFrom(
  {
    path: "boards.txt",
    text: `
menu.cpu=Processor
one.name=One
one.build.core=arduino
one.build.variant=standard
one.build.board=AVR_ONE
one.build.extra_flags={build.usb_flags}
one.menu.cpu.a=A
one.menu.cpu.a.build.mcu=atmega328p
one.menu.cpu.b=B
one.menu.cpu.b.build.mcu=atmega168
two.name=Two
two.build.mcu=atmega328p
two.build.core=arduino
two.build.variant=other
two.build.board=AVR_TWO
`
  },
  undefined,
  "linux"
))

const laid = (json: string, id = "mine", trusted = true) => {
  const read = Result.getOrThrow(parseManifest(`/p/boards/${id}.json`, json))
  return boardOfManifest(vendor, {}, read, trusted)
}

describe("boardOfManifest", () => {
  it("lies over the vendor's board of the same variant and MCU", () => {
    const board = laid(text)
    assert.deepStrictEqual([board.id, board.name, board.options["cpu"]], ["one", "My own", "a"])
    assert.strictEqual(board.properties.get("build.board")?.value, "AVR_MINE")
    assert.strictEqual(
      board.properties.get("build.extra_flags")?.value,
      "{build.usb_flags} -DMORE=1 -DARDUINO_ARCH_AVR"
    )
    assert.strictEqual(board.properties.get("build.core")?.path, "/p/boards/mine.json")
  })

  it("over the one of the same build.board before that, and over the one of the same id before all", () => {
    assert.strictEqual(laid(text.replace("AVR_MINE", "AVR_TWO")).id, "two")
    assert.strictEqual(laid(text.replace("AVR_MINE", "AVR_TWO"), "one").id, "one")
  })

  it("of a file that is not the project's, core and variant stay the vendor's", () => {
    const other = text.replace("\"standard\"", "\"elsewhere\"")
    assert.strictEqual(laid(other, "two", false).properties.get("build.variant")?.value, "other")
    assert.strictEqual(laid(other, "two").properties.get("build.variant")?.value, "elsewhere")
  })

  it("is all there is where the core has no such board", () => {
    const board = laid(text.replace("atmega328p", "atmega4809"))
    assert.deepStrictEqual([board.id, board.options], ["mine", {}])
    assert.strictEqual(board.properties.get("build.variant")?.value, "standard")
  })
})

describe("boardOfManifest and MCUs", () => {
  it("a board that only has the same MCU is another board", () => {
    const board = laid(`{ "build": { "mcu": "atmega168", "variant": "tinyX5" }, "name": "T" }`, "atmega168")
    assert.deepStrictEqual([board.id, board.name], ["atmega168", "T"])
  })
})
