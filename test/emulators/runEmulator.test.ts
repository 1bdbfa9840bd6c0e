import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import {
  Emulator,
  type EmulatorError,
  EmulatorExited,
  ImageInvalid,
  ProgramCrashed
} from "../../src/emulators/Emulator.ts"
import { compilePatterns, type PatternSources } from "../../src/emulators/patterns.ts"
import { runEmulator } from "../../src/emulators/runEmulator.ts"

const machine = { mcu: "atmega328p", frequencyHz: 16_000_000, hex: "/f.hex", elf: "/f.elf" }

/** An emulator that sends these, and how the run on it ended. */
const run = Effect.fnUntraced(function*(
  output: Stream.Stream<string | Uint8Array, EmulatorError>,
  sources: Partial<PatternSources> = {},
  options: { readonly timeout?: "1 second"; readonly mcu?: string } = {}
) {
  const seen: Array<string> = []
  let stopped = false
  const bytes = output.pipe(
    Stream.map((chunk) => typeof chunk === "string" ? Buffer.from(chunk) : chunk),
    Stream.ensuring(Effect.sync(() => stopped = true))
  )
  const outcome = yield* runEmulator({ ...machine, mcu: options.mcu ?? machine.mcu }, {
    patterns: Result.getOrThrow(compilePatterns({ expect: [], haltOnSuccess: [], haltOnError: [], ...sources })),
    ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
    onOutput: (chunk) => Effect.sync(() => seen.push(Buffer.from(chunk).toString()))
  }).pipe(
    Effect.provideService(Emulator, {
      name: "fake",
      supports: ({ mcu }) => mcu === "atmega328p",
      run: () => bytes
    })
  )
  return { outcome, seen, stopped }
})

describe("runEmulator", () => {
  it.effect("passes output on as it comes, and stops the emulator once the run is decided", () =>
    Effect.gen(function*() {
      const { outcome, seen, stopped } = yield* run(
        Stream.concat(Stream.make("a\nb", "c\n", "d\n"), Stream.never),
        { haltOnSuccess: ["^bc$"] }
      )
      assert.strictEqual(outcome._tag, "Passed")
      assert.deepStrictEqual(seen, ["a\nb", "c\n"])
      assert.isTrue(stopped)
    }))

  it.effect("judges characters that came in two pieces", () =>
    Effect.gen(function*() {
      const { outcome } = yield* run(Stream.make(Uint8Array.of(0xc3), Uint8Array.of(0xbc, 0x0a)), { expect: ["^ü$"] })
      assert.strictEqual(outcome._tag, "Passed")
    }))

  it.effect("judges what came until the deadline", () =>
    Effect.gen(function*() {
      const endless = Stream.concat(Stream.make("a\n", "prompt> "), Stream.never)
      const both = yield* Effect.forkChild(Effect.all([
        run(endless, { expect: ["missing"] }, { timeout: "1 second" }),
        run(endless, { haltOnSuccess: ["prompt> $"] }, { timeout: "1 second" })
      ], { concurrency: 2 }))
      yield* TestClock.adjust("999 millis")
      assert.isUndefined(both.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      const [missed, met] = yield* Fiber.join(both)
      assert.strictEqual(missed.outcome._tag, "TimedOut")
      assert.isTrue(missed.stopped)
      assert.strictEqual(met.outcome._tag, "Passed")
    }))

  it.effect("a crash and a failing emulator are outcomes", () =>
    Effect.gen(function*() {
      const crash = new ProgramCrashed({ emulator: "fake", detail: "out of ram" })
      const crashed = yield* run(Stream.concat(Stream.make("a\n"), Stream.fail(crash)))
      assert.deepStrictEqual(crashed.outcome, {
        _tag: "Crashed",
        message: "the program crashed in fake: out of ram"
      })
      assert.deepStrictEqual(crashed.seen, ["a\n"])
      const exited = yield* run(Stream.fail(new EmulatorExited({ emulator: "fake", status: "code 3", detail: "" })))
      assert.deepStrictEqual(exited.outcome, { _tag: "Failed", message: "fake exited with code 3" })
    }))

  it.effect("an image that cannot be loaded is an error", () =>
    Effect.gen(function*() {
      const image = new ImageInvalid({ path: "/f.hex", line: 3, reason: "not an Intel HEX record" })
      const error = yield* Effect.flip(run(Stream.fail(image)))
      assert.strictEqual(error.message, "/f.hex:3: not an Intel HEX record")
    }))

  it.effect("a machine that the emulator does not know is unsupported, and not run", () =>
    Effect.gen(function*() {
      const { outcome, stopped } = yield* run(Stream.make("a\n"), {}, { mcu: "atmega2560" })
      assert.deepStrictEqual(outcome, { _tag: "Unsupported", message: "fake does not run the atmega2560" })
      assert.isFalse(stopped)
    }))
})
