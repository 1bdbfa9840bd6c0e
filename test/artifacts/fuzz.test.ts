import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { parseElf } from "../../src/artifacts/elf/parseElf.ts"
import { embedFile } from "../../src/artifacts/embedFile.ts"
import { esp8266Image } from "../../src/artifacts/esp/esp8266Image.ts"
import { esp8266V1Image, esp8266V2Image } from "../../src/artifacts/esp/esp8266RomImage.ts"
import { espImage } from "../../src/artifacts/esp/espImage.ts"
import { mergeImages } from "../../src/artifacts/esp/mergeImages.ts"
import { parseEspImage } from "../../src/artifacts/esp/parseEspImage.ts"
import { parsePartitions } from "../../src/artifacts/esp/parsePartitions.ts"
import { readPartitionTable, writePartitionTable } from "../../src/artifacts/esp/partitionTable.ts"
import { littleFs } from "../../src/artifacts/filesystem/littleFs.ts"
import { spiffs } from "../../src/artifacts/filesystem/spiffs.ts"
import { boot2 } from "../../src/artifacts/uf2/boot2.ts"
import { elfRegions, writeUf2 } from "../../src/artifacts/uf2/writeUf2.ts"
import { embedSymbol } from "../../src/plan/steps/planEmbed.ts"
import { writeElf } from "../support/elf.ts"
import { Random } from "../support/random.ts"
import { readUf2 } from "../support/readUf2.ts"
import { description, espChips, places } from "./esp/elfs.ts"

/** Inputs for each format. */
const count = 100_000

const flash = { mode: "dio", frequency: "40m", size: "4MB" } as const
const random = new Random(20261121)

const symbols = Uint8Array.from([...new Uint8Array(16), 1, 0, 0, 0, 4, 3, 2, 1, 8, 0, 0, 0, 0x12, 0, 1, 0])
const elf = (machine: number, addresses: ReadonlyArray<readonly [name: string, address: number]>) =>
  writeElf({
    machine,
    entry: 0x40380000,
    sections: [
      ...addresses.map(([name, address]) => ({
        name,
        address,
        data: name === ".flash.appdesc" ? description(16) : random.bytes(24)
      })),
      { name: ".symtab", address: 0, data: symbols, type: 2, link: addresses.length + 2, entrySize: 16 },
      { name: ".strtab", address: 0, data: Buffer.from("\0name\0"), type: 3 }
    ],
    segments: [{ address: 0x10000000, data: random.bytes(300) }]
  })

const small = (chip: typeof espChips[number]) => {
  const { dram, iram, machine, text } = places[chip]
  return elf(machine, [[".iram0.text", iram], [".dram0.data", dram], [".flash.text", text + 32], [
    ".dram0.more",
    dram + 24
  ]])
}
const elfs = [
  ...espChips.map(small),
  elf(0xf3, [[".flash.appdesc", 0x42000020], [".iram0.text", 0x40800000]])
]
const lx106 = elf(0x5e, [
  [".irom0.text", 0x40201010],
  [".text", 0x40100000],
  [".text1", 0x40100018],
  [".data", 0x3ffe8000],
  [".rodata", 0x3ffe8018]
])
const image = Result.getOrThrow(espImage("a.elf", elfs[4]!, { chip: "esp32c3", flash })).subarray(0)
const csv = "# x\nnvs, data, nvs, 0x9000, 20K\napp0, app, ota_0, , 0x50000, encrypted\nx, 0x40, 1, , 0b1000000000000\n"
const rows = Result.getOrThrow(parsePartitions("a.csv", csv, { tableOffset: 0x8000 }))
const table = writePartitionTable(rows)

const alphabet = [..."\n,,,,  \t0123456789abcdefkmxKM-#_:$äapp data nvs ota_0 fat readonly"]
const mutateText = (text: string): string => {
  const at = random.below(text.length + 1)
  return text.slice(0, at) + Array.from({ length: random.below(4) }, () => random.pick(alphabet)).join("") +
    text.slice(at + random.below(4))
}
const content = random.bytes(2000)
const files = () =>
  Array.from({ length: random.below(5) }, () => ({
    name: random.pick(["a", "b/c", "b", "", "/", "x".repeat(random.below(70)), "ü/é", "d/../e", "q/w/e/r/t/y"]),
    bytes: content.subarray(0, random.pick([0, 1, 63, 65, 130, 700, 2000]))
  }))

