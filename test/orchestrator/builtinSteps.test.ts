import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { embedFile } from "../../src/artifacts/embedFile.ts"
import { esp8266Image } from "../../src/artifacts/esp/esp8266Image.ts"
import { esp8266V1Image, esp8266V2Image } from "../../src/artifacts/esp/esp8266RomImage.ts"
import { espImage } from "../../src/artifacts/esp/espImage.ts"
import { parsePartitions } from "../../src/artifacts/esp/parsePartitions.ts"
import { writePartitionTable } from "../../src/artifacts/esp/partitionTable.ts"
import { littleFs } from "../../src/artifacts/filesystem/littleFs.ts"
import { spiffs } from "../../src/artifacts/filesystem/spiffs.ts"
import { boot2, boot2Source } from "../../src/artifacts/uf2/boot2.ts"
import { elfRegions, writeUf2 } from "../../src/artifacts/uf2/writeUf2.ts"
import { Disk } from "../../src/disk/Disk.ts"
import { BuiltinSteps } from "../../src/exec/BuiltinSteps.ts"
import * as Steps from "../../src/orchestrator/builtinSteps.ts"
import { materialise } from "../../src/orchestrator/materialise.ts"
import { BuiltinStep } from "../../src/plan/Action.ts"
import { makeGraph } from "../../src/plan/ActionGraph.ts"
import { SketchParser } from "../../src/sources/ino/SketchParser.ts"
import { application, arduinoElf, ebootElf } from "../artifacts/esp/elfs.ts"
import { action } from "../plan/actions.ts"
import { projectFolder } from "../sources/projectFolder.ts"
import { writeElf } from "../support/elf.ts"
import { ini, layer as planLayer, planned } from "./planned.ts"

const layer = Steps.layer.pipe(
  Layer.provide(SketchParser.layer({ wasm: "node_modules/tree-sitter-cpp/tree-sitter-cpp.wasm" })),
  Layer.provideMerge(planLayer)
)

/** A step as a platform's data would have it. */
const step = Schema.decodeUnknownSync(BuiltinStep)

const csv = "nvs, data, nvs, 0x9000, 20K\napp0, app, ota_0, 0x10000, 64K\n"
const elf = application("esp32c3", 1, 400)
const rp2040 = writeElf({
  machine: 0x28,
  entry: 0x10000001,
  sections: [],
  segments: [{ address: 0x10000000, data: Uint8Array.of(1, 2, 3) }]
})
const text = (content: string) => new TextEncoder().encode(content)
const files = {
  "firmware.elf": elf,
  "sketch.elf": arduinoElf(1),
  "eboot.elf": ebootElf(1),
  "pico.elf": rp2040,
  "partitions.csv": text(csv),
  "bad.csv": text(`${csv}x, data, fat, 0x9000, 4K\n`),
  "boot2.bin": Uint8Array.of(0, 0xb5),
  "data/index.html": text("<p>"),
  "zones.json": text("{}"),
  "empty.bin": new Uint8Array()
}

const flash = { mode: "dio", frequency: "40m", size: "4MB" } as const
const named = (path: keyof typeof files) => ({ path, bytes: files[path] })
const packed = { files: [{ name: "index.html", file: "data/index.html" }] }
const inside = [{ name: "index.html", bytes: files["data/index.html"] }]
const littleGeometry = { size: 65536, blockSize: 4096, pageSize: 256, nameLimit: 32, cacheSize: 64 }
const spiffsGeometry = {
  ...{ size: 65536, blockSize: 4096, pageSize: 256, nameLimit: 32, metaSize: 4 },
  ...{ marks: "WithLength", tableAlignment: 1 } as const
}
const pico = { familyId: 0xe48bff56, pageSize: 256, sectorSize: 4096, memory: { start: 0x10000000, end: 0x10200000 } }
const table = writePartitionTable(Result.getOrThrow(parsePartitions("partitions.csv", csv, { tableOffset: 0x8000 })))
const firmware = Result.getOrThrow(espImage("firmware.elf", elf, { chip: "esp32c3", flash }))

