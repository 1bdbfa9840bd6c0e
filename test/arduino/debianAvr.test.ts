import { assert, describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import type { Board } from "../../src/arduino/boards.ts"
import { hookRecipes } from "../../src/arduino/hooks.ts"
import { expandRecipe } from "../../src/arduino/recipe.ts"
import { sizeRecipe } from "../../src/arduino/size.ts"
import { avrProperties, debianAvr } from "./debianAvr.ts"

const recipes: Readonly<Record<string, string>> = {
  CCompile: "recipe.c.o.pattern",
  CxxCompile: "recipe.cpp.o.pattern",
  Assemble: "recipe.S.o.pattern",
  Archive: "recipe.ar.pattern",
  Link: "recipe.c.combine.pattern",
  ObjcopyEep: "recipe.objcopy.eep.pattern",
  ObjcopyHex: "recipe.objcopy.hex.pattern",
  Size: "recipe.size.pattern"
}

const argv = (reference: string, recipe: string) =>
  Result.getOrThrow(expandRecipe(avrProperties(reference), recipe, {
    includes: ["-Icore", "-Ivariant"],
    source_file: "source.c",
    object_file: "build/source.c.o",
    object_files: ["build/a.o", "build/b.o"],
    archive_file: "core.a",
    archive_file_path: "build/core.a"
  }))

/** Every way to choose one option in each menu, as a reference. */
const references = (board: Board): ReadonlyArray<string> => {
  let choices: ReadonlyArray<ReadonlyArray<string>> = [[]]
  for (const [menu, options] of board.menus) {
    choices = choices.flatMap((chosen) => [...options.keys()].map((option) => [...chosen, `${menu}=${option}`]))
  }
  return choices.map((chosen) => chosen.length === 0 ? board.id : `${board.id}:${chosen.join(",")}`)
}

describe("Debian's arduino-core-avr", () => {
  it("has its boards", () => {
    assert.strictEqual(debianAvr.version, "1.8.7")
    assert.strictEqual(debianAvr.boards.boards.size, 27)
    assert.deepStrictEqual([...debianAvr.boards.boards.keys()].slice(0, 3), ["yun", "uno", "unomini"])
    const mega = debianAvr.boards.boards.get("mega")
    assert.deepStrictEqual([...mega?.menus.get("cpu")?.keys() ?? []], ["atmega2560", "atmega1280"])
    assert.deepStrictEqual(hookRecipes(debianAvr.properties, "prebuild"), [])
  })

  it("expands every recipe for every board and option", () => {
    const all = [...debianAvr.boards.boards.values()].flatMap(references)
    // 19 boards without a menu, and 8 whose one menu has 19 options between them.
    assert.strictEqual(all.length, 38)
    for (const reference of all) {
      for (const recipe of Object.values(recipes)) {
        const args = argv(reference, recipe)
        assert.match(args[0] ?? "", /^\/usr\/bin\/avr-[a-z+-]+$/, `${reference} ${recipe}`)
        assert.notMatch(args.join(" "), /[{}\0]/, `${reference} ${recipe}`)
      }
      const size = Result.getOrThrow(sizeRecipe(avrProperties(reference)))
      assert.isAbove(size.flash?.max ?? 0, 0, reference)
    }
  })

  it("keeps the USB strings of the Leonardo one argument each", () => {
    const args = argv("leonardo", "recipe.c.o.pattern")
    assert.include(args, "-DUSB_PRODUCT=\"Arduino Leonardo\"")
    assert.include(args, "-DUSB_MANUFACTURER=\"Unknown\"")
    assert.include(args, "-DUSB_VID=0x2341")
  })

  for (const reference of ["uno", "mega:cpu=atmega2560", "leonardo", "nano:cpu=atmega328old"]) {
    it(`runs these commands for ${reference}`, async () => {
      const folder = reference.replace(":cpu=", "-")
      for (const [mnemonic, recipe] of Object.entries(recipes)) {
        const lines = argv(reference, recipe).map((arg) => `${arg}\n`).join("")
        await expect(lines).toMatchFileSnapshot(`../golden/avr/${folder}/${mnemonic}.argv`)
      }
    })
  }
})
