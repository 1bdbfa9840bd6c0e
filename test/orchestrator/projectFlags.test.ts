import { assert, describe, it } from "@effect/vitest"
import { platform } from "../../platforms/avr/platform.ts"
import { applies, projectFlags } from "../../src/orchestrator/projectFlags.ts"
import { Overlay } from "../../src/plan/PlatformSpec.ts"
import { environment } from "../config/project.ts"
import { ini } from "./planned.ts"

const flagsOf = (more: string, buildType: "release" | "debug" = "release") =>
  projectFlags({ ...platform, overlays: [] }, environment(ini(more)), "7.3.0", "atmega328p", buildType)

describe("projectFlags", () => {
  it("build_flags are for everything, build_src_flags for the project's own", () => {
    const { project, vendor } = flagsOf("build_flags = -DALL -O3\nbuild_src_flags = -DOWN -std=c++17")
    assert.includeMembers([...vendor.cxx], ["-DALL", "-O3"])
    assert.notInclude(vendor.cxx, "-DOWN")
    assert.includeMembers([...project.cxx], ["-DALL", "-O3", "-DOWN", "-std=c++17"])
    assert.notInclude(project.c, "-std=c++17")
    assert.isTrue(vendor.c.some((flag) => flag.startsWith("-DPLATFORMIO=")))
  })

  it("linker flags and libraries go to the link, and only there", () => {
    const { link, vendor } = flagsOf("build_flags = -Wl,--cref -lm -L/x")
    assert.deepStrictEqual(link.libraries, ["-lm"])
    assert.includeMembers([...link.flags], ["-Wl,--cref", "-L/x"])
    assert.notInclude(vendor.cxx, "-Wl,--cref")
  })

  it("debug: debug_build_flags in place of the project's own -O and -g", () => {
    const { link, vendor } = flagsOf("build_flags = -O3 -g1 -DX\ndebug_build_flags = -Og -g3", "debug")
    assert.notIncludeMembers([...vendor.cxx], ["-O3", "-g1"])
    assert.includeMembers([...vendor.cxx], ["-DX", "-D__PLATFORMIO_BUILD_DEBUG__", "-Og", "-g3"])
    assert.includeMembers([...link.flags], ["-Og", "-g3"])
  })
})

const overlay = (more: object) => Overlay.make({ why: "because", ...more })

const cxx = (version: string) => projectFlags(platform, environment(ini()), version, "atmega328p", "release").vendor.cxx

describe("overlays", () => {
  it("apply to the compilers and MCUs that they name", () => {
    const old = overlay({ compilerVersion: "<6.0.0" })
    assert.deepStrictEqual(
      ["5.4.0", "5", "5.4.0-x", "6.0.0", "14.2", "unknown"].map((version) => applies(old, version, "m")),
      [true, true, true, false, false, false]
    )
    assert.isTrue(applies(overlay({}), "unknown", "m"))
    assert.isTrue(applies(overlay({ mcu: "m" }), "5.4.0", "m"))
    assert.isFalse(applies(overlay({ mcu: "m" }), "5.4.0", "other"))
  })

  it("are there for the compiler that needs them", () => {
    assert.include(cxx("5.4.0"), "-DDECIMAL_DIG=__DECIMAL_DIG__")
    assert.notInclude(cxx("7.3.0"), "-DDECIMAL_DIG=__DECIMAL_DIG__")
  })
})
