import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as DiskNode from "../../src/disk/DiskNode.ts"
import { findTool } from "../../src/toolchain/findTool.ts"
import { projectFolder } from "../sources/projectFolder.ts"

const layer = Layer.merge(NodeFileSystem.layer, DiskNode.layer)

const requirement = { name: "x-tools", package: "toolchain-x", programs: ["bin/x-gcc", "bin/x-g++"] }

/** Looks for the tool on a machine with these programs: `own/`, `home/` (of fbuild), `user/`, `core/` and what `PATH` has. */
const found = (
  programs: ReadonlyArray<string>,
  more: {
    readonly platformPackages?: ReadonlyArray<string>
    readonly path?: ReadonlyArray<string>
    readonly tool?: Partial<typeof requirement>
  } = {}
) =>
  Effect.gen(function*() {
    const root = yield* projectFolder(Object.fromEntries(["project/x", ...programs].map((path) => [path, ""])))
    const search = {
      projectDir: `${root}/project`,
      home: `${root}/home`,
      platformPackages: more.platformPackages ?? [],
      variables: { HOME: `${root}/user`, PATH: (more.path ?? []).map((folder) => `${root}/${folder}`).join(":") }
    }
    const tool = { ...requirement, ...more.tool, written: `${root}/core/tools` }
    const result = yield* Effect.result(findTool(tool, search))
    const relative = (text: string) => text.replaceAll(`${root}/`, "")
    if (result._tag === "Failure") return relative(`${result.failure.message} | ${result.failure.hint}`)
    return result.success === undefined ? undefined : `${result.success.source} ${relative(result.success.path)}`
  }).pipe(Effect.scoped, Effect.provide(layer))

describe("findTool", () => {
  const places = [
    "own/bin/x-gcc",
    "home/packages/x-tools/bin/x-gcc",
    "home/packages/toolchain-x/bin/x-gcc",
    "user/.arduino15/packages/acme/tools/x-tools/9.1.0/bin/x-gcc",
    "user/.platformio/packages/x-tools/bin/x-gcc",
    "user/.platformio/packages/toolchain-x/bin/x-gcc",
    "core/tools/bin/x-gcc",
    "usr/bin/x-gcc"
  ]
  const answers = [
    "platform_packages project/../own",
    "store home/packages/x-tools",
    "store home/packages/toolchain-x",
    "arduino user/.arduino15/packages/acme/tools/x-tools/9.1.0",
    "platformio user/.platformio/packages/x-tools",
    "platformio user/.platformio/packages/toolchain-x",
    "core core/tools",
    "system usr"
  ]
  answers.forEach((answer, index) =>
    it.live(`${answer.split(" ")[0]}: ${places[index]}, whatever comes after it`, () =>
      Effect.gen(function*() {
        const platformPackages = index === 0 ? ["toolchain-x@symlink://../own"] : []
        assert.strictEqual(yield* found(places.slice(index), { platformPackages, path: ["usr/bin"] }), answer)
      }))
  )

  it.live("of Arduino's packages the newest version, or the one that the core names", () =>
    Effect.gen(function*() {
      const tools = "user/.arduino15/packages/acme/tools/x-tools"
      const versions = ["9.1.0", "10.2.0", "10.2.0-rc1"].map((version) => `${tools}/${version}/bin/x-gcc`)
      assert.strictEqual(yield* found(versions), `arduino ${tools}/10.2.0`)
      assert.strictEqual(yield* found(versions, { tool: { name: "x-tools-9.1.0" } }), `arduino ${tools}/9.1.0`)
    }))

  it.live("a package of the project by the tool's name without its version, too", () =>
    Effect.gen(function*() {
      const tool = { name: "CMSIS-4.5.0", programs: [] }
      assert.strictEqual(
        yield* found(["own/x"], { tool, platformPackages: ["CMSIS@../own"] }),
        "platform_packages project/../own"
      )
    }))

  it.live("on PATH only where the program's folder is that of the tool: wrappers are elsewhere", () =>
    Effect.gen(function*() {
      const path = ["ccache", "none", "usr/bin/"]
      assert.strictEqual(yield* found(["ccache/x-gcc", "usr/bin/x-gcc"], { path }), "system usr")
      assert.strictEqual(
        yield* found(["usr/bin/uf2"], { path, tool: { name: "uf2", programs: ["uf2"] } }),
        "system usr/bin"
      )
    }))

  it.live("a folder without the first program does not count", () =>
    Effect.gen(function*() {
      const programs = ["home/packages/x-tools/bin/x-g++", "usr/bin/x-gcc"]
      assert.strictEqual(yield* found(programs, { path: ["usr/bin"] }), "system usr")
    }))

  it.live("a folder that the project names and that has no such program is an error, though PATH has one", () =>
    Effect.gen(function*() {
      assert.strictEqual(
        yield* found(["own/x-gcc", "usr/bin/x-gcc"], { platformPackages: ["x-tools@../own"], path: ["usr/bin"] }),
        "x-gcc not found in project/../own/bin | name the folder of a package that has it: platform_packages = NAME@file:///path/to/it"
      )
    }))

  it.live("nowhere: where it was looked for, and the Debian packages that have it", () =>
    Effect.gen(function*() {
      const answer = yield* found([], { path: ["usr/bin"], tool: { programs: ["bin/avr-gcc"] } })
      assert.strictEqual(
        answer,
        "avr-gcc not found in home/packages/x-tools/bin, home/packages/toolchain-x/bin, user/.platformio/packages/x-tools/bin, "
          + "user/.platformio/packages/toolchain-x/bin, core/tools/bin, usr/bin | "
          + "sudo apt-get install gcc-avr binutils-avr avr-libc"
      )
    }))

  it.live("a tool of which recipes start nothing may be nowhere", () =>
    Effect.gen(function*() {
      assert.isUndefined(yield* found([], { tool: { programs: [] } }))
      assert.strictEqual(yield* found(["core/tools/x"], { tool: { programs: [] } }), "core core/tools")
    }))
})
