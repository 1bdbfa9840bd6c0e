import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { packageOverride } from "../../src/packages/packageOverride.ts"
import { resolve } from "./project.ts"

const warnings = (text: string) => Result.getOrThrow(resolve(text)).warnings.map((warning) => warning.message)

const uses = (name: string) =>
  `in platform_packages is ignored, packages are not downloaded: the ${name} that is installed is used instead`

describe("ignoredPackages", () => {
  it("names the line, and what is used instead", () => {
    assert.deepStrictEqual(
      warnings(`[env:a]
platform_packages =
  ; the core
  platformio/framework-arduino-avr @ ~5.1.0
  toolchain-atmelavr@https://example.com/avr.tar.gz, tool-avrdude

  https://example.com/x.git#v1
`),
      [
        `platformio.ini:4: "platformio/framework-arduino-avr @ ~5.1.0" ${uses("framework-arduino-avr")}`,
        `platformio.ini:5: "toolchain-atmelavr@https://example.com/avr.tar.gz" ${uses("toolchain-atmelavr")}`,
        `platformio.ini:5: "tool-avrdude" ${uses("tool-avrdude")}`,
        `platformio.ini:7: "https://example.com/x.git#v1" ${uses("package")}`
      ]
    )
  })

  it("of a package that another line finds in a folder, that one", () => {
    assert.deepStrictEqual(warnings("[env:a]\nplatform_packages = fw@file:///opt/fw\n  fw@^1.0"), [
      `platformio.ini:3: "fw@^1.0" in platform_packages is ignored, packages are not downloaded: file:///opt/fw is used instead`
    ])
  })

  it("one warning for a line that several environments have", () => {
    assert.deepStrictEqual(
      warnings("[env]\nplatform_packages = fw@1\n[env:a]\n[env:b]\n[env:c]\nplatform_packages ="),
      [
        `platformio.ini:2: "fw@1" ${uses("fw")}`
      ]
    )
  })

  it("what a reference brings in stands where the reference is", () => {
    const text = "[common]\npackages =\n  fw@1\n[env:a]\nplatform_packages =\n  ${common.packages}"
    assert.deepStrictEqual(warnings(text), [`platformio.ini:5: "fw@1" ${uses("fw")}`])
  })

  const folders = [
    "fw@file:///opt/fw",
    "fw @ symlink://../fw",
    "fw=file://x",
    "o/fw@/opt/my fw",
    "fw@./fw",
    "fw@..",
    "fw@."
  ]
  for (const line of folders) {
    it(`${line} is no reason to warn`, () =>
      assert.deepStrictEqual(warnings(`[env:a]\nplatform_packages = ${line}`), []))
  }

  const Piece = Schema.Literals(["fw", "o/", "@", "=", " ", "file://", "symlink://", "https://", "/", "..", ".", "1.2"])
  it.prop("warns exactly of the lines that name no folder", { pieces: Schema.Array(Piece) }, ({ pieces }) => {
    const line = pieces.join("").trim()
    if (line === "") return
    const ignored = warnings(`[env:a]\nplatform_packages = ${line}`).length > 0
    assert.strictEqual(ignored, packageOverride(line, "/project") === undefined, line)
  }, { arbitrary: { runs: 2000 } })
})
