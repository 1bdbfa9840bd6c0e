import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type BuildFacts, buildInfo } from "../../src/artifacts/buildInfo.ts"
import { describeImages } from "../../src/artifacts/images.ts"
import { Disk } from "../../src/disk/Disk.ts"
import * as DiskNode from "../../src/disk/DiskNode.ts"
import { pathFrom } from "../../src/domain/paths.ts"
import { action, graphOf } from "../plan/actions.ts"
import { projectFolder } from "../sources/projectFolder.ts"

const layer = Layer.merge(NodeFileSystem.layer, DiskNode.layer)

// NIST's examples of SHA-256: "abc" and the empty text.
const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
const nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

describe("describeImages", () => {
  it.live("every output of an image step", () =>
    Effect.gen(function*() {
      const disk = yield* Disk
      const root = yield* projectFolder({ "p/out/firmware.uf2": "abc" })
      const graph = graphOf(
        action("out/zones.S", [], { mnemonic: "Embed" }),
        action("out/firmware.uf2", ["out/firmware.elf"], { mnemonic: "Image" })
      )
      assert.deepStrictEqual(
        yield* describeImages(`${root}/p`, graph, (path) => disk.digest(pathFrom(`${root}/p`, path))),
        [
          { kind: "uf2", path: "out/firmware.uf2", sha256: abc, bytes: 3 }
        ]
      )
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("every output of objcopy that is there, inside and outside of the project", () =>
    Effect.gen(function*() {
      const disk = yield* Disk
      const root = yield* projectFolder({ "p/out/firmware.hex": "abc", "far/firmware.eep": "" })
      const graph = graphOf(
        action("out/firmware.elf", [], { mnemonic: "Link" }),
        action(["out/firmware.hex", "out/gone.bin"], ["out/firmware.elf"], { mnemonic: "Objcopy" }),
        action(`${root}/far/firmware.eep`, ["out/firmware.elf"], { mnemonic: "Objcopy" })
      )
      assert.deepStrictEqual(
        yield* describeImages(`${root}/p`, graph, (path) => disk.digest(pathFrom(`${root}/p`, path))),
        [
          { kind: "hex", path: "out/firmware.hex", sha256: abc, bytes: 3 },
          { kind: "eep", path: `${root}/far/firmware.eep`, sha256: nothing, bytes: 0 }
        ]
      )
    }).pipe(Effect.scoped, Effect.provide(layer)))
})

describe("buildInfo", () => {
  it("tells what an image was made from", () => {
    const facts: BuildFacts = {
      environment: "uno",
      board: { id: "uno", name: "Arduino Uno", vendor: "uno" },
      platform: "avr",
      toolchain: { compiler: "/tools/gcc", version: "7.3.0", identity: abc },
      core: { path: "/core", version: "1.8.7", source: "system", files: { "platform.txt": abc, "boards.txt": "" } },
      elf: { path: "out/firmware.elf", sha256: abc },
      fuses: {},
      sizes: { flash: { used: 10, max: 20 }, ram: { used: 5 } },
      images: [{ kind: "hex", path: "out/firmware.hex", sha256: abc, bytes: 3 }]
    }
    const { fuses, sizes, ...told } = facts
    const text = buildInfo(facts)
    const info = JSON.parse(text)
    assert.deepStrictEqual(info, { ...told, size: sizes, reproduce: ["fbuild", "build", "-e", "uno"] })
    assert.strictEqual(Object.keys(info).join(), "environment,board,platform,toolchain,core,elf,images,size,reproduce")
    assert.deepStrictEqual(fuses, {})
    assert.isTrue(text.endsWith("}\n"))
  })
})
