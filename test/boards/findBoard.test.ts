import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { attinyBoards } from "../../platforms/avr/attinyBoards.ts"
import { boards as aliases } from "../../platforms/avr/boards.ts"
import { findBoard, knownIds } from "../../src/boards/findBoard.ts"
import { debianAvr } from "../arduino/debianAvr.ts"
import { boardsFrom } from "../support/boards.ts"

const mini = Result.getOrThrow(boardsFrom(
  {
    path: "boards.txt",
    text: `
menu.variant=Variant
328.name=ATmega328
328.menu.variant.modelP=328P
328.menu.variant.modelP.build.mcu=atmega328p
328.menu.variant.modelNon=328
328.menu.variant.modelNon.build.mcu=atmega328
8.name=ATmega8
8.build.mcu=atmega8
one.name=One
one.build.mcu=atmega32u4
two.name=Two
two.build.mcu=ATmega32U4
`
  },
  undefined,
  "linux"
))

const find = (id: string, table: Readonly<Record<string, string>> = {}) =>
  Result.map(findBoard(mini, table, id), ({ id, options }) => ({ id, options }))
const failure = (id: string, table: Readonly<Record<string, string>> = {}) =>
  Result.getOrThrow(Result.flip(find(id, table)))

describe("findBoard", () => {
  it("an id of the platform's table, with the options that it stands for", () => {
    assert.deepStrictEqual(
      find("nice", { nice: "328:variant=modelNon" }),
      Result.succeed({ id: "328", options: { variant: "modelNon" } })
    )
  })

  it("an id that differs in case and separators, then one that a rule makes", () => {
    const ids = Result.getOrThrow(boardsFrom(
      {
        path: "boards.txt",
        text: "m5stack_core2.name=A\nesp32c3.name=B\nXIAO_ESP32C3.name=C\na_b.name=D\nab.name=E\n"
      },
      undefined,
      "linux"
    ))
    const rules = [
      { pattern: "esp32-?([sc]\\d)(?:-devkit.*)?", board: "esp32$1" },
      { pattern: "seeed_(xiao_\\w+)", board: "$1" }
    ]
    const id = (text: string) => Result.map(findBoard(ids, {}, text, rules), (board) => board.id)
    assert.deepStrictEqual(id("m5stack-core2"), Result.succeed("m5stack_core2"))
    assert.deepStrictEqual(id("esp32-c3-devkitm-1"), Result.succeed("esp32c3"))
    assert.deepStrictEqual(id("seeed_xiao_esp32c3"), Result.succeed("XIAO_ESP32C3"))
    assert.isTrue(Result.isFailure(id("A-B")))
    assert.isTrue(Result.isFailure(id("esp32-s3-devkitc-1")))
    assert.isTrue(Result.isFailure(id("my-esp32-c3-devkit")))
  })

  it("the table comes before the vendor's ids, where the core has that board", () => {
    assert.deepStrictEqual(find("one", { one: "two" }), Result.succeed({ id: "two", options: {} }))
    assert.deepStrictEqual(find("one", { one: "elsewhere" }), Result.succeed({ id: "one", options: {} }))
  })

  it("the vendor's id, with and without options", () => {
    assert.deepStrictEqual(find("328"), Result.succeed({ id: "328", options: { variant: "modelP" } }))
    assert.deepStrictEqual(
      find("328:variant=modelNon"),
      Result.succeed({ id: "328", options: { variant: "modelNon" } })
    )
    const error = failure("328:variant=modelX")
    assert.strictEqual(error._tag, "UnknownOption")
    assert.strictEqual(error.hint, "use one of variant=modelP, variant=modelNon")
  })

  it("an MCU that one board has, in any case of letters, by itself or by an option", () => {
    assert.deepStrictEqual(find("ATmega8"), Result.succeed({ id: "8", options: {} }))
    assert.deepStrictEqual(find("ATmega328P"), Result.succeed({ id: "328", options: { variant: "modelP" } }))
    assert.deepStrictEqual(find("atmega328"), Result.succeed({ id: "328", options: { variant: "modelNon" } }))
  })

  it("an MCU that is put together of what an option says", () => {
    const text =
      "a.name=A\na.build.mcu=attiny{n}\na.menu.chip.x=X\na.menu.chip.x.n=1614\na.menu.chip.y=Y\na.menu.chip.y.n=814\n"
    const tinies = Result.getOrThrow(boardsFrom({ path: "boards.txt", text }, undefined, "linux"))
    assert.deepStrictEqual(Result.getOrThrow(findBoard(tinies, {}, "ATtiny814")).options, { chip: "y" })
  })

  it("an MCU that several boards have names none of them", () => {
    const error = failure("ATmega32U4")
    assert.strictEqual(error._tag, "UnknownBoard")
    assert.strictEqual(error.hint, "did you mean one, two?")
  })

  it("of many boards with an MCU, the error names five", () => {
    const error = Result.getOrThrow(Result.flip(findBoard(debianAvr.boards, aliases, "ATmega328P")))
    assert.strictEqual(
      error.hint,
      "did you mean uno, unomini, diecimila:cpu=atmega328, nano:cpu=atmega328, mini:cpu=atmega328?"
    )
  })

  it("an unknown board comes with the three nearest, the table's among them", () => {
    const error = failure("onee", { onex: "one", gone: "elsewhere" })
    assert.strictEqual(error.message, "boards.txt has no board “onee”")
    assert.strictEqual(error.hint, "did you mean onex, one, 328?")
  })

  it("ids that JavaScript objects have are no boards", () => {
    for (const id of ["constructor", "__proto__", "toString", ""]) assert.strictEqual(failure(id)._tag, "UnknownBoard")
  })

  it("knownIds: those that resolve, each once", () => {
    assert.deepStrictEqual(knownIds(mini, { nice: "328", one: "two", gone: "elsewhere" }), [
      "nice",
      "one",
      "328",
      "8",
      "two"
    ])
  })
})

describe("platforms/avr", () => {
  for (const [id, reference] of Object.entries(aliases)) {
    it(`${id} is ${reference} of Debian's core`, () => {
      const board = Result.getOrThrow(findBoard(debianAvr.boards, aliases, id))
      assert.strictEqual(board.id, reference.split(":")[0])
      for (const choice of reference.split(":")[1]?.split(",") ?? []) {
        const [menu = "", option] = choice.split("=")
        assert.strictEqual(board.options[menu], option)
      }
      assert.match(board.properties.get("build.mcu")?.value ?? "", /^at(mega|tiny)/)
    })
  }

  it("names an option in every menu, so that a core's new default changes no board", () => {
    for (const reference of Object.values(aliases)) {
      const board = debianAvr.boards.boards.get(reference.split(":")[0]!)
      for (const menu of board?.menus.keys() ?? []) assert.include(reference, `${menu}=`)
    }
  })
})

describe("platforms/avr, with ATTinyCore", () => {
  const text =
    "menu.chip=Chip\nattinyx5.name=ATtiny85/45/25\nattinyx5.menu.chip.85=ATtiny85\nattinyx5.menu.chip.85.build.mcu=attiny85\n"
    + "attinyx5opti.name=Optiboot\nattinyx5opti.build.mcu=attiny85\n"
  const core = Result.getOrThrow(boardsFrom({ path: "boards.txt", text }, undefined, "linux"))

  it("PlatformIO's attiny85 is the one without a boot loader", () => {
    const found = Result.getOrThrow(findBoard(core, attinyBoards, "attiny85"))
    assert.deepStrictEqual([found.id, found.options["chip"]], ["attinyx5", "85"])
  })
})
