import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as rp2040js from "../../src/emulators/rp2040js.ts"
import * as SubprocessNode from "../../src/process/SubprocessNode.ts"
import { suite } from "../suites/emulators.ts"
import { armFirmware, picoFirmware } from "./armFirmware.ts"

suite("rp2040js", rp2040js.layer, { exact: true, interruptMillis: 100, compile: picoFirmware })

layer(Layer.merge(NodeFileSystem.layer, SubprocessNode.layer), { excludeTestServices: true })("rp2040js", (it) => {
  const run = (main: string) =>
    Effect.gen(function*() {
      const emulator = yield* rp2040js.make
      return yield* Stream.runCollect(emulator.run(yield* picoFirmware(main)))
    })

  it.effect("time passes: the timer counts microseconds, also while the program sleeps", () =>
    Effect.gen(function*() {
      const chunks = yield* run(`
        #define TIMER(offset) (*(volatile unsigned *) (0x40054000 + offset))
        int main(void) {
          start();
          TIMER(0x38) = 1;
          *(volatile unsigned *) 0xe000ed10 = 1 << 4;
          *(volatile unsigned *) 0xe000e100 = 1;
          unsigned began = TIMER(0x28);
          __asm__ volatile("cpsid i");
          TIMER(0x10) = began + 5050;
          while (!(TIMER(0x34) & 1)) {}
          char s[16]; sprintf(s, "%u\\n", (TIMER(0x28) - began) / 100); print(s); end();
        }
      `)
      assert.strictEqual(Buffer.concat(chunks).toString(), "50\n")
    }))

  it.effect("semihosting is output, too, and its exit the end", () =>
    Effect.gen(function*() {
      const chunks = yield* run(`
        static void semihost(int operation, const void *argument) {
          register int r0 __asm__("r0") = operation;
          register const void *r1 __asm__("r1") = argument;
          __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
        }
        int main(void) { semihost(4, "spoken\\n"); semihost(0x18, (void *) 0x20026); for (;;) {} }
      `)
      assert.strictEqual(Buffer.concat(chunks).toString(), "spoken\n")
    }))

  it.effect("functions of the boot ROM are found by its tables, and work", () =>
    Effect.gen(function*() {
      const chunks = yield* run(`
        /* Not a constant, for the compiler knows that there is nothing at 0. */
        static volatile unsigned rom;
        #define HALF(address) (*(const unsigned short *) (rom + (address)))
        typedef unsigned (*Function)(unsigned, unsigned, unsigned);
        static void *at(unsigned table, const char *code) {
          void *(*look)(unsigned, unsigned) = (void *(*)(unsigned, unsigned)) (unsigned) HALF(0x18);
          return look(HALF(table), code[0] | code[1] << 8);
        }
        #define CALL(code, a, b, c) ((Function) at(0x14, code))((unsigned) a, (unsigned) b, (unsigned) c)
        int main(void) {
          start();
          char text[8] = "1234567", s[99];
          CALL("MS", text, 'x', 3);
          CALL("MC", text + 4, "ab", 2);
          sprintf(s, "%s %u %u %u %x\\n", text, CALL("P3", 0xf0f, 0, 0), CALL("L3", 1, 0, 0), CALL("T3", 8, 0, 0),
            CALL("R3", 1, 0, 0));
          print(s);
          const volatile unsigned *flash = (void *) 0x10100000;
          CALL("RE", 0x100000, 4096, 4096);
          CALL("RP", 0x100000, "flashed", 8);
          sprintf(s, "%.8s %x %u\\n", (const char *) flash, flash[2], HALF(0x12) >> 8);
          print(s);
          float (**floats)(float, float) = at(0x16, "SF");
          sprintf(s, "%d %p\\n", (int) (floats[2](1.5f, 3.0f) * 100), at(0x14, "??"));
          print(s);
          CALL("UB", 0, 0, 0);
          print("it goes on");
        }
      `)
      assert.strictEqual(
        Buffer.concat(chunks).toString(),
        "xxx4ab7 8 31 3 80000000\nflashed ffffffff 3\n450 0x0\n"
      )
    }))

  for (
    const [what, main, detail] of [
      [
        "jumps to where the ROM is",
        "int main(void) { ((void (*)(void)) 0x101)(); return 0; }",
        /it jumped to 0x10[0-9a-f]/
      ],
      [
        "starts the second core",
        "int main(void) { *(volatile int *) 0xd0000050 = 255; *(volatile int *) 0xd0000054 = 1; for (;;) {} }",
        /its second core/
      ],
      [
        "streams from the flash",
        "int main(void) { return *(volatile int *) 0x14000014; }",
        /register 0x14 of XIP_CTRL/
      ],
      ["meets a breakpoint", "int main(void) { __asm__ volatile(\"bkpt 7\"); return 0; }", /breakpoint 7/],
      ["reads from nowhere", "int main(void) { return *(volatile int *) 0x90000000; }", /90000000/]
    ] as const
  ) {
    it.effect(`a program that ${what} has crashed`, () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(run(main))
        assert.strictEqual(error._tag, "ProgramCrashed")
        assert.match(error.message, detail)
      }))
  }

  it.effect("a program for another chip is refused", () =>
    Effect.gen(function*() {
      const emulator = yield* rp2040js.make
      const machine = yield* armFirmware("int main(void) { end(); return 0; }")
      const error = yield* Effect.flip(Stream.runDrain(emulator.run(machine)))
      assert.match(error.message, /the RP2040 has no memory at 0x0/)
    }))
})
