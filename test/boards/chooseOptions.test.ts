import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { parseBoards, resolveBoard } from "../../src/arduino/boards.ts"
import { chooseOptions } from "../../src/boards/chooseOptions.ts"

const boards = Result.getOrThrow(parseBoards(
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
`
  },
  undefined,
  "linux"
))

const rules = [{ option: "build.filesystem_size", menu: "flash", from: "build.fs_start", to: "build.fs_end" }]
const chosen = (reference: string, options: Readonly<Record<string, string>>) =>
  chooseOptions(boards, Result.getOrThrow(resolveBoard(boards, reference)), reference, options, rules)

describe("chooseOptions", () => {
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
})
