import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import { buildInfo } from "../../src/artifacts/buildInfo.ts"
import { describeImages } from "../../src/artifacts/images.ts"
import * as DiskNode from "../../src/disk/DiskNode.ts"
import { action, graphOf } from "../plan/actions.ts"
import { projectFolder } from "../sources/projectFolder.ts"

const layer = Layer.merge(NodeFileSystem.layer, DiskNode.layer)

// NIST's examples of SHA-256: "abc" and the empty text.
const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
const nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

describe("describeImages", () => {
  it.live("every output of an image step", () =>
    Effect.gen(function*() {
      const root = yield* projectFolder({ "p/out/firmware.uf2": "abc" })
      const graph = graphOf(
        action("out/zones.S", [], { mnemonic: "Embed" }),
        action("out/firmware.uf2", ["out/firmware.elf"], { mnemonic: "Image" })
      )
      assert.deepStrictEqual(yield* describeImages(`${root}/p`, graph), [
        { kind: "uf2", path: "out/firmware.uf2", sha256: abc, bytes: 3 }
      ])
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("every output of objcopy that is there, inside and outside of the project", () =>
    Effect.gen(function*() {
      const root = yield* projectFolder({ "p/out/firmware.hex": "abc", "far/firmware.eep": "" })
      const graph = graphOf(
        action("out/firmware.elf", [], { mnemonic: "Link" }),
        action(["out/firmware.hex", "out/gone.bin"], ["out/firmware.elf"], { mnemonic: "Objcopy" }),
        action(`${root}/far/firmware.eep`, ["out/firmware.elf"], { mnemonic: "Objcopy" })
      )
      assert.deepStrictEqual(yield* describeImages(`${root}/p`, graph), [
        { kind: "hex", path: "out/firmware.hex", sha256: abc, bytes: 3 },
        { kind: "eep", path: `${root}/far/firmware.eep`, sha256: nothing, bytes: 0 }
      ])
    }).pipe(Effect.scoped, Effect.provide(layer)))
})

describe("buildInfo", () => {
  it.live("tells what an image was made from", () =>
    Effect.gen(function*() {
      const root = yield* projectFolder({ "out/firmware.elf": "abc", "core/platform.txt": "abc" })
      const facts = {
        environment: "uno",
        board: { id: "uno", name: "Arduino Uno", vendor: "uno" },
        platform: "avr",
        toolchain: { compiler: `${root}/gcc`, version: "7.3.0", identity: abc },
        core: { path: `${root}/core`, version: "1.8.7", source: "system" },
        elf: "out/firmware.elf",
        fuses: {},
        sizes: { flash: { used: 10, max: 20 }, ram: { used: 5 } },
        images: [{ kind: "hex", path: "out/firmware.hex", sha256: abc, bytes: 3 }]
      }
      const text = yield* buildInfo(root, facts)
      assert.deepStrictEqual(JSON.parse(text), {
        environment: "uno",
        board: facts.board,
        platform: "avr",
        toolchain: facts.toolchain,
        core: { ...facts.core, files: { "platform.txt": abc, "boards.txt": "" } },
        elf: { path: "out/firmware.elf", sha256: abc },
        images: facts.images,
        size: facts.sizes,
        reproduce: ["fbuild", "build", "-e", "uno"]
      })
      // The same build tells the same, and what it tells changes with what it was made from.
      assert.strictEqual(yield* buildInfo(root, facts), text)
      const fs = yield* FileSystem.FileSystem
      yield* fs.writeFileString(`${root}/core/platform.txt`, "other")
      assert.notStrictEqual(yield* buildInfo(root, facts), text)
      assert.isTrue(text.endsWith("}\n"))
    }).pipe(Effect.scoped, Effect.provide(layer)))
})
