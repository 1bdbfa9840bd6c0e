import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as qemu from "../../src/emulators/qemu.ts"
import { qemuMachine } from "../../src/emulators/qemuMachine.ts"
import * as SubprocessNode from "../../src/process/SubprocessNode.ts"
import { suite } from "../suites/emulators.ts"
import { armFirmware } from "./armFirmware.ts"

const searchPath = ["/nowhere", "/usr/bin"]

suite("qemu", qemu.layer({ searchPath }), { exact: true, interruptMillis: 500, compile: armFirmware })

layer(Layer.merge(NodeFileSystem.layer, SubprocessNode.layer), { excludeTestServices: true })("qemu", (it) => {
  const failureOf = (main: string, change: object = {}) =>
    Effect.gen(function*() {
      const { run } = yield* qemu.make({ searchPath })
      return yield* Effect.flip(Stream.runDrain(run({ ...(yield* armFirmware(main)), ...change })))
    })

  it.effect("that is not installed is a typed error with the package to install", () =>
    Effect.gen(function*() {
      const { run } = yield* qemu.make({ searchPath: ["/nowhere"] })
      const error = yield* Effect.flip(Stream.runDrain(run(yield* armFirmware("int main(void) { end(); return 0; }"))))
      assert(error._tag === "MissingEmulator")
      assert.strictEqual(error.hint, "install it: apt-get install qemu-system-arm")
    }))

  it.effect("a program that locks the processor up has crashed, and QEMU's reason is told", () =>
    Effect.gen(function*() {
      const error = yield* failureOf("int main(void) { *(volatile int *) 0x90000000 = 1; return 0; }")
      assert.match(error.message, /^the program crashed in qemu: Lockup: can't escalate 3 to HardFault/)
    }))

  it.effect("a program that exits with an error has failed", () =>
    Effect.gen(function*() {
      const error = yield* failureOf("int main(void) { semihost(0x18, (void *) 0x20023); return 0; }")
      assert.strictEqual(error.message, "qemu exited with code 1")
    }))

  it.effect("a program that is loaded where no machine of its MCU has memory is refused", () =>
    Effect.gen(function*() {
      const error = yield* failureOf("int main(void) { end(); return 0; }", { mcu: "stm32f100rb" })
      assert.match(error.message, /no machine of qemu has the memory of the stm32f100rb at 0x0/)
    }))
})

describe("qemuMachine", () => {
  it("by MCU and by the place of the flash", () => {
    assert.strictEqual(qemuMachine("stm32f103c8t6"), "netduino2")
    assert.strictEqual(qemuMachine("stm32f411ceu6", 0x0800_0000), "netduinoplus2")
    assert.strictEqual(qemuMachine("cortex-m3", 0), "mps2-an385")
    assert.strictEqual(qemuMachine("cortex-m3", 0x0800_0000), "netduino2")
    assert.strictEqual(qemuMachine("cortex-m33", 0x1000_0000), "mps2-an505")
    assert.isUndefined(qemuMachine("cortex-m0plus", 0x1000_0000))
    assert.isUndefined(qemuMachine("atmega328p"))
  })
})
