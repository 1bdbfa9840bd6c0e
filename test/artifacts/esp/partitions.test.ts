import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { parsePartitions, type PartitionOptions } from "../../../src/artifacts/esp/parsePartitions.ts"
import { readPartitionTable, writePartitionTable } from "../../../src/artifacts/esp/partitionTable.ts"
import { askPython } from "../../support/python.ts"
import { Random } from "../../support/random.ts"

const usual = { tableOffset: 0x8000, bootLoaderOffset: 0x1000 }

const binary = (csv: string, options: PartitionOptions = usual) =>
  Result.map(parsePartitions("partitions.csv", csv, options), writePartitionTable)

const problem = (csv: string, options: PartitionOptions = usual) => {
  const error = Result.getOrThrow(Result.flip(binary(csv, options)))
  return { message: error.message, problem: error.problem }
}

/** What ESP-IDF's gen_esp32part.py makes of each. */
const espIdf = (csvs: ReadonlyArray<string>, options: PartitionOptions = usual): ReadonlyArray<Buffer | string> =>
  askPython(
    "partitionsOracle.py",
    csvs.map((csv) => ({
      csv,
      offset: options.tableOffset,
      bootLoader: options.bootLoaderOffset ?? null,
      flashSize: options.flashSize ?? null
    }))
  ).map(({ made, refused }: { made?: string; refused?: string }) =>
    made === undefined ? refused! : Buffer.from(made, "base64")
  )

// As Arduino's core 3 has it in tools/partitions.
const arduinoDefault = `# Name,   Type, SubType, Offset,  Size, Flags
nvs,      data, nvs,     0x9000,  0x5000,
otadata,  data, ota,     0xe000,  0x2000,
app0,     app,  ota_0,   0x10000, 0x140000,
app1,     app,  ota_1,   0x150000,0x140000,
spiffs,   data, spiffs,  0x290000,0x160000,
coredump, data, coredump,0x3F0000,0x10000,
`

const accepted: Readonly<Record<string, string>> = {
  "Arduino's default": arduinoDefault,
  "all names of subtypes": [
    ...["factory", "test", ...Array.from({ length: 16 }, (_, index) => `ota_${index}`), "tee_0", "tee_1"]
      .map((name) => `a_${name}, app, ${name}, , 64K`),
    ...[
      "ota",
      "phy",
      "nvs",
      "coredump",
      "nvs_keys",
      "efuse",
      "undefined",
      "esphttpd",
      "fat",
      "spiffs",
      "littlefs",
      "tee_ota"
    ]
      .map((name) => `d_${name}, data, ${name}, , ${name.endsWith("ota") ? "0x2000" : "12K"}`),
    "b0, bootloader, primary, , ",
    "b1, bootloader, ota, 0x3f0000, ",
    "p0, partition_table, primary",
    "p1, partition_table, ota, 0x400000"
  ].join("\n"),
  "custom types and subtypes":
    "x, 0x40, 0, , 4096\ny, 254, 0xfe, , 0x1000\nz, 0b1000001, 0o17, , 1k\nw, 0x41, , , 0x1_000",
  "empty offsets":
    "n, data, nvs, , 20K\nf, app, factory, , 1M\nd, data, fat, , 5k\ng, app, ota_0, , 64K\nh,data,fat,,1",
  "negative sizes": "n, data, nvs, , 0x6000\nf, app, factory, , -0x400000\n",
  "flags":
    "a, data, nvs, , 16K, encrypted\nb, data, nvs, , 4K, readonly\nc, app, ota_0,, 1M, encrypted:readonly\nd,data,fat,,4K,:",
  "upper case, spaces and tabs": "\tName ,\tAPP , Ota_3 ,0X10000\t, 1m , \n  # comment\n\r\n",
  "no subtype": "a, data, , , 4K",
  "a name of 15 bytes": "fifteen_bytes_x, data, fat, , 4K\nünïcödé, data, fat, , 4K",
  "nothing": "# only comments\n\n",
  "as many as fit": Array.from({ length: 94 }, (_, index) => `p${index}, data, fat, , 4K`).join("\n"),
  "a size of nothing": "a, data, fat, , 0\nb, data, fat, , 00",
  "several units": "a, data, fat, , 4kk"
}

