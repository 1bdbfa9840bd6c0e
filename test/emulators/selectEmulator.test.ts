import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { emulatorFor, selectEmulator } from "../../src/emulators/selectEmulator.ts"

const chosen = (mcu: string, requested?: string) =>
  Result.getOrThrow(selectEmulator(requested === undefined ? { mcus: [mcu] } : { mcus: [mcu], requested })).emulators[0]
const refused = (mcu: string, requested?: string) =>
  Result.getOrThrow(Result.flip(selectEmulator(requested === undefined ? { mcus: [mcu] } : { mcus: [mcu], requested })))

describe("selectEmulator", () => {
  it("chooses avr8js for the ATmega328P and simavr for other AVRs", () => {
    assert.strictEqual(chosen("atmega328p"), "avr8js")
    assert.strictEqual(chosen("ATmega328P"), "avr8js")
    assert.strictEqual(chosen("atmega2560"), "simavr")
    assert.strictEqual(chosen("attiny85"), "simavr")
  })

  it("chooses QEMU for Cortex-M", () => {
    for (const mcu of ["cortex-m3", "STM32F103C8", "nrf51822", "atsamd21g18a"]) assert.strictEqual(chosen(mcu), "qemu")
  })

  it("takes the first name of an MCU that an emulator knows", () => {
    const choose = (...mcus: ReadonlyArray<string>) => Result.getOrThrow(selectEmulator({ mcus }))
    assert.deepStrictEqual(choose("acme1", "cortex-m4"), { emulators: ["qemu"], mcu: "cortex-m4" })
  })

  it("where the program lies decides between emulators of one processor", () => {
    const choice = Result.getOrThrow(selectEmulator({ mcus: ["cortex-m0plus"] }))
    assert.strictEqual(emulatorFor(choice, 0x1000_0000), "rp2040js")
    assert.strictEqual(emulatorFor(choice, 0), "qemu")
    assert.strictEqual(emulatorFor(choice, 0x6000_0000), "rp2040js")
  })

  it("does as it is told", () => {
    assert.strictEqual(chosen("atmega328p", "simavr"), "simavr")
    assert.strictEqual(chosen("atmega328p", "avr8js"), "avr8js")
  })

  it("refuses before the build what cannot run, and says what can", () => {
    const error = refused("atmega2560", "avr8js")
    assert.strictEqual(error.message, "avr8js does not run the atmega2560")
    assert.strictEqual(error.hint, "use --emulator simavr, or leave the choice to fbuild")
  })

  it("refuses an MCU that no emulator runs", () => {
    const error = refused("atmega4809")
    assert.strictEqual(error.message, "no emulator runs the atmega4809")
    assert.isUndefined(error.hint)
  })

  it("refuses a name it does not know, and lists those it does", () => {
    const error = refused("atmega328p", "bochs")
    assert.strictEqual(error._tag, "UnknownEmulator")
    assert.strictEqual(error.message, "unknown emulator bochs")
    assert.strictEqual(error.hint, "emulators: avr8js, rp2040js, simavr, qemu")
  })
})
