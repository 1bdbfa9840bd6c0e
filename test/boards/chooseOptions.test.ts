import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { resolveBoard } from "../../src/arduino/boards.ts"
import { chooseOptions, type OptionRule } from "../../src/boards/chooseOptions.ts"
import { boardsFrom } from "../support/boards.ts"

const boards = Result.getOrThrow(boardsFrom(
  {
    path: "boards.txt",
    text: `
menu.flash=Flash
menu.freq=Speed
p.name=P
p.build.mcu=m0
p.menu.flash.big_0=none
p.menu.flash.big_0.build.fs_start=100000
p.menu.flash.big_0.build.fs_end=100000
p.menu.flash.big_64=64
p.menu.flash.big_64.build.fs_start=34464
p.menu.flash.big_64.build.fs_end=100000
p.menu.freq.133=133
p.menu.freq.200=200
p.menu.freq.200.build.f_cpu=200
q.name=Q
q.build.f_cpu={build.mhz}000000L
q.menu.clock.16_external=16
q.menu.clock.16_external.build.mhz=16
q.menu.clock.8_external=8
q.menu.clock.8_external.build.mhz=8
q.menu.clock.8_internal=8
q.menu.clock.8_internal.build.mhz=8
`
  },
  undefined,
  "linux"
))

const rules: ReadonlyArray<OptionRule> = [
  { _tag: "Size", setting: "build.filesystem_size", menu: "flash", from: "build.fs_start", to: "build.fs_end" },
  {
    _tag: "Word",
    setting: "hardware.oscillator",
    menu: "clock",
    words: { external: "_external$", internal: "_internal$" }
  },
  { _tag: "Number", setting: "build.f_cpu", menu: "clock", property: "build.f_cpu" }
]
const choose = (reference: string, options: Readonly<Record<string, string>>) =>
  chooseOptions(boards, Result.getOrThrow(resolveBoard(boards, reference)), reference, options, rules)
const chosen = (reference: string, options: Readonly<Record<string, string>>) =>
  Result.getOrThrow(choose(reference, options))

describe("chooseOptions", () => {
  it("takes the option that gives a property the value it has been given, by the project or the board's file", () => {
    const byText: ReadonlyArray<OptionRule> = [
      { _tag: "Text", setting: "build.mhz", menu: "clock", property: "build.mhz" }
    ]
    const board = Result.getOrThrow(resolveBoard(boards, "q"))
    const choice = (given: typeof board, options: Readonly<Record<string, string>>) =>
      Result.getOrThrow(chooseOptions(boards, given, "q", options, byText)).options["clock"]
    assert.strictEqual(choice(board, { "build.mhz": "8" }), "8_external")
    assert.strictEqual(choice(board, { "build.mhz": "9" }), "16_external")
    const file = new Map([...board.properties, ["build.mhz", { value: "8", path: "boards/q.json", line: 2 }]])
    assert.strictEqual(choice({ ...board, properties: file }, {}), "8_external")
  })

  it("takes menus by their names, and by size", () => {
    assert.deepStrictEqual(chosen("p", {}).options, { flash: "big_0", freq: "133" })
    const board = chosen("p", { "build.freq": "200", "build.filesystem_size": "64k" })
    assert.deepStrictEqual(board.options, { flash: "big_64", freq: "200" })
    assert.strictEqual(board.properties.get("build.f_cpu")?.value, "200")
  })

  it("the board's own words are stronger, and what is no option chooses nothing", () => {
    assert.deepStrictEqual(chosen("p:freq=133", { "build.freq": "200" }).options["freq"], "133")
    for (const size of ["63k", "much", ""]) {
      assert.strictEqual(chosen("p", { "build.filesystem_size": size, "build.freq": "999" }).options["flash"], "big_0")
    }
  })

  it("settings of the hardware narrow a menu one after the other", () => {
    const clock = (options: Readonly<Record<string, string>>) => chosen("q", options).options["clock"]
    assert.strictEqual(clock({ "build.f_cpu": "8000000UL" }), "8_external")
    assert.strictEqual(clock({ "hardware.oscillator": "Internal" }), "8_internal")
    assert.strictEqual(clock({ "build.f_cpu": "8000000L", "hardware.oscillator": "internal" }), "8_internal")
    // A clock that the menu does not have is a property only; a word before it stands.
    assert.strictEqual(clock({ "build.f_cpu": "17000000L" }), "16_external")
    assert.strictEqual(clock({ "build.f_cpu": "17000000L", "hardware.oscillator": "internal" }), "8_internal")
    assert.strictEqual(
      chosen("q:clock=8_external", { "hardware.oscillator": "internal" }).options["clock"],
      "8_external"
    )
  })

  it("a word that means nothing is an error that lists the words", () => {
    const error = Result.getOrThrow(Result.flip(choose("q", { "hardware.oscillator": "quartz" })))
    assert.match(error.message, /board q has no option .*board_hardware\.oscillator = quartz/)
    assert.strictEqual(
      error.hint,
      "use one of board_hardware.oscillator = external, board_hardware.oscillator = internal"
    )
  })
})
