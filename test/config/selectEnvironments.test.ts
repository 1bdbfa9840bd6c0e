import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { selectEnvironments } from "../../src/config/selectEnvironments.ts"
import { resolve } from "./project.ts"

const text = "[env:uno]\n[env:mega]\n[env:leonardo]\n[env:bad]\nbuild_type = x\n"
const select = (source: string, names: ReadonlyArray<string>) =>
  selectEnvironments(Result.getOrThrow(resolve(source)), names).pipe(Result.map((all) => all.map(({ name }) => name)))

describe("selectEnvironments", () => {
  it("named ones, each once, in the order asked", () => {
    assert.deepStrictEqual(select(text, ["mega", "uno", "mega"]), Result.succeed(["mega", "uno"]))
  })

  it("default_envs, else all", () => {
    assert.deepStrictEqual(select(`${text}[platformio]\ndefault_envs = mega`, []), Result.succeed(["mega"]))
    assert.deepStrictEqual(select("[env:b]\n[env:a]", []), Result.succeed(["b", "a"]))
  })

  it("an unknown name, with the three nearest", () => {
    const error = Result.getOrThrow(Result.flip(select(text, ["una"])))
    assert.strictEqual(error.message, `platformio.ini: no environment "una"`)
    assert.match(error.hint!, /^did you mean uno, \w+, \w+\?$/)
  })

  it("a wrong one fails with its own error", () => {
    assert.strictEqual(Result.getOrThrow(Result.flip(select(text, []))).line, 5)
  })
})
