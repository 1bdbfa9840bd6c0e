import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as DiskNode from "../../src/disk/DiskNode.ts"
import { findCore } from "../../src/packages/findCore.ts"
import { projectFolder } from "../sources/projectFolder.ts"

const layer = Layer.merge(NodeFileSystem.layer, DiskNode.layer)

const core = (folder: string) => ({ [`${folder}/platform.txt`]: "", [`${folder}/boards.txt`]: "" })

/** Finds the core `fw`, `acme:z80`, in a folder with these files: `project/`, `home/` (fbuild's), `user/`, `sys1/` and `sys2/`. */
const found = (files: Readonly<Record<string, string>>, platformPackages: ReadonlyArray<string> = []) =>
  Effect.gen(function*() {
    const root = yield* projectFolder({ "project/platformio.ini": "", ...files })
    const requirement = {
      package: "fw",
      vendor: "acme",
      architecture: "z80",
      systemPaths: [`${root}/sys1`, `${root}/sys2`],
      debianPackages: ["arduino-core"]
    }
    const search = {
      projectDir: `${root}/project`,
      home: `${root}/home`,
      platformPackages,
      variables: { HOME: `${root}/user` }
    }
    const exit = yield* Effect.result(findCore(requirement, search))
    const relative = (text: string) => text.replaceAll(`${root}/`, "")
    return exit._tag === "Success"
      ? `${exit.success.source} ${relative(exit.success.path)}`
      : `${exit.failure._tag} ${relative(exit.failure.message)}`
  }).pipe(Effect.scoped, Effect.provide(layer))

describe("findCore", () => {
  const all = { ...core("own"), ...core("home/packages/fw"), ...core("sys1"), ...core("sys2") }

  it.live("the project's own, then the store's, then the system's in their order", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* found(all, ["fw @ symlink://../own"]), "platform_packages project/../own")
      assert.strictEqual(yield* found(all), "store home/packages/fw")
      assert.strictEqual(yield* found({ ...core("sys1"), ...core("sys2") }), "system sys1")
      assert.strictEqual(yield* found(core("sys2")), "system sys2")
    }))

  it.live("between those: the project's hardware folder, Arduino's folders, PlatformIO's packages", () =>
    Effect.gen(function*() {
      const places = [
        ["store home/packages/acme/z80", "home/packages/acme/z80"],
        ["store home/packages/acme/hardware/z80/1.0.0", "home/packages/acme/hardware/z80/1.0.0"],
        ["project project/hardware/acme/z80", "project/hardware/acme/z80"],
        ["arduino user/Arduino/hardware/acme/z80", "user/Arduino/hardware/acme/z80"],
        [
          "arduino user/.arduino15/packages/acme/hardware/z80/1.10.0",
          "user/.arduino15/packages/acme/hardware/z80/1.10.0"
        ],
        ["platformio user/.platformio/packages/fw", "user/.platformio/packages/fw"],
        ["system sys1", "sys1"]
      ] as const
      const older = core("user/.arduino15/packages/acme/hardware/z80/1.9.0")
      for (const [index, [expected]] of places.entries()) {
        const files = places.slice(index).map(([, folder]) => core(folder))
        assert.strictEqual(yield* found(Object.assign({}, ...index < 5 ? [older] : [], ...files)), expected)
      }
    }))

  it.live("at most two levels down, the shallowest and then the first by name", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* found({ ...core("sys1/hardware/avr") }), "system sys1/hardware/avr")
      assert.strictEqual(yield* found({ ...core("sys1/a/b"), ...core("sys1/z"), ...core("sys1/c") }), "system sys1/c")
      assert.match(yield* found(core("sys1/a/b/c")), /^PackageMissing/)
    }))

  it.live("a folder needs both files", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* found({ "sys1/platform.txt": "", ...core("sys2") }), "system sys2")
    }))

  it.live("a folder that the project names and that is no core is an error, whatever else is installed", () =>
    Effect.gen(function*() {
      assert.strictEqual(
        yield* found(all, ["fw@file:///nowhere"]),
        "PackageUnusable fw at /nowhere: no folder with platform.txt and boards.txt in it"
      )
    }))

  it.live("of several lines for one package the last one counts; other packages and versions do not", () =>
    Effect.gen(function*() {
      const lines = ["fw@../sys1", "fw@../own", "other@/nowhere", "fw@^1.0.0"]
      assert.strictEqual(yield* found(all, lines), "platform_packages project/../own")
    }))

  it.live("a missing core says where it was looked for and what helps", () =>
    Effect.gen(function*() {
      assert.strictEqual(
        yield* found({}),
        "PackageMissing fw is not installed: looked in home/packages/fw, home/packages/acme/z80, home/packages/acme/hardware/z80, "
          + "project/hardware/acme/z80, user/Arduino/hardware/acme/z80, user/.arduino15/packages/acme/hardware/z80, "
          + "user/.platformio/packages/fw, sys1, sys2"
      )
      const search = { projectDir: "/p", home: "/h", platformPackages: [], variables: {} }
      const error = yield* Effect.flip(
        findCore(
          { package: "fw", vendor: "acme", architecture: "z80", systemPaths: [], debianPackages: ["a", "b"] },
          search
        ).pipe(Effect.provide(layer))
      )
      assert.strictEqual(
        (error as { hint?: string }).hint,
        "sudo apt-get install a b, or name a folder: platform_packages = fw@file:///path/to/it"
      )
    }))
})
