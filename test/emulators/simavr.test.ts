import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as simavr from "../../src/emulators/simavr.ts"
import * as SubprocessNode from "../../src/process/SubprocessNode.ts"
import { suite } from "../suites/emulators.ts"
import { firmware } from "./firmware.ts"

suite("simavr", simavr.layer({ searchPath: ["/nowhere", "/usr/bin"] }), { exact: false, interruptMillis: 500 })

layer(Layer.merge(NodeFileSystem.layer, SubprocessNode.layer), { excludeTestServices: true })("simavr", (it) => {
  it.effect("that is not installed is a typed error with the package to install", () =>
    Effect.gen(function*() {
      const { run } = yield* simavr.make({ searchPath: ["/nowhere", "/usr/lib"] })
      const machine = yield* firmware("int main(void) { end(); }")
      const error = yield* Effect.flip(Stream.runDrain(run(machine)))
      assert(error._tag === "MissingEmulator")
      assert.strictEqual(error.message, "simavr not found in /nowhere, /usr/lib")
      assert.strictEqual(error.hint, "install it: apt-get install simavr")
    }))

  it.effect("that fails says how, and why", () =>
    Effect.gen(function*() {
      const { run } = yield* simavr.make({ searchPath: ["/usr/bin"] })
      const machine = yield* firmware("int main(void) { end(); }")
      const error = yield* Effect.flip(Stream.runDrain(run({ ...machine, elf: `${machine.elf}.missing` })))
      assert(error._tag === "EmulatorExited")
      assert.match(error.message, /^simavr exited with code 1: .*Unable to load firmware/)
    }))

  it.effect("says what a program did that wrote outside of its RAM", () =>
    Effect.gen(function*() {
      const { run } = yield* simavr.make({ searchPath: ["/usr/bin"] })
      const machine = yield* firmware("int main(void) { *(volatile char *) 0x4000 = 1; end(); }")
      const error = yield* Effect.flip(Stream.runDrain(run(machine)))
      assert.match(error.message, /^the program crashed in simavr: CORE: .*Invalid write address .* out of ram$/)
    }))

  it.effect("runs other AVRs than the ATmega328P", () =>
    Effect.gen(function*() {
      const { run, supports } = yield* simavr.make({ searchPath: ["/usr/bin"] })
      const machine = yield* firmware(`int main(void) { start(); print("mega\\n"); end(); }`, 16_000_000, "atmega2560")
      assert.isTrue(supports(machine))
      const chunks = yield* Stream.runCollect(run(machine))
      assert.strictEqual(Buffer.concat(chunks).toString(), "mega\n")
    }))
})
