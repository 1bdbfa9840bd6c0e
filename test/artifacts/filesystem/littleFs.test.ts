import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { ImageFile } from "../../../src/artifacts/filesystem/fileTree.ts"
import { littleFs, type LittleFsOptions } from "../../../src/artifacts/filesystem/littleFs.ts"
import { askPython } from "../../support/python.ts"
import { Random } from "../../support/random.ts"

/** As drivers have it: LittleFS.h of the core 3.1.2 for the ESP8266, others. */
const esp8266 = { size: 125 * 8192, blockSize: 8192, pageSize: 64, nameLimit: 32, cacheSize: 64 }
const esp32 = { size: 0x160000, blockSize: 4096, pageSize: 128, nameLimit: 64, cacheSize: 512 }
const small = { size: 128 * 512, blockSize: 512, pageSize: 16, nameLimit: 255, cacheSize: 64 }

const file = (name: string, bytes: Uint8Array | string): ImageFile => ({ name, bytes: Buffer.from(bytes) })

const refusal = (files: ReadonlyArray<ImageFile>, options: Partial<LittleFsOptions> = {}) =>
  Result.getOrThrow(Result.flip(littleFs(files, { ...small, ...options })))

/** littlefs finds in each image the files that it was made of, and can go on with it. */
const check = (
  images: ReadonlyArray<{ readonly files: ReadonlyArray<ImageFile>; readonly options: LittleFsOptions }>
) => {
  const answers: ReadonlyArray<any> = askPython(
    "fileSystemOracle.py",
    images.map(({ files, options }) => ({
      ...options,
      image: Buffer.from(Result.getOrThrow(littleFs(files, options))).toString("base64")
    }))
  )
  for (const [index, { files }] of images.entries()) {
    const expected = Object.fromEntries(
      files.map(({ bytes, name }) => [name, Buffer.from(bytes).toString("base64")]).toSorted()
    )
    const answer = answers[index]
    assert.isUndefined(answer.refused, `${index}: ${answer.refused}`)
    assert.deepStrictEqual(Object.fromEntries(Object.entries(answer.before).toSorted()), expected, String(index))
    assert.strictEqual(answer.after.new7, Buffer.alloc(2100, 7).toString("base64"))
    const kept = Object.entries(answer.before).filter((_, at) => at % 2 === 1)
    for (const [name, content] of kept) assert.strictEqual(answer.after[name], content, name)
  }
}

describe("littleFs", () => {
  it("makes images that littlefs reads and goes on with", () => {
    const random = new Random(1)
    const site = [
      file("index.html", "<!doctype html><title>x</title>"),
      file("empty", ""),
      file("css/a/b/c/style.css", random.bytes(300)),
      file("css/a.css", random.bytes(64)),
      file("css/b.css", random.bytes(65)),
      file("images/large.bin", random.bytes(100_000)),
      file("images/one-block.bin", random.bytes(4096)),
      file("images/one-more.bin", random.bytes(4097)),
      file("ünïcode/ß.txt", "ß")
    ]
    const many = Array.from({ length: 300 }, (_, index) => file(`f/file-${index}.txt`, `content of ${index}`))
    check([
      { files: [], options: small },
      { files: [], options: esp8266 },
      { files: site, options: esp8266 },
      { files: site, options: esp32 },
      { files: many, options: esp8266 },
      { files: many, options: esp32 },
      { files: many.slice(0, 60), options: small },
      { files: [file("long/".repeat(3) + "n".repeat(255), "x")], options: small },
      { files: [file("a", random.bytes(1_000_000))], options: esp32 }
    ])
  })

  it("of any files", () => {
    const random = new Random(5)
    check(Array.from({ length: 60 }, () => ({
      options: random.pick([esp32, { ...esp8266, size: 60 * 8192 }, { ...small, size: 900 * 512 }]),
      files: Array.from({ length: random.below(24) }, (_, index) =>
        file(
          `${random.pick(["", "d/", "d/e/", "z/y/x/"])}${"n".repeat(1 + random.below(20))}${index}`,
          random.bytes(random.pick([0, 1, 63, 64, 65, 200, 508, 512, 513, 1023, 4096, random.below(6000)]))
        ))
    })))
  })

  it("the same files in another order make the same image", () => {
    const files = [file("b", "2"), file("a/x", "1"), file("a/b", "3")]
    assert.deepStrictEqual(littleFs(files, small), littleFs(files.toReversed(), small))
  })

  it("refuses what cannot be", () => {
    assert.deepStrictEqual(refusal([file("a", new Uint8Array(70_000))]).problem, {
      _tag: "Full",
      name: "a",
      size: 65536
    })
    const folders = Array.from({ length: 64 }, (_, index) => file(`d${index}/x`, "x"))
    assert.strictEqual(refusal(folders).problem._tag, "Full")
    assert.deepStrictEqual(refusal([file("n".repeat(33), "")], { nameLimit: 32 }).problem, {
      _tag: "NameTooLong",
      name: "n".repeat(33),
      size: 33,
      limit: 32
    })
    for (const name of ["", "/a", "a/", "a//b", "../a", "a/./b", "a\0b"]) {
      assert.deepStrictEqual(refusal([file(name, "")]).problem, { _tag: "BadName", name })
    }
    for (const names of [["a", "a"], ["a", "a/b"], ["a/b", "a"]]) {
      assert.strictEqual(refusal(names.map((name) => file(name, ""))).problem._tag, "Clash", names.join(" "))
    }
    assert.strictEqual(refusal([file("a/".repeat(5000) + "b", "")]).problem._tag, "TooDeep")
    assert.isTrue(Result.isSuccess(littleFs([file("a/".repeat(128) + "b", "")], { ...small, size: 512 * 512 })))
    const geometry = [{ size: 1000 }, { size: 512 }, { size: 2 ** 40 }, { blockSize: 64 }, { blockSize: 520 }, {
      pageSize: 0
    }, {
      nameLimit: 0
    }]
    for (const options of geometry) {
      const error = refusal([], options)
      assert.strictEqual(error.problem._tag, "BadGeometry")
      assert.match(error.message, /^LittleFS image: the /)
    }
  })

  it.prop("any names and sizes make an image or an error", {
    files: Schema.Array(Schema.Struct({ name: Schema.String, bytes: Schema.Uint8Array })),
    pageSize: Schema.Int,
    blocks: Schema.Int
  }, ({ blocks, files, pageSize }) => {
    littleFs(files, small)
    littleFs(files, { ...small, pageSize, size: 512 * (blocks % 1000) })
  }, { arbitrary: { runs: 1000 } })
})