/** Steps, and what they make: what the pure function that each stands for makes of the same files. */
const expected: Readonly<Record<string, readonly [step: unknown, made: Result.Result<Uint8Array, unknown>]>> = {
  EspImage: [{ _tag: "EspImage", elf: "firmware.elf", chip: "esp32c3", flash }, Result.succeed(firmware)],
  "EspImage for some revisions": [
    { _tag: "EspImage", elf: "firmware.elf", chip: "esp32c3", flash, minimumRevision: 3, elfDigestOffset: 0xb0 },
    espImage("firmware.elf", elf, { chip: "esp32c3", flash, minimumRevision: 3, elfDigestOffset: 0xb0 })
  ],
  "Esp8266Image, Arduino": [
    { _tag: "Esp8266Image", elf: "sketch.elf", flash, layout: { _tag: "Arduino", eboot: "eboot.elf" } },
    esp8266Image(named("eboot.elf"), named("sketch.elf"), flash)
  ],
  "Esp8266Image, loaded": [
    { _tag: "Esp8266Image", elf: "sketch.elf", flash, layout: { _tag: "V1", part: "loaded" } },
    Result.map(esp8266V1Image(named("sketch.elf"), flash), ({ loaded }) => loaded)
  ],
  "Esp8266Image, mapped": [
    { _tag: "Esp8266Image", elf: "sketch.elf", flash, layout: { _tag: "V1", part: "mapped" } },
    Result.map(esp8266V1Image(named("sketch.elf"), flash), ({ mapped }) => mapped!.bytes)
  ],
  "Esp8266Image, version 2": [
    { _tag: "Esp8266Image", elf: "sketch.elf", flash, layout: { _tag: "V2" } },
    esp8266V2Image(named("sketch.elf"), flash)
  ],
  PartitionTable: [{ _tag: "PartitionTable", csv: "partitions.csv", tableOffset: 0x8000 }, Result.succeed(table)],
  "Uf2Image of an ELF file": [
    { _tag: "Uf2Image", source: { _tag: "Elf", file: "pico.elf" }, ...pico },
    Result.flatMap(elfRegions("pico.elf", rp2040), (regions) => writeUf2("pico.elf", regions, pico))
  ],
  "Uf2Image of a binary": [
    {
      _tag: "Uf2Image",
      source: { _tag: "Binary", file: "boot2.bin", address: 0x2000 },
      familyId: 0x68ed2b88,
      pageSize: 256,
      absoluteBlock: 0x10ffff00
    },
    writeUf2("boot2.bin", [{ address: 0x2000, data: files["boot2.bin"] }], {
      familyId: 0x68ed2b88,
      pageSize: 256,
      absoluteBlock: 0x10ffff00
    })
  ],
  Boot2: [{ _tag: "Boot2", binary: "boot2.bin", form: "binary" }, boot2("boot2.bin", files["boot2.bin"])],
  "Boot2 as source": [
    { _tag: "Boot2", binary: "boot2.bin", form: "assembler" },
    Result.map(boot2("boot2.bin", files["boot2.bin"]), (made) => text(boot2Source(made)))
  ],
  LittleFsImage: [{ _tag: "LittleFsImage", ...packed, ...littleGeometry }, littleFs(inside, littleGeometry)],
  SpiffsImage: [{ _tag: "SpiffsImage", ...packed, ...spiffsGeometry }, spiffs(inside, spiffsGeometry)],
  EmbedFile: [
    { _tag: "EmbedFile", file: "zones.json", symbol: "_binary_zones_json", content: "Text" },
    Result.succeed(text(embedFile({ path: "zones.json", symbol: "_binary_zones_json", content: "Text" })))
  ]
}

const run = Effect.fnUntraced(function*(given: unknown, more: Readonly<Record<string, Uint8Array>> = {}) {
  const disk = yield* Disk
  const root = yield* Effect.orDie(projectFolder({ "data/x": "" }))
  for (const [name, content] of Object.entries({ ...files, ...more })) {
    yield* Effect.orDie(disk.write(`${root}/${name}`, content))
  }
  const steps = yield* BuiltinSteps
  return yield* steps.run(step(given), action("out/made", [], { argv: [], mnemonic: "Image" }), root)
})

