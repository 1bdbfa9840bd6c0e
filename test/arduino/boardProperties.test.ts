import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { boardProperties, type BuildValues } from "../../src/arduino/boardProperties.ts"
import { resolveBoard } from "../../src/arduino/boards.ts"
import { expand } from "../../src/arduino/expandProperty.ts"
import { makePlatform, parseCoreReference, type PlatformFiles } from "../../src/arduino/platform.ts"
import { literalProperties } from "../../src/arduino/Properties.ts"
import { blink } from "./debianAvr.ts"

const files: PlatformFiles = {
  vendor: "acme",
  architecture: "avr",
  path: "/hw/acme/avr",
  os: "linux",
  platformTxt: {
    path: "platform.txt",
    text: [
      "name=Acme Boards",
      "version=1.2.3",
      "layer=platform",
      "tool=plain",
      "tool.linux=linux",
      "overridden.linux=linux",
      "compiler.warning_flags.all=-Wall -Wextra",
      "compiler.warning_flags.none=-w",
      "compiler.optimization_flags=?",
      "compiler.optimization_flags.release=-Os",
      "compiler.optimization_flags.debug=-Og -g3"
    ].join("\n")
  },
  platformLocalTxt: { path: "platform.local.txt", text: "local=yes\noverridden=local\nsoftware=NOT" },
  boardsTxt: {
    path: "boards.txt",
    text: [
      "menu.cpu=CPU",
      "b.name=B",
      "b.layer=board",
      "b.build.core=arduino",
      "b.build.variant={kind}",
      "b.kind=other:standard",
      "b.menu.cpu.x=X",
      "b.menu.cpu.x.layer=option",
      "plain.name=P",
      "plain.build.core=tiny",
      "plain.build.board=ACME_P",
      "coreless.name=C"
    ].join("\n")
  }
}
const platform = Result.getOrThrow(makePlatform(files))
const build = (board: string, values: Partial<BuildValues> = {}) => {
  const properties = Result.flatMap(
    resolveBoard(platform.boards, board),
    (resolved) => boardProperties(platform, resolved, { ...blink, ...values })
  )
  return (key: string) => Result.getOrThrow(properties).get(key)?.value
}

describe("makePlatform", () => {
  it("reads name, version and layers", () => {
    assert.strictEqual(platform.name, "Acme Boards")
    assert.strictEqual(platform.version, "1.2.3")
    assert.strictEqual(platform.properties.get("tool")?.value, "linux")
    assert.strictEqual(platform.properties.get("overridden")?.value, "local")
  })

  it("needs no platform.txt", () => {
    const bare = Result.getOrThrow(makePlatform({ ...files, platformTxt: undefined, platformLocalTxt: undefined }))
    assert.strictEqual(bare.name, "acme:avr")
    assert.strictEqual(bare.properties.size, 0)
  })
})

describe("parseCoreReference", () => {
  it("splits off the vendor", () => {
    assert.deepStrictEqual(parseCoreReference("arduino"), { name: "arduino" })
    assert.deepStrictEqual(parseCoreReference("arduino:standard"), { vendor: "arduino", name: "standard" })
  })
})

