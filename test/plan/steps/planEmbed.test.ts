import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { FilePath } from "../../../src/domain/FilePath.ts"
import { makeGraph } from "../../../src/plan/ActionGraph.ts"
import { embedSymbol, planEmbed } from "../../../src/plan/steps/planEmbed.ts"

const inputs = { buildDir: FilePath.make("out"), env: { LANG: "C" } }
const file = (name: string, content: "Bytes" | "Text" = "Text") => ({ name, path: FilePath.make(name), content })

describe("planEmbed", () => {
  it("plans assembler source with objcopy's symbols", () => {
    const { action, source } = planEmbed(inputs, file("config/timezones.json"))
    assert.deepStrictEqual(source, {
      path: FilePath.make("out/embed/config_timezones_json.S"),
      name: "embed/config_timezones_json.S",
      language: "asm"
    })
    assert.deepStrictEqual(action.inputs, [FilePath.make("config/timezones.json")])
    assert.deepStrictEqual(action.outputs, [source.path])
    assert.deepStrictEqual(action.env, inputs.env)
    assert.deepStrictEqual(action.step, {
      _tag: "EmbedFile",
      file: FilePath.make("config/timezones.json"),
      symbol: "_binary_config_timezones_json",
      content: "Text"
    })
  })

  it("takes the name as the project writes it, not the place", () => {
    const { action } = planEmbed(inputs, { ...file("../a.bin", "Bytes"), path: FilePath.make("/elsewhere/a.bin") })
    assert.strictEqual(action.step?._tag === "EmbedFile" ? action.step.symbol : "", "_binary____a_bin")
    assert.strictEqual(embedSymbol("ü"), "_binary___")
  })

  it("two files with the same symbols are refused", () => {
    const actions = [file("a.b"), file("a_b")].map((given) => planEmbed(inputs, given).action)
    const error = Result.getOrThrow(Result.flip(makeGraph(actions)))
    assert.strictEqual(error.message, "two actions write out/embed/a_b.S: from a.b and from a_b")
  })
})
