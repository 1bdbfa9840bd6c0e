import { assert, describe, it } from "@effect/vitest"
import { hookRecipes, objcopyRecipes } from "../../src/arduino/hooks.ts"
import { literalProperties } from "../../src/arduino/Properties.ts"
import { avrProperties } from "./debianAvr.ts"

const keys = (...names: ReadonlyArray<string>) =>
  literalProperties(Object.fromEntries(names.map((name) => [name, "echo"])), "test")

describe("hookRecipes", () => {
  it("lists the hooks of one phase by number", () => {
    const properties = keys(
      "recipe.hooks.sketch.prebuild.2.pattern",
      "recipe.hooks.sketch.prebuild.10.pattern",
      "recipe.hooks.sketch.prebuild.10.pattern.windows",
      "recipe.hooks.sketch.postbuild.1.pattern",
      "recipe.hooks.prebuild.1.pattern",
      "recipe.hooks.sketch.prebuild.1.pattern_args"
    )
    assert.deepStrictEqual(hookRecipes(properties, "sketch.prebuild"), [
      "recipe.hooks.sketch.prebuild.2.pattern",
      "recipe.hooks.sketch.prebuild.10.pattern"
    ])
    assert.deepStrictEqual(hookRecipes(properties, "prebuild"), ["recipe.hooks.prebuild.1.pattern"])
    assert.deepStrictEqual(hookRecipes(properties, "linking.prelink"), [])
  })

  it("leaves out what is switched off", () => {
    const properties = literalProperties({ "recipe.hooks.linking.postlink.1.pattern": "" }, "test")
    assert.deepStrictEqual(hookRecipes(properties, "linking.postlink"), [])
  })
})

describe("a hook without a number", () => {
  it("runs where there are none with numbers", () => {
    const [plain, first] = ["recipe.hooks.prebuild.pattern", "recipe.hooks.prebuild.1.pattern"]
    assert.deepStrictEqual(hookRecipes(keys(plain), "prebuild"), [plain])
    assert.deepStrictEqual(hookRecipes(keys(plain, first), "prebuild"), [first])
  })
})

describe("objcopyRecipes", () => {
  it("lists images by text", () => {
    assert.deepStrictEqual(objcopyRecipes(keys("recipe.objcopy.zip.pattern", "recipe.objcopy.a.bin.pattern")), [
      "recipe.objcopy.a.bin.pattern",
      "recipe.objcopy.zip.pattern"
    ])
    assert.deepStrictEqual(objcopyRecipes(avrProperties("uno")), [
      "recipe.objcopy.eep.pattern",
      "recipe.objcopy.hex.pattern"
    ])
  })
})