describe("boardProperties", () => {
  it("has the values of the specification", () => {
    const get = build("b", { buildPath: "/tmp/b", sourcePath: "/p/src", projectName: "Blink.ino", timeUtc: 1234 })
    const expected = {
      _id: "b",
      "runtime.platform.path": "/hw/acme/avr",
      "runtime.hardware.path": "/hw/acme",
      "runtime.ide.path": "/usr/share/arduino",
      "runtime.ide.version": "10819",
      ide_version: "10819",
      "runtime.os": "linux",
      software: "ARDUINO",
      "build.arch": "AVR",
      "build.board": "AVR_B",
      "build.fqbn": "acme:avr:b:cpu=x",
      "build.path": "/tmp/b",
      "build.project_name": "Blink.ino",
      "build.source.path": "/p/src",
      "build.library_discovery_phase": "0",
      "build.core.path": "/hw/acme/avr/cores/arduino",
      "build.variant.path": "/hw/acme/avr/variants/standard",
      "build.system.path": "/hw/acme/avr/system",
      "extra.time.utc": "1234",
      "extra.time.local": "1234",
      "extra.time.zone": "0",
      "extra.time.dst": "0"
    }
    for (const [key, value] of Object.entries(expected)) assert.strictEqual(get(key), value, key)
    const plain = build("plain")
    assert.strictEqual(plain("build.board"), "ACME_P")
    assert.strictEqual(plain("build.fqbn"), "acme:avr:plain")
    assert.strictEqual(plain("build.variant.path"), "")
  })

  it("layers platform, board, option, overlay, build", () => {
    assert.strictEqual(build("plain")("layer"), "platform")
    assert.strictEqual(build("b")("layer"), "option")
    const overlays = [
      literalProperties({ layer: "low", "build.core": "mine" }, "overlay"),
      literalProperties({ layer: "high", "build.path": "ignored" }, "overlay")
    ]
    const get = build("b", { overlays })
    assert.strictEqual(get("layer"), "high")
    assert.strictEqual(get("build.core.path"), "/hw/acme/avr/cores/mine")
    assert.strictEqual(get("build.path"), "build")
  })

  it("takes core and variant from the platforms referred to, and the core platform's properties", () => {
    const other = Result.getOrThrow(makePlatform({
      ...files,
      vendor: "other",
      path: "/hw/other/avr",
      platformTxt: { path: "other.txt", text: "layer=core\nonly.core=1" },
      platformLocalTxt: undefined
    }))
    const get = build("plain", { corePlatform: other, variantPlatform: other })
    assert.strictEqual(get("only.core"), "1")
    assert.strictEqual(get("layer"), "platform")
    assert.strictEqual(get("build.core.path"), "/hw/other/avr/cores/tiny")
    assert.strictEqual(get("build.core.platform.path"), "/hw/other/avr")
    assert.strictEqual(get("build.board.platform.path"), "/hw/acme/avr")
    assert.strictEqual(get("runtime.platform.path"), "/hw/acme/avr")
    assert.strictEqual(build("b", { variantPlatform: other })("build.variant.path"), "/hw/other/avr/variants/standard")
  })

  it("chooses warning and optimization flags", () => {
    assert.strictEqual(build("b", { warnings: "all" })("compiler.warning_flags"), "-Wall -Wextra")
    assert.strictEqual(build("b", { warnings: "more" })("compiler.warning_flags"), "")
    assert.strictEqual(build("b")("compiler.optimization_flags"), "-Os")
    assert.strictEqual(build("b", { optimization: "debug" })("compiler.optimization_flags"), "-Og -g3")
  })

  it("knows tools by name and by version", () => {
    const get = build("b", {
      tools: [
        { name: "gcc", path: "/t/gcc7" },
        { name: "gcc-5.4.0", path: "/t/gcc5" }
      ]
    })
    assert.strictEqual(get("runtime.tools.gcc.path"), "/t/gcc7")
    assert.strictEqual(get("runtime.tools.gcc-5.4.0.path"), "/t/gcc5")
  })

  it("reports a board without a core", () => {
    const board = Result.getOrThrow(resolveBoard(platform.boards, "coreless"))
    const error = Result.getOrThrow(Result.flip(boardProperties(platform, board, blink)))
    assert.strictEqual(error.message, "boards.txt: board coreless uses {build.core}, which is not defined")
  })

  it("leaves references for the recipe to expand", () => {
    const board = Result.getOrThrow(resolveBoard(platform.boards, "b"))
    const properties = Result.getOrThrow(boardProperties(platform, board, blink))
    assert.strictEqual(properties.get("build.variant")?.value, "{kind}")
    const origin = { path: "x", line: 0, key: "x" }
    assert.strictEqual(Result.getOrThrow(expand(properties, "{build.variant}", origin)), "other:standard")
  })
})
