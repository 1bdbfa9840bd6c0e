import { assert, describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { fileURLToPath } from "node:url"
import { layer } from "../orchestrator/planned.ts"
import { commands } from "./commands.ts"

const pico = fileURLToPath(new URL("../fixtures/cores/pico/rp2040", import.meta.url))
const cores = fileURLToPath(new URL("../fixtures/cores", import.meta.url))

interface Case {
  readonly name: string
  readonly ini: ReadonlyArray<string>
}

const programs = { "arm-none-eabi-gcc": "12.2.1", "avr-gcc": "7.3.0" }

const rp2040 = (name: string, ...lines: ReadonlyArray<string>): Case => ({
  name: `rp2040/${name}`,
  ini: [
    "platform = raspberrypi",
    "framework = arduino",
    `platform_packages = framework-arduinopico@file://${pico}`,
    ...lines
  ]
})
const megaavr = (name: string, ...lines: ReadonlyArray<string>): Case => ({
  name: `megaavr/${name}`,
  ini: [
    "platform = atmelmegaavr",
    "framework = arduino",
    `platform_packages = framework-arduino-megaavr@file://${cores}/nano0/megaavr`,
    ...lines
  ]
})
const bareArm = (board: string, ...lines: ReadonlyArray<string>): Case => ({
  name: `generic_arm/${board}`,
  ini: ["platform = generic_arm", `board = ${board}`, "board_build.ldscript = flash.ld", ...lines]
})
const bareAvr = (board: string, ...lines: ReadonlyArray<string>): Case => ({
  name: `avr/bare-${board}`,
  ini: ["platform = atmelavr", `board = ${board}`, ...lines]
})

const cases: ReadonlyArray<Case> = [
  rp2040("picolo", "board = picolo"),
  rp2040("picolo-fs", "board = picolo:flash=2097152_524288,freq=200"),
  rp2040("picolo-nousb", "board = picolo", "board_build.usbstack = nousb", "board_build.f_cpu = 50000000L"),
  megaavr("nano_every", "board = nano_every"),
  megaavr("uno_wifi_rev2-off", "board = uno2018:mode=off"),
  megaavr("ATtiny1614", "board = ATtiny1614", "board_build.f_cpu = 8000000L", "board_hardware.oscillator = external"),
  {
    name: "avr/acmeone",
    ini: [
      "platform = atmelavr",
      "framework = arduino",
      `platform_packages = framework-arduino-avr@file://${cores}/acme/avr`,
      "board = acmeone:greeting=long",
      "board_build.f_cpu = 8000000L"
    ]
  },
  bareArm("stm32f103c8"),
  bareArm("nrf52840", "board_build.f_cpu = 64000000L"),
  bareArm("cortex-m7"),
  bareAvr("uno"),
  bareAvr("attiny85", "board_build.f_cpu = 8000000L"),
  { name: "cm/boltm3", ini: [`platform = ${cores}/bolt/cm`, "framework = arduino", "board = boltm3:voice=loud"] }
]

describe("golden commands", () => {
  for (const one of cases) {
    it.live(one.name, () =>
      Effect.gen(function*() {
        const text = (yield* commands(one.ini, programs)).replaceAll(cores, "/CORES")
        assert.notMatch(text, /[{}]runtime|undefined/)
        yield* Effect.promise(() => expect(text).toMatchFileSnapshot(`../golden/${one.name}/commands.argv`))
      }).pipe(Effect.scoped, Effect.provide(layer)))
  }
})