describe("built-in steps", () => {
  for (const [name, [given, made]] of Object.entries(expected)) {
    it.live(`make what their function makes: ${name}`, () =>
      Effect.gen(function*() {
        assert.isTrue(Buffer.from(yield* run(given)).equals(Result.getOrThrow(made)))
      }).pipe(Effect.scoped, Effect.provide(layer)))
  }

  const merged = {
    _tag: "MergedImage",
    chip: "esp32c3",
    parts: [{ offset: 0x8000, file: "partitions.bin" }, { offset: 0x10000, file: "firmware.bin" }],
    partitions: { file: "partitions.bin", offset: 0x8000 },
    flashSize: 0x400000
  }

  it.live("MergedImage reads the partition table, and refuses an image larger than its partition", () =>
    Effect.gen(function*() {
      const made = yield* run(merged, { "partitions.bin": table, "firmware.bin": firmware.subarray(0, 100) })
      assert.strictEqual(made.length, 0x10000 + 100)
      assert.deepStrictEqual(Buffer.from(made.subarray(0x8000, 0x8c00)), Buffer.from(table))
      const error = yield* Effect.flip(run(merged, { "partitions.bin": table, "firmware.bin": new Uint8Array(65537) }))
      assert.strictEqual(
        error.message,
        "firmware.bin: the image for partition app0 has 65537 bytes, 1 more than fit (65536)"
      )
      assert.isString(error.hint)
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("fail with the place, the reason and what helps", () =>
    Effect.gen(function*() {
      const inTable = yield* Effect.flip(run({ _tag: "PartitionTable", csv: "bad.csv", tableOffset: 0x8000 }))
      assert.deepStrictEqual(
        { path: inTable.path, line: inTable.line, message: inTable.message, hint: inTable.hint },
        {
          path: "bad.csv",
          line: 3,
          message: "bad.csv:3: the partition begins at 0x9000, before app0 ends (0x20000)",
          hint: "an empty offset field takes the next free place"
        }
      )
      const notElf = yield* Effect.flip(run({ _tag: "EspImage", elf: "zones.json", chip: "esp32", flash }))
      assert.strictEqual(notElf.message, "zones.json: not an ELF file")
      const gone = yield* Effect.flip(run({ _tag: "EspImage", elf: "gone.elf", chip: "esp32", flash }))
      assert.strictEqual(gone.message, "gone.elf: was there when the build was planned and is gone now")
      const full = yield* Effect.flip(
        run({ _tag: "LittleFsImage", ...littleGeometry, files: [{ name: "a", file: "big" }] }, {
          big: new Uint8Array(70_000)
        })
      )
      assert.strictEqual(full.message, "out/made: no room for a in 65536 bytes")
    }).pipe(Effect.scoped, Effect.provide(layer)))
})

describe("materialise", () => {
  it.live("makes what needs no command, and leaves images of what commands make", () =>
    Effect.gen(function*() {
      const { environments: [environment], projectDir } = yield* planned({
        "platformio.ini": ini(),
        "src/a.ino": "void setup() {}\nvoid loop() {}\n",
        "zones.json": "{}"
      })
      const out = environment!.buildDir
      const elfPath = `${out}/firmware.elf`
      const graph = Result.getOrThrow(makeGraph([
        ...environment!.graph.actions,
        action(`${out}/zones.S`, ["zones.json"], {
          argv: [],
          mnemonic: "Embed",
          step: step({ _tag: "EmbedFile", file: "zones.json", symbol: "_binary_zones_json", content: "Bytes" })
        }),
        action(`${out}/firmware.bin`, [elfPath], {
          argv: [],
          mnemonic: "Image",
          step: step({ _tag: "EspImage", elf: elfPath, chip: "esp32", flash })
        })
      ]))
      yield* materialise(projectDir, { ...environment!, graph })
      const disk = yield* Disk
      assert.isDefined(yield* disk.signature(`${projectDir}/${out}/zones.S`))
      assert.isDefined(yield* disk.signature(`${projectDir}/${out}/src/a.ino.cpp`))
      assert.isUndefined(yield* disk.signature(`${projectDir}/${out}/firmware.bin`))
    }).pipe(Effect.scoped, Effect.provide(layer)))
})
