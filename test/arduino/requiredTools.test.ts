import { assert, describe, it } from "@effect/vitest"
import { requiredTools } from "../../src/arduino/requiredTools.ts"
import { properties } from "../plan/inputs.ts"
import { avrProperties } from "./debianAvr.ts"

describe("requiredTools", () => {
  it("those that recipes lead to, with the programs they start, the C compiler first", () => {
    const tools = requiredTools(properties(`
compiler.path={runtime.tools.{build.arch}-gcc.path}/bin/
build.arch=riscv
recipe.ar.pattern="{compiler.path}x-ar" rcs "{archive_file_path}"
recipe.c.o.pattern="{compiler.path}x-gcc" -I{runtime.tools.sdk-1.2.path}/include {undefined.thing}
recipe.hooks.prebuild.1.pattern={runtime.tools.uf2.path}/uf2 x
tools.flash.cmd={runtime.tools.flasher.path}/flash
`))
    assert.deepStrictEqual(tools, [
      { name: "riscv-gcc", programs: ["bin/x-gcc", "bin/x-ar"] },
      { name: "sdk-1.2", programs: [] },
      { name: "uf2", programs: ["uf2"] }
    ])
  })

  it("also one that the core has a folder for", () => {
    const tools = requiredTools(properties(`
runtime.tools.gcc.path={runtime.platform.path}/system/gcc
recipe.c.o.pattern={runtime.tools.gcc.path}/bin/gcc
`))
    assert.deepStrictEqual(tools, [{ name: "gcc", programs: ["bin/gcc"] }])
  })

  it("none of Debian's AVR core, which has the compiler's path written in", () => {
    assert.deepStrictEqual(requiredTools(avrProperties("uno")), [])
  })

  it("a recipe that cannot be read hinders no other", () => {
    const tools = requiredTools(
      properties(`recipe.a.pattern={a}\na={recipe.a.pattern}\nrecipe.c.o.pattern={runtime.tools.t.path}/c "x`)
    )
    assert.deepStrictEqual(tools, [{ name: "t", programs: [] }])
  })
})
