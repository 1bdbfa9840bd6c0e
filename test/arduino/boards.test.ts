import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { resolveBoard } from "../../src/arduino/boards.ts"
import { boardsFrom } from "../support/boards.ts"

const boardsTxt = {
  path: "boards.txt",
  text: `
menu.cpu=Processor
menu.speed=Speed
menu.unused=Unused

uno.name=Uno
uno.vid.0=0x2341
uno.build.mcu=atmega328p
uno.upload.tool=avrdude
uno.upload.tool.windows=avrdude.exe

mega.name=Mega
mega.hide=
mega.build.mcu=none
mega.build.f_cpu=1
mega.menu.speed.slow=Slow
mega.menu.speed.slow.build.f_cpu=8
mega.menu.speed.fast=Fast
mega.menu.speed.fast.build.f_cpu=16
mega.menu.cpu.m2560=ATmega2560
mega.menu.cpu.m2560.build.mcu=atmega2560
mega.menu.cpu.m2560.build.f_cpu=20
mega.menu.cpu.m1280=ATmega1280
mega.menu.cpu.m1280.build.mcu=atmega1280
mega.menu.extra.on.build.extra=1

nameless.build.mcu=x
`
}
const boards = Result.getOrThrow(boardsFrom(boardsTxt, undefined, "linux"))
const resolve = (reference: string) => Result.getOrThrow(resolveBoard(boards, reference))
const error = (reference: string) => Result.getOrThrow(Result.flip(resolveBoard(boards, reference)))

describe("boards", () => {
  it("reads boards, menus and options in file order", () => {
    assert.deepStrictEqual([...boards.boards.keys()], ["uno", "mega"])
    assert.strictEqual(boards.menuTitles.get("cpu"), "Processor")
    const mega = boards.boards.get("mega")
    assert.strictEqual(mega?.name, "Mega")
    assert.isTrue(mega?.hidden)
    assert.isFalse(boards.boards.get("uno")?.hidden)
    assert.deepStrictEqual([...mega?.menus.keys() ?? []], ["cpu", "speed", "extra"])
    assert.deepStrictEqual([...mega?.menus.get("cpu") ?? []].map(([id, { title }]) => [id, title]), [
      ["m2560", "ATmega2560"],
      ["m1280", "ATmega1280"]
    ])
    assert.deepStrictEqual([...mega?.properties.keys() ?? []], ["name", "hide", "build.mcu", "build.f_cpu"])
  })

  it("takes the first option of each menu by default, and lays options over the board in menu order", () => {
    const board = resolve("mega")
    assert.deepStrictEqual(board.options, { cpu: "m2560", speed: "slow", extra: "on" })
    assert.strictEqual(board.properties.get("build.mcu")?.value, "atmega2560")
    assert.strictEqual(board.properties.get("build.f_cpu")?.value, "8")
    assert.strictEqual(board.properties.get("build.extra")?.value, "1")
  })

  it("takes the options that are asked for", () => {
    const board = resolve("mega:speed=fast,cpu=m1280")
    assert.deepStrictEqual(board.options, { cpu: "m1280", speed: "fast", extra: "on" })
    assert.deepStrictEqual(board.properties.get("build.f_cpu"), { value: "16", path: "boards.txt", line: 19 })
  })

  it("selects the host's keys", () => {
    const windows = Result.getOrThrow(boardsFrom(boardsTxt, undefined, "windows"))
    assert.strictEqual(windows.boards.get("uno")?.properties.get("upload.tool")?.value, "avrdude.exe")
    assert.strictEqual(resolve("uno").properties.get("upload.tool")?.value, "avrdude")
  })

  it("lays boards.local.txt over it", () => {
    const local = {
      path: "boards.local.txt",
      text: "uno.build.mcu=m88\nmine.name=Mine\nmega.menu.cpu.m64=ATmega64"
    }
    const both = Result.getOrThrow(boardsFrom(boardsTxt, local, "linux"))
    assert.deepStrictEqual([...both.boards.keys()], ["uno", "mega", "mine"])
    assert.deepStrictEqual(both.boards.get("uno")?.properties.get("build.mcu"), {
      value: "m88",
      path: "boards.local.txt",
      line: 1
    })
    assert.strictEqual(Result.getOrThrow(resolveBoard(both, "mega:cpu=m64")).options["cpu"], "m64")
    const bad = boardsFrom(boardsTxt, { path: "boards.local.txt", text: "oops" }, "linux")
    assert.deepInclude(Result.getOrThrow(Result.flip(bad)), { path: "boards.local.txt", line: 1 })
  })

  it("names the nearest boards", () => {
    assert.deepInclude(error("mage:cpu=m1280"), { _tag: "UnknownBoard", board: "mage", nearest: ["mega", "uno"] })
    assert.strictEqual(error("nameless")._tag, "UnknownBoard")
    assert.strictEqual(error("")._tag, "UnknownBoard")
  })

  it("names the options that there are", () => {
    assert.deepInclude(error("mega:cpu=m8"), { _tag: "UnknownOption", known: ["cpu=m2560", "cpu=m1280"] })
    assert.deepInclude(error("mega:nope=1"), {
      text: "nope=1",
      known: ["cpu=m2560", "cpu=m1280", "speed=slow", "speed=fast", "extra=on"]
    })
    assert.strictEqual(error("mega:cpu")._tag, "UnknownOption")
    assert.strictEqual(error("mega:")._tag, "UnknownOption")
    assert.deepInclude(error("uno:cpu=m8"), { hint: "board uno has no options" })
  })
})
