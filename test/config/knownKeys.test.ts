import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { resolve } from "./project.ts"

const warnings = (text: string) => Result.getOrThrow(resolve(text)).warnings.map((warning) => warning.message)

describe("unknownKeys", () => {
  it("one warning per key, with the nearest known one", () => {
    assert.deepStrictEqual(
      warnings("[env]\nbuild_flag = -DX\n[env:a]\nbuild_flag = -DY\nplatfrom = x\n[env:b]\nplatfrom = x"),
      [
        `platformio.ini:2: unknown option "build_flag" in [env] is ignored; did you mean "build_flags"?`,
        `platformio.ini:5: unknown option "platfrom" in [env:a] is ignored; did you mean "platform"?`
      ]
    )
  })

  it("a key of the other kind of section", () => {
    assert.deepStrictEqual(warnings("[env:a]\nsrc_dir = x\n[platformio]\nboard = y"), [
      `platformio.ini:2: unknown option "src_dir" in [env:a] is ignored; it belongs in [platformio]`,
      `platformio.ini:4: unknown option "board" in [platformio] is ignored; it belongs in [env]`
    ])
  })

  it("parents are checked, free sections are not", () => {
    assert.strictEqual(warnings("[base]\nbord = x\n[free]\nbord2 = x\n[env:a]\nextends = base").length, 1)
  })

  it("known, custom, board and referenced keys", () => {
    const text =
      "[env]\nmy_libs = SPI\n[env:a]\nboard = uno\nlib_deps = ${env.my_libs}\ncustom_x = 1\nboard_build.any.thing = 2\nboard_upload.speed = 3"
    assert.deepStrictEqual(warnings(text), [])
  })
})