describe("partitions.csv becomes the bytes that gen_esp32part.py makes", () => {
  it("for every kind of row", () => {
    const expected = espIdf(Object.values(accepted))
    for (const [index, [name, csv]] of Object.entries(accepted).entries()) {
      const theirs = expected[index]!
      assert(typeof theirs !== "string", `${name}: ${String(theirs)}`)
      assert.strictEqual(Buffer.from(Result.getOrThrow(binary(csv))).toString("hex"), theirs.toString("hex"), name)
    }
  })

  it("with the table elsewhere", () => {
    const options = { tableOffset: 0x10000, bootLoaderOffset: 0x2000 }
    const csv = accepted["all names of subtypes"]!
    assert.deepStrictEqual(Buffer.from(Result.getOrThrow(binary(csv, options))), espIdf([csv], options)[0])
  })

  it("for thousands of tables at random, or is refused where ESP-IDF refuses", () => {
    const random = new Random(7)
    const number = () =>
      random.pick(["", "0x1000", "4K", "0x10000", "64k", "1M", "0x9000", "-0x100000", "5000", "0x8000", "zz", "3k"])
    const row = () =>
      [
        random.pick(["nvs", "app0", "a", "b", "c", "d", "e", "f", "otadata", "x"]),
        random.pick(["app", "data", "data", "0x40", "bootloader", "partition_table", "DATA", "", "300"]),
        random.pick(["", "ota", "ota_0", "nvs", "fat", "factory", "primary", "0x99", "coredump", "nope"]),
        number(),
        number(),
        random.pick(["", "", "encrypted", "readonly", "encrypted:readonly", "bad"])
      ].join(random.pick([",", ", "]))
    const valid = () =>
      [
        random.pick(["n", "m", "o", "p"]) + random.below(100),
        "data",
        random.pick(["fat", "nvs", "0x7f"]),
        "",
        random.pick(["16K", "0x4000", "1M"])
      ].join()
    const csvs = Array.from(
      { length: 3000 },
      () => Array.from({ length: 1 + random.below(4) }, () => random.below(3) === 0 ? row() : valid()).join("\n")
    )
    const expected = espIdf(csvs)
    let made = 0
    for (const [index, csv] of csvs.entries()) {
      const ours = binary(csv)
      const theirs = expected[index]!
      if (typeof theirs === "string") assert.isTrue(Result.isFailure(ours), `${csv}\n${theirs}`)
      else {
        made++
        assert.isTrue(theirs.equals(Result.getOrThrow(ours)), csv)
      }
    }
    assert.isAbove(made, 800)
  })
})

