import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { readdirSync, readFileSync } from "node:fs"
import { Emulator, type Machine } from "../../src/emulators/Emulator.ts"
import { compilePatterns, type PatternSources } from "../../src/emulators/patterns.ts"
import { runEmulator } from "../../src/emulators/runEmulator.ts"
import type { Subprocess } from "../../src/process/Subprocess.ts"
import * as SubprocessNode from "../../src/process/SubprocessNode.ts"
import { firmware } from "../emulators/firmware.ts"

/** Makes a program of C with `start`, `put`, `print`, `end` and `_delay_ms`. */
type Compile = (main: string) => ReturnType<typeof firmware>

/** What every emulator must do, with real programs, and what those of the ATmega328P must do besides. */
export const suite = (
  name: string,
  emulator: Layer.Layer<Emulator, never, FileSystem.FileSystem | Subprocess>,
  options: {
    /** Whether serial output is exact: control characters, and a last line without LF. */
    readonly exact: boolean
    /** How long interruption may take, ms. */
    readonly interruptMillis: number
    /** Makes programs for the MCU that it runs; those of the ATmega328P when absent. */
    readonly compile?: Compile
  }
) =>
  layer(Layer.provideMerge(emulator, Layer.merge(NodeFileSystem.layer, SubprocessNode.layer)), {
    excludeTestServices: true
  })(`Emulator: ${name}`, (it) => {
    const compile = options.compile ?? ((main: string) => firmware(main))
    it.effect("emits what the program prints and ends when it sleeps with interrupts off", () =>
      Effect.gen(function*() {
        const machine = yield* compile(`int main(void) { start(); print("hello\\nworld\\n"); end(); }`)
        assert.strictEqual(yield* serial(machine), "hello\nworld\n")
      }))

    it.effect("keeps CR LF", () =>
      Effect.gen(function*() {
        const machine = yield* compile(
          `int main(void) { start(); print("a.b"); print("\\r\\n"); print("\\r\\n"); print("c"); print("\\r\\n"); end(); }`
        )
        assert.strictEqual(yield* serial(machine), "a.b\r\n\r\nc\r\n")
      }))

    it.effect("keeps dots of LF programs, UTF-8 and bytes that are no UTF-8", () =>
      Effect.gen(function*() {
        const machine = yield* compile(
          String.raw`int main(void) { start(); print("wait...\n.\nM\xc3\xbc\n\x80\xff\x7f\n"); end(); }`
        )
        const bytes = yield* serialBytes(machine)
        assert.deepStrictEqual(
          bytes,
          Buffer.concat([Buffer.from("wait...\n.\nMü\n"), Buffer.from([0x80, 0xff, 0x7f, 0x0a])])
        )
      }))

    it.effect("keeps lines of any length", () =>
      Effect.gen(function*() {
        const machine = yield* compile(`
          static void line(int n) { while (n--) put('a' + n % 26); put('\\n'); }
          int main(void) { start(); line(0); line(1); line(254); line(255); line(256); line(257); line(1000); end(); }
        `)
        const lines = (yield* serial(machine)).split("\n")
        assert.deepStrictEqual(lines.map((line) => line.length), [0, 1, 254, 255, 256, 257, 1000, 0])
      }))

    it.effect("loses nothing of 72 KB", () =>
      Effect.gen(function*() {
        const machine = yield* compile(`
          int main(void) {
            start();
            for (unsigned i = 0; i < 9000; i++) { char s[9]; sprintf(s, "%07u\\n", i); print(s); }
            end();
          }
        `)
        const expected = Array.from({ length: 9000 }, (_, index) => `${String(index).padStart(7, "0")}\n`).join("")
        assert.strictEqual(yield* serial(machine), expected)
      }))

    it.effect("streams an endless program, and interruption stops it at once", () =>
      Effect.gen(function*() {
        const { run } = yield* Emulator
        const machine = yield* compile(
          `int main(void) { start(); for (;;) { print("tick\\n"); _delay_ms(100); } }`
        )
        let received = ""
        const fiber = yield* Effect.forkChild(
          Stream.runForEach(run(machine), (bytes) => Effect.sync(() => received += Buffer.from(bytes).toString()))
        )
        while (received.length < 50) yield* Effect.sleep(5)
        const started = performance.now()
        yield* Fiber.interrupt(fiber)
        assert.isBelow(performance.now() - started, options.interruptMillis, "ms to interrupt")
        assert.match(received, /^(tick\n)+t?i?c?k?$/)
        assert.deepStrictEqual(processesOf(machine), [])
        const before = received
        yield* Effect.sleep(30)
        assert.strictEqual(received, before, "nothing comes after interruption")
      }))

    it.effect("a silent endless program leaves the event loop free and is stopped at once", () =>
      Effect.gen(function*() {
        const { run } = yield* Emulator
        const machine = yield* compile(`int main(void) { for (;;) { _delay_ms(1); } }`)
        const fiber = yield* Effect.forkChild(Stream.runDrain(run(machine)))
        let turns = 0
        while (turns < 20) {
          yield* Effect.sleep(1)
          turns++
        }
        const started = performance.now()
        yield* Fiber.interrupt(fiber)
        assert.isBelow(performance.now() - started, options.interruptMillis, "ms to interrupt")
        assert.deepStrictEqual(processesOf(machine), [])
      }))

    if (options.compile === undefined) {
      // What depends on the peripherals of the ATmega328P.
      it.effect("delays take F_CPU into account", () =>
        Effect.gen(function*() {
          const measure = `
            int main(void) {
              start(); char s[16];
              TCCR1B = _BV(CS11) | _BV(CS10);
              TCNT1 = 0; _delay_ms(100); unsigned ticks = TCNT1;
              sprintf(s, "%u\\n", ticks); print(s); end();
            }
          `
          // Timer 1 counts F_CPU / 64.
          assert.closeTo(Number(yield* serial(yield* firmware(measure, 16_000_000))), 25_000, 50)
          assert.closeTo(Number(yield* serial(yield* firmware(measure, 8_000_000))), 12_500, 50)
        }))

      it.effect("runs at the machine's frequency: the watchdog has a clock of its own", () =>
        Effect.gen(function*() {
          const measure = `
            static volatile unsigned ticks;
            ISR(WDT_vect) { ticks = TCNT1; }
            int main(void) {
              start(); char s[16];
              TCCR1B = _BV(CS11) | _BV(CS10);
              sei(); WDTCSR = _BV(WDCE) | _BV(WDE); WDTCSR = _BV(WDIE); TCNT1 = 0;
              while (!ticks) {}
              sprintf(s, "%u\\n", ticks); print(s); end();
            }
          `
          // 2048 periods of 128 kHz = 16 ms, in ticks of 64 CPU clocks.
          assert.closeTo(Number(yield* serial(yield* firmware(measure, 16_000_000))), 4000, 100)
          assert.closeTo(Number(yield* serial(yield* firmware(measure, 8_000_000))), 2000, 50)
        }))

      it.effect("an interrupt wakes a sleeping program", () =>
        Effect.gen(function*() {
          const machine = yield* firmware(`
            static volatile unsigned char wakes;
            ISR(TIMER0_OVF_vect) { wakes++; }
            int main(void) {
              start(); char s[16];
              TCCR0B = _BV(CS01); TIMSK0 = _BV(TOIE0); sei();
              unsigned slept = 0;
              while (wakes < 10) { sleep_mode(); slept++; }
              sprintf(s, "%u %u\\n", slept, wakes); print(s); end();
            }
          `)
          assert.strictEqual(yield* serial(machine), "10 10\n")
        }))

      it.effect("the watchdog starts the program again", () =>
        Effect.gen(function*() {
          const machine = yield* firmware(`
            int main(void) {
              unsigned char cause = MCUSR; MCUSR = 0; wdt_disable(); start();
              if (cause & _BV(WDRF)) { print("again\\n"); end(); }
              print("first\\n"); cli(); wdt_enable(WDTO_15MS); for (;;) {}
            }
          `)
          assert.strictEqual(yield* serial(machine), "first\nagain\n")
        }))

      it.effect("a program that leaves its flash has crashed, after what it printed", () =>
        Effect.gen(function*() {
          const { run } = yield* Emulator
          const machine = yield* firmware(
            `int main(void) { start(); print("boom\\n"); _delay_ms(1); ((void (*)(void)) 0x3f00)(); }`
          )
          let received = ""
          const error = yield* Effect.flip(
            Stream.runForEach(run(machine), (bytes) => Effect.sync(() => received += Buffer.from(bytes).toString()))
          )
          assert.strictEqual(error._tag, "ProgramCrashed")
          assert.strictEqual(received, "boom\n")
          assert.deepStrictEqual(processesOf(machine), [])
        }))
    }

    it.effect("a missing image is a typed error", () =>
      Effect.gen(function*() {
        const machine = yield* compile(`int main(void) { start(); end(); }`)
        const error = yield* Effect.flip(
          serial({ ...machine, hex: `${machine.hex}.missing`, elf: `${machine.elf}.missing` })
        )
        assert.strictEqual(error._tag, "ImageInvalid")
      }))

    it.effect("the run is judged: success, error, deadline, end", () =>
      Effect.gen(function*() {
        const endless = yield* compile(
          `int main(void) { start(); for (unsigned i = 0;; i++) { char s[16]; sprintf(s, "n=%u\\n", i); print(s); } }`
        )
        const ending = yield* compile(`int main(void) { start(); print("one\\ntwo\\n"); end(); }`)
        assert.strictEqual((yield* judged(endless, { expect: ["n=40$"] }))._tag, "Passed")
        assert.strictEqual((yield* judged(endless, { haltOnError: ["N=7\\b"], haltOnSuccess: ["n=9"] }))._tag, "Failed")
        assert.strictEqual((yield* judged(endless, { haltOnSuccess: ["^n=100$"] }))._tag, "Passed")
        assert.strictEqual((yield* judged(endless, { expect: ["never"] }, "200 millis"))._tag, "TimedOut")
        assert.deepStrictEqual(processesOf(endless), [])
        assert.deepStrictEqual(yield* judged(ending, {}), {
          _tag: "Passed",
          message: `${name} exited normally`
        })
        assert.strictEqual((yield* judged(ending, { expect: ["one", "three"] }))._tag, "Failed")
      }))

    if (options.exact) {
      it.effect("is exact: control characters, and a last line that is not ended", () =>
        Effect.gen(function*() {
          const machine = yield* compile(
            String.raw`int main(void) { start(); print("a\tb\x1b[0m\r\rc\x07\n"); put(0); print("prompt> "); end(); }`
          )
          assert.strictEqual(yield* serial(machine), "a\tb\x1b[0m\r\rc\x07\n\0prompt> ")
          assert.strictEqual((yield* judged(machine, { haltOnSuccess: ["^\\0prompt> $"] }))._tag, "Passed")
        }))
    } else {
      it.effect("loses control characters and a last line that is not ended, and nothing else", () =>
        Effect.gen(function*() {
          const machine = yield* compile(
            String.raw`int main(void) { start(); print("a\tb\x1b[0m\r\rc\x07\n"); put(0); print("\nprompt> "); end(); }`
          )
          assert.strictEqual(yield* serial(machine), "a.b.[0m..c.\n.\n")
        }))
    }
  })

const serialBytes = (machine: Machine) =>
  Effect.flatMap(Emulator, ({ run }) => Effect.map(Stream.runCollect(run(machine)), (chunks) => Buffer.concat(chunks)))

const serial = (machine: Machine) => Effect.map(serialBytes(machine), (bytes) => bytes.toString("latin1"))

const judged = (
  machine: Machine,
  sources: Partial<PatternSources>,
  timeout: "200 millis" | "30 seconds" = "30 seconds"
) =>
  runEmulator(machine, {
    patterns: Result.getOrThrow(compilePatterns({ expect: [], haltOnSuccess: [], haltOnError: [], ...sources })),
    timeout,
    onOutput: () => Effect.void
  })

/** The processes that have the machine's image on their command line. */
const processesOf = (machine: Machine) =>
  readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && commandLine(pid).includes(machine.elf))

const commandLine = (pid: string) => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8")
  } catch {
    return ""
  }
}
