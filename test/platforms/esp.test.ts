import { assert, describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { layer } from "../orchestrator/planned.ts"
import { esp32Core, esp8266Core } from "../support/espCores.ts"
import { workspace } from "../support/project.ts"
import { commands } from "./commands.ts"

/** No compiler for most of these is in a distribution: what is compared is the plan. */
const programs = {
  "xtensa-esp32-elf-gcc": "14.2.0",
  "xtensa-esp32s2-elf-gcc": "14.2.0",
  "xtensa-esp32s3-elf-gcc": "14.2.0",
  "riscv64-unknown-elf-gcc": "14.2.0",
  "xtensa-lx106-elf-gcc": "10.3.0"
}

const esp32: Readonly<Record<string, ReadonlyArray<string>>> = {
  esp32dev: ["board = esp32dev"],
  "esp32-s2-saola-1": [
    "board = esp32-s2-saola-1",
    "board_build.flash_mode = dio",
    "board_build.f_flash = 40000000L",
    "board_build.partitions = huge_app.csv"
  ],
  "esp32-s3-devkitc-1": ["board = esp32-s3-devkitc-1", "board_build.f_cpu = 80000000L"],
  "esp32c3-menus": ["board = esp32c3:PartitionScheme=huge_app,FlashFreq=40,FlashSize=8M"],
  "esp32-c6-devkitm-1": ["board = esp32-c6-devkitm-1", "board_build.extra_flags = -DBOARD_HAS_PSRAM"]
}
const esp8266: Readonly<Record<string, ReadonlyArray<string>>> = {
  nodemcuv2: ["board = nodemcuv2"],
  esp01_1m: ["board = esp01_1m", "board_build.f_flash = 80000000L", "board_build.flash_mode = dout"],
  "d1_mini-ldscript": [
    "board = d1_mini:vt=heap",
    "board_build.ldscript = eagle.flash.4m2m.ld",
    "board_build.f_cpu = 160000000L"
  ]
}

describe("golden commands of Espressif's chips", () => {
  const space = workspace()
  const { core, libs } = esp32Core(space)
  const cases = [
    ...Object.entries(esp32).map(([name, lines]) =>
      [`esp32/${name}`, [
        "platform = espressif32",
        "platform_packages =",
        `  framework-arduinoespressif32@file://${core}`,
        `  framework-arduinoespressif32-libs@file://${libs}`,
        ...lines
      ]] as const
    ),
    ...Object.entries(esp8266).map(([name, lines]) =>
      [`esp8266/${name}`, [
        "platform = espressif8266@4.2.1",
        `platform_packages = framework-arduinoespressif8266@file://${esp8266Core(space)}`,
        ...lines
      ]] as const
    )
  ]
  for (const [name, lines] of cases) {
    it.live(name, () =>
      Effect.gen(function*() {
        const text = (yield* commands(["framework = arduino", ...lines], programs)).replaceAll(space, "/CORES")
        assert.notMatch(text, /[{}]runtime|undefined/)
        yield* Effect.promise(() => expect(text).toMatchFileSnapshot(`../golden/${name}/commands.argv`))
      }).pipe(Effect.scoped, Effect.provide(layer)))
  }
})