describe("partitions.csv is refused with its line", () => {
  const row = "nvs, data, nvs, 0x9000, 0x5000\n"
  const refused: ReadonlyArray<readonly [csv: string, message: RegExp]> = [
    ["a,", /^partitions\.csv:1: the type is missing$/],
    ["# x\n\na, app, , , 4K", /^partitions\.csv:3: the subtype is missing$/],
    ["a, data, fat, , ", /:1: the size is missing$/],
    [`${row}b, data, fat, 0xd000, 4K`, /:2: the partition begins at 0xd000, before nvs ends \(0xe000\)$/],
    ["a, data, fat, 0x8000, 4K", /:1: the partition begins at 0x8000, before the partition table ends \(0x9000\)$/],
    ["b, bootloader, ota, 0x20000\na, data, fat, 0x26000, 4K", /:2: .* before b ends \(0x27000\)/],
    ["a, app, factory, 0x11000, 1M", /:1: offset 0x11000 is not a multiple of 0x10000$/],
    ["a, data, fat, 0x9004, 4K", /:1: offset 0x9004 is not a multiple of 0x1000$/],
    ["a, app, factory, , 5000", /:1: size 0x1388 is not a multiple of 0x1000$/],
    ["sixteen_bytes_xx, data, fat, , 4K", /:1: the name sixteen_bytes_xx takes 17 bytes, and there is room for 16$/],
    [`${row}nvs, data, fat, , 4K`, /:2: the name nvs has been used in line 1$/],
    ["a, code, fat, , 4K", /:1: type "code" is neither a number nor one of app, data, bootloader, partition_table$/],
    ["a, data, fate, , 4K", /:1: subtype "fate" is neither a number nor one of ota, phy, nvs/],
    ["a, 0x40, fat, , 4K", /:1: subtype "fat" is neither/],
    ["a, data, fat, , big", /:1: size "big" is not a number$/],
    ["a, data, fat, here, 4K", /:1: offset "here" is not a number$/],
    ["a, data, 256, , 4K", /:1: subtype 0x100 is out of range$/],
    ["a, data, fat, -4096, 4K", /:1: offset -0x1000 is out of range$/],
    ["a, data, fat, , -0x1000", /:1: size -0x8000 is out of range$/],
    ["a, data, fat, , 0xffff8000", /:1: size .* is out of range$/],
    ["a, data, fat, , 4K, hidden", /:1: flag "hidden" is neither a number nor one of encrypted, readonly$/],
    ["a, data, ota, , 4K", /:1: a partition with subtype ota has 0x2000 bytes, not 0x1000$/],
    ["a, data, ota, , 8K\nb, data, ota, , 8K", /:2: a second partition with subtype ota; the first is in line 1$/],
    ["a, data, tee_ota, , 8K\nb, data, tee_ota, , 8K", /:2: a second partition with subtype tee_ota/],
    ["a, data, coredump, , 8K, readonly", /:1: a partition with subtype coredump cannot be readonly$/],
    ["a, data, nvs, , 8K", /:1: a partition with subtype nvs and 0x2000 bytes has to be readonly: .* at least 0x3000$/],
    [
      Array.from({ length: 95 }, (_, i) => `p${i}, data, fat, , 4K`).join("\n"),
      /^partitions\.csv: 95 partitions, .* for 94$/
    ]
  ]
  for (const [csv, message] of refused) {
    it(String(message), () => assert.match(problem(csv).message, message))
  }

  it("where the flash ends before it", () => {
    assert.deepStrictEqual(problem(arduinoDefault, { ...usual, flashSize: 0x200000 }).problem, {
      _tag: "BeyondFlash",
      end: 0x400000,
      flashSize: 0x200000
    })
    assert.isTrue(Result.isSuccess(binary(arduinoDefault, { ...usual, flashSize: 0x400000 })))
  })

  it("where the place of the boot loader is needed and not known", () => {
    assert.deepStrictEqual(problem("b, bootloader, primary", { tableOffset: 0x8000 }).problem, {
      _tag: "NoBootLoaderOffset"
    })
  })
})

describe("binary partition tables", () => {
  const table = Result.getOrThrow(binary(arduinoDefault))
  const read = (bytes: Uint8Array) => readPartitionTable("partitions.bin", bytes)
  const refusal = (bytes: Uint8Array) => Result.getOrThrow(Result.flip(read(bytes))).problem

  it("are read back", () => {
    const rows = Result.getOrThrow(parsePartitions("a.csv", arduinoDefault, usual))
    assert.deepStrictEqual(
      Result.getOrThrow(read(table)),
      rows.map(({ flags, name, offset, size, subtype, type }) => ({ name, type, subtype, offset, size, flags }))
    )
  })

  it("are refused where they are damaged", () => {
    assert.deepStrictEqual(refusal(table.with(0, 1)), { _tag: "BadEntry", index: 0 })
    assert.deepStrictEqual(refusal(table.with(5, 1)), { _tag: "BadChecksum" })
    assert.deepStrictEqual(refusal(table.subarray(0, 64)), { _tag: "NoEnd" })
    assert.deepStrictEqual(refusal(new Uint8Array()), { _tag: "NoEnd" })
  })

  it.prop("of any text and any bytes are a table or an error", { text: Schema.String }, ({ text }) => {
    const bytes = binary(text)
    if (Result.isSuccess(bytes)) assert.isTrue(Result.isSuccess(read(bytes.success)))
    read(Buffer.from(text))
  }, { arbitrary: { runs: 2000 } })
})