/** What is done with each input: a value or an error with a message, never an exception. */
const subjects: Readonly<Record<string, () => Result.Result<unknown, { readonly message: string }>>> = {
  parseElf: () => parseElf("a.elf", random.mutate(random.pick(elfs))),
  espImage: () => {
    const index = random.below(elfs.length)
    return espImage("a.elf", random.mutate(elfs[index]!), {
      chip: espChips[index] ?? "esp32c6",
      flash,
      ...random.below(4) === 0 ? { elfDigestOffset: random.below(300) } : {}
    })
  },
  esp8266Image: () =>
    esp8266Image({ path: "e.elf", bytes: random.mutate(lx106) }, { path: "a.elf", bytes: random.mutate(lx106) }, flash),
  esp8266V1Image: () => esp8266V1Image({ path: "a.elf", bytes: random.mutate(lx106) }, flash),
  esp8266V2Image: () => esp8266V2Image({ path: "a.elf", bytes: random.mutate(lx106) }, flash),
  parseEspImage: () => parseEspImage("a.bin", random.mutate(image), "esp32c3"),
  mergeImages: () =>
    mergeImages(
      Array.from({ length: random.below(4) }, () => ({
        path: "a.bin",
        offset: random.pick([0, 0x8000, 0x9000, 0x10000, random.below(0x11000)]),
        bytes: random.below(2) === 0 ? random.mutate(image.subarray(0, 200)) : random.bytes(random.below(200))
      })),
      {
        chip: "esp32c3",
        ...random.below(2) === 0 ? { flash } : {},
        ...random.below(2) === 0 ? { partitions: { offset: 0x8000, rows } } : {},
        ...random.below(2) === 0 ? { flashSize: 0x10040 } : {}
      }
    ),
  parsePartitions: () =>
    Result.flatMap(
      parsePartitions("a.csv", mutateText(mutateText(csv)), { tableOffset: 0x8000, bootLoaderOffset: 0 }),
      (made) => readPartitionTable("a.bin", writePartitionTable(made))
    ),
  readPartitionTable: () => readPartitionTable("a.bin", random.mutate(table.subarray(0, 192))),
  writeUf2: () =>
    Result.flatMap(elfRegions("a.elf", random.mutate(elfs[0]!)), (regions) =>
      Result.flatMap(
        writeUf2("a.bin", [...regions, { address: random.below(0x10000400), data: random.bytes(random.below(40)) }], {
          familyId: 0xe48bff56,
          pageSize: random.pick([256, 64, 476, 0, 477]),
          ...random.below(2) === 0 ? { sectorSize: 4096 } : {},
          ...random.below(2) === 0 ? { memory: { start: 0x10000000, end: 0x10000200 } } : {}
        }),
        // What has been written can be read.
        (made) => Result.succeed(readUf2(made))
      )),
  boot2: () => boot2("a.bin", random.bytes(random.below(300))),
  littleFs: () =>
    littleFs(files(), {
      size: random.pick([4096, 8192, 1000]),
      blockSize: random.pick([512, 128, 256, 100]),
      pageSize: random.pick([16, 64, 128]),
      nameLimit: random.pick([32, 64, 1022]),
      cacheSize: random.pick([0, 64, 4096])
    }),
  spiffs: () =>
    spiffs(files(), {
      size: random.pick([4096, 8192, 1000]),
      blockSize: random.pick([1024, 2048, 100]),
      pageSize: random.pick([256, 128, 100]),
      nameLimit: random.pick([32, 64]),
      metaSize: random.pick([0, 4]),
      marks: "WithLength",
      tableAlignment: random.pick([1, 2])
    }),
  embedFile: () => {
    const path = mutateText("config/zones.json")
    const symbol = embedSymbol(path)
    assert.match(symbol, /^_binary_[0-9A-Za-z_]*$/)
    return Result.succeed(embedFile({ path, symbol, content: "Text" }))
  }
}

describe("a hundred thousand mutations end in a value or an error", () => {
  for (const [name, subject] of Object.entries(subjects)) {
    it(name, () => {
      let failures = 0
      for (let index = 0; index < count; index++) {
        const result = subject()
        if (Result.isFailure(result)) {
          failures++
          assert.isString(result.failure.message)
        }
      }
      // Both happen, else the inputs were of no use.
      if (name !== "embedFile") assert.isAbove(failures, count / 1000)
      assert.isBelow(failures, count)
    }, 300_000)
  }
})

describe("any bytes and any text end in a value or an error", () => {
  it.prop("", { bytes: Schema.Uint8Array, text: Schema.String }, ({ bytes, text }) => {
    const named = { path: "a", bytes }
    const withHeader = Uint8Array.from([...elfs[0]!.subarray(0, 20), ...bytes])
    const results: ReadonlyArray<Result.Result<unknown, { readonly message: string }>> = [
      ...[bytes, withHeader].flatMap((given) => [
        parseElf("a", given),
        espImage("a", given, { chip: "esp32", flash }),
        esp8266Image(named, { path: "a", bytes: given }, flash),
        esp8266V2Image({ path: "a", bytes: given }, flash)
      ]),
      parseEspImage("a", Uint8Array.from([0xe9, ...bytes]), "esp32"),
      readPartitionTable("a", bytes),
      parsePartitions("a", text, { tableOffset: 0x8000 }),
      boot2("a", bytes)
    ]
    for (const result of results) if (Result.isFailure(result)) assert.isString(result.failure.message)
  }, { arbitrary: { runs: 10_000 }, timeout: 300_000 })
})
