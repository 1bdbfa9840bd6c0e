import { assert, describe, it } from "@effect/vitest"
import { find, inputs, plan, recipes } from "./inputs.ts"

const without = (key: string) => recipes.replace(new RegExp(`^${key.replaceAll(".", "\\.")}=.*$`, "m"), "")

describe("images", () => {
  it("one objcopy after another: outputs are what nothing before makes", () => {
    const graph = plan(inputs(`${without("recipe.objcopy.hex.pattern")}
recipe.objcopy.1.bin.pattern=/t/objcopy -O binary {build.path}/{build.project_name}.elf {build.path}/{build.project_name}.bin
recipe.objcopy.2.uf2.pattern=/t/uf2 {build.path}/{build.project_name}.bin -o {build.path}/{build.project_name}.uf2 --log {build.path}/{build.project_name}.log
recipe.objcopy.3.none.pattern=/t/check {build.path}/{build.project_name}.elf
recipe.objcopy.4.off.pattern=`))
    const objcopies = graph.actions.filter(({ mnemonic }) => mnemonic === "Objcopy")
    assert.deepStrictEqual(
      objcopies.map(({ inputs, outputs }): ReadonlyArray<ReadonlyArray<string>> => [inputs, outputs]),
      [
        [["out/firmware.elf"], ["out/firmware.bin"]],
        [["out/firmware.bin"], ["out/firmware.uf2", "out/firmware.log"]]
      ]
    )
  })

  it("keeps what the size tool prints as a file", () => {
    const size = find(plan(inputs(recipes)), "out/firmware.size")
    assert.deepStrictEqual(
      [size.mnemonic, size.argv, size.inputs, size.stdout],
      ["Size", ["/t/size", "-A", "out/firmware.elf"], ["out/firmware.elf"], "out/firmware.size"]
    )
  })

  it("measures nothing for a core without a size recipe, or with an empty one", () => {
    const key = "recipe.size.pattern"
    for (const text of [without(key), `${without(key)}\n${key}=`]) {
      assert.isFalse(plan(inputs(text)).actions.some(({ mnemonic }) => mnemonic === "Size"))
    }
  })

  for (const vendor of ["-Wl,-Map,{build.path}/{build.project_name}.map", "-Wl,-Map=out/x/core.map,--cref"]) {
    it(`leaves the map to a core that asks for one: ${vendor}`, () => {
      const link = find(plan(inputs(recipes.replace("-lm", `${vendor} -lm`))), "out/firmware.elf")
      assert.strictEqual(link.argv.filter((arg) => arg.includes("-Map")).length, 1)
      assert.strictEqual(link.outputs[1], vendor.includes("core.map") ? "out/x/core.map" : "out/firmware.map")
    })
  }
})

describe("image recipes of programs that nobody knows", () => {
  it("may leave out what they name", () => {
    const graph = plan(inputs(`${without("recipe.objcopy.hex.pattern")}
recipe.objcopy.bin.1.pattern=/t/objcopy -O binary {build.path}/{build.project_name}.elf {build.path}/{build.project_name}.bin
recipe.objcopy.bin.2.pattern=/t/sign {build.path}/{build.project_name}.bin {build.path}/{build.project_name}.bin.signed`))
    assert.isUndefined(find(graph, "out/firmware.bin").tentative)
    assert.deepStrictEqual<ReadonlyArray<string> | undefined>(find(graph, "out/firmware.bin.signed").tentative, [
      "out/firmware.bin.signed"
    ])
  })
})
