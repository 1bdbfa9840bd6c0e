import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Crypto from "node:crypto"
import type { ImageFile } from "../../../src/artifacts/filesystem/fileTree.ts"
import { spiffs, type SpiffsOptions } from "../../../src/artifacts/filesystem/spiffs.ts"

/** As ESP-IDF's component and Arduino's core for the ESP32 have it. */
const esp32: SpiffsOptions = {
  size: 0x160000,
  blockSize: 4096,
  pageSize: 256,
  nameLimit: 32,
  metaSize: 4,
  marks: "WithLength",
  tableAlignment: 1
}
/** As `spiffs_config.h` of the ESP8266's core 3.1.2 has it. */
const esp8266: SpiffsOptions = {
  ...esp32,
  size: 125 * 8192,
  blockSize: 8192,
  metaSize: 0,
  marks: "Plain",
  tableAlignment: 2
}

const content = (size: number, index: number) =>
  Uint8Array.from({ length: size }, (_, at) => at * 7 + index * 13 + (at >> 8))

const files = (sizes: ReadonlyArray<number>): ReadonlyArray<ImageFile> =>
  sizes.map((size, index) => ({ name: `f${String(index).padStart(2, "0")}.bin`, bytes: content(size, index) }))

const refusal = (given: ReadonlyArray<ImageFile>, options: Partial<SpiffsOptions> = {}) =>
  Result.getOrThrow(Result.flip(spiffs(given, { ...esp32, size: 65536, ...options })))

describe("spiffs", () => {
  const sizes = [0, 1, 251, 252, 253, 5000, 70000, 3]
  // SHA-256 of what ESP-IDF's spiffsgen.py makes of these files, which is on no package index.
  const expected: ReadonlyArray<readonly [string, SpiffsOptions, ReadonlyArray<number>, string]> = [
    ["esp32", esp32, sizes, "4ed50a13bf17f51684fa65a5822fa0cb82058e945c57ce38c4b72a0a620a37f9"],
    ["esp8266", esp8266, sizes, "63561752d99c4d06a1def023bc0981ce3b1ffe25b64961b2695bc85020bf18fb"],
    ["no files", { ...esp32, size: 65536 }, [], "5b9023fc696cca8f2ae60dc8dda8621ec3f12518fc7a3f36a306d26714841746"],
    [
      "several tables a block",
      { ...esp32, size: 524288, blockSize: 65536 },
      [200000, 100000, 1],
      "21047dfc720c89d6ce78b427a8fe7a3cf6b6cda0e1e054b7c08b30fa01f76067"
    ],
    [
      "full blocks",
      { ...esp32, size: 32768 },
      [3514, 3263, 3514],
      "abb780be6f02111060699cc42fa95d9a783114ca2da1ad068f61b9694cf03efb"
    ],
    [
      "many files, larger pages",
      { ...esp32, size: 65536, pageSize: 512, nameLimit: 64, metaSize: 0 },
      Array.from({ length: 40 }, () => 100),
      "aa105b243ccd76ac43db5e737d6b099657661b72ef6524b2e1ac9e3fa206dd43"
    ],
    [
      "odd headers",
      { ...esp32, size: 65536, nameLimit: 31, metaSize: 1, tableAlignment: 2 },
      [9999, 77],
      "218cad3e3a00679901dfd4782a5e2a2a5ba9e56df0d77d763ec532fae9eb0ded"
    ]
  ]
  for (const [name, options, sizes, digest] of expected) {
    it(`makes what spiffsgen.py makes: ${name}`, () => {
      const image = Result.getOrThrow(spiffs(files(sizes), options))
      assert.strictEqual(Crypto.createHash("sha256").update(image).digest("hex"), digest)
    })
  }

  it("the same files in another order make the same image", () => {
    assert.deepStrictEqual(spiffs(files(sizes), esp32), spiffs(files(sizes).toReversed(), esp32))
  })

  it("refuses what cannot be", () => {
    assert.deepStrictEqual(refusal([{ name: "a", bytes: new Uint8Array(70_000) }]).problem, {
      _tag: "Full",
      name: "a",
      size: 65536
    })
    assert.deepStrictEqual(refusal([{ name: "n".repeat(31), bytes: new Uint8Array() }]).problem, {
      _tag: "NameTooLong",
      name: "n".repeat(31),
      size: 33,
      limit: 32
    })
    assert.isTrue(Result.isSuccess(spiffs([{ name: "n".repeat(30), bytes: new Uint8Array() }], esp32)))
    assert.strictEqual(refusal([...files([1]), ...files([2])]).problem._tag, "Clash")
    assert.strictEqual(refusal([{ name: "../a", bytes: new Uint8Array() }]).problem._tag, "BadName")
    const geometry = [
      { size: 1000 },
      { size: 4096 },
      { blockSize: 300 },
      { blockSize: 512 },
      { pageSize: 32 },
      { pageSize: 0 },
      { size: 0x2000000 },
      { nameLimit: 1 },
      { nameLimit: 250 },
      { metaSize: -1 },
      { metaSize: 250 }
    ]
    for (const options of geometry) assert.strictEqual(refusal([], options).problem._tag, "BadGeometry")
  })

  it.prop("any names and sizes make an image or an error", {
    given: Schema.Array(Schema.Struct({ name: Schema.String, bytes: Schema.Uint8Array })),
    pageSize: Schema.Int,
    nameLimit: Schema.Int
  }, ({ given, nameLimit, pageSize }) => {
    spiffs(given, { ...esp32, size: 65536 })
    spiffs(given, { ...esp32, size: 65536, pageSize, nameLimit })
  }, { arbitrary: { runs: 1000 } })
})
