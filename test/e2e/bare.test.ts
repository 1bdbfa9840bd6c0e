import { assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { built, fbuild, workspace, write } from "../support/project.ts"

const iniOf = (...lines: ReadonlyArray<string>) => ["[env:x]", ...lines, ""].join("\n")

/** Start-up code, a linker script and a program that speaks by semihosting: all that a bare Cortex-M needs. */
const bareArm = (flash: string, ram: string) => ({
  "src/start.S": `
    .syntax unified
    .section .vectors, "a"
    .word stack_top
    .word reset
    .text
    .thumb_func
    .global semihost
semihost:
    bkpt 0xab
    bx lr
`,
  "src/start.c": `#include <string.h>
extern char data_start[], data_end[], data_load[], bss_start[], bss_end[];
int main(void);
void semihost(int operation, const void *argument);
void reset(void) {
#ifdef __ARM_FP
  // The FPU is off after a reset. Source: Armv7-M Architecture Reference Manual, CPACR.
  *(volatile unsigned *)0xe000ed88 |= 0xfu << 20;
#endif
  memcpy(data_start, data_load, data_end - data_start);
  memset(bss_start, 0, bss_end - bss_start);
  main();
  semihost(0x18, (const void *)0x20026);
  for (;;) {
  }
}
`,
  "src/main.cpp": `#include <stdio.h>
extern "C" void semihost(int operation, const void *argument);
static int counter = 40;
int main() {
  static char line[32];
  volatile double half = 1.5;
  snprintf(line, sizeof line, "%d %d %s\\n", counter + 2, (int)(half * 2), GREETING);
  semihost(4, line);
  return 0;
}
`,
  "flash.ld": `MEMORY {
  FLASH (rx) : ORIGIN = ${flash}, LENGTH = 128K
  RAM (rwx) : ORIGIN = ${ram}, LENGTH = 16K
}
ENTRY(reset)
SECTIONS {
  .vectors : { KEEP(*(.vectors)) } > FLASH
  .text : { *(.text*) *(.rodata*) } > FLASH
  .ARM.exidx : { *(.ARM.exidx*) } > FLASH
  .data : { data_start = .; *(.data*) . = ALIGN(4); data_end = .; } > RAM AT > FLASH
  data_load = LOADADDR(.data);
  .bss : { bss_start = .; *(.bss*) *(COMMON) . = ALIGN(4); bss_end = .; end = .; } > RAM
  stack_top = ORIGIN(RAM) + LENGTH(RAM);
}
`
})

const testEmu = (dir: string, line: string, ...args: ReadonlyArray<string>) =>
  fbuild(dir, ["test-emu", "--expect", line, "--timeout", "20s", ...args])

describe("generic_arm", () => {
  const space = workspace()
  const flags = `build_flags = -DGREETING='"well met"'`
  const project = (name: string, board: ReadonlyArray<string>, flash = "0", ram = "0x20000000") =>
    write(Path.join(space, name), {
      "platformio.ini": iniOf("platform = generic_arm", "board_build.ldscript = flash.ld", flags, ...board),
      ...bareArm(flash, ram)
    })

  it("builds with the user's start-up code and linker script, and runs under QEMU", async () => {
    const dir = project("m3", ["board = cortex-m3"])
    const { executed, finished } = await built(dir)
    const [environment] = finished.environments
    assert.deepStrictEqual(environment!.images.map(({ kind }) => kind).toSorted(), ["bin", "hex"])
    assert.isAbove(environment!.size.flash!.used, 500)
    assert.isFalse(executed.some((id) => id.includes("core.a")))
    const run = await testEmu(dir, "^42 3 well met$")
    assert.strictEqual(run.status, 0, run.stdout + run.stderr)
    assert.match(run.stderr, /qemu/)
    assert.deepStrictEqual((await built(dir)).executed, [])
    // The linker script is read by the link: what it says is part of the firmware.
    const script = Path.join(dir, "flash.ld")
    Fs.writeFileSync(script, Fs.readFileSync(script, "utf8").replace("16K", "8K"))
    assert.include((await built(dir)).executed, ".fbuild/build/x/firmware.elf")
  })

  const mcus: ReadonlyArray<readonly [board: string, flags: RegExp, flash: string]> = [
    ["stm32f103c8t6", /-mcpu=cortex-m3 -mthumb -mfloat-abi=soft /, "0x08000000"],
    ["stm32f411ceu6", /-mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16 /, "0x08000000"],
    ["nrf51822", /-mcpu=cortex-m0 -mthumb -mfloat-abi=soft /, "0"],
    ["cortex-m7", /-mcpu=cortex-m7 -mthumb -mfloat-abi=hard -mfpu=fpv5-d16 /, "0"]
  ]
  for (const [board, expected, flash] of mcus) {
    it(`CPU and float ABI of the ${board} come from its name, in compilations and the link`, async () => {
      const dir = project(board, [`board = ${board}`, "board_build.f_cpu = 8000000L"], flash)
      const run = await testEmu(dir, "^42 3 well met$")
      assert.strictEqual(run.status, 0, run.stdout + run.stderr)
      const lines = (await fbuild(dir, ["build", "--dry-run"])).stdout.split("\n")
      for (const line of lines.filter((text) => /gcc -c|g\+\+ -c|\.elf .*src/.test(text))) assert.match(line, expected)
      assert.match(lines.join("\n"), /-DF_CPU=8000000L/)
    })
  }

  it("takes the MCU from board_build.mcu or from a board file, and the ABI of its libraries", async () => {
    const dir = project("own", ["board = mine", "board_build.mcu = cortex-m4"])
    write(dir, {
      "boards/mine.json": `{ "build": { "mcu": "cortex-m3" }, "upload": { "maximum_size": 600 }, "name": "M" }`
    })
    assert.match((await fbuild(dir, ["build", "--dry-run"])).stdout, /-mcpu=cortex-m4 -mthumb -mfloat-abi=soft/)
    const full = await fbuild(dir, ["build"])
    assert.strictEqual(full.status, 1)
    assert.match(full.stderr, /flash overflows by \d+ bytes/)
    write(dir, { "platformio.ini": iniOf("platform = generic_arm", "board_build.mcu = cortex-m3", flags) })
    assert.match((await fbuild(dir, ["build", "--dry-run"])).stdout, /-mcpu=cortex-m3/)
  })

  it("what it cannot build is a typed error", async () => {
    const dir = project("bad", ["board = z80"])
    const unknown = await fbuild(dir, ["build"])
    assert.strictEqual(unknown.status, 2)
    assert.match(unknown.stderr, /:\d+: unknown board "z80"/)
    write(dir, { "platformio.ini": iniOf("platform = generic_arm", "board = cortex-m3", "framework = arduino") })
    const framework = await fbuild(dir, ["build"])
    assert.strictEqual(framework.status, 2)
    assert.match(
      framework.stderr,
      /framework "arduino" is not supported by generic_arm\n.*supported: no framework line at all/
    )
  })
})

describe("a bare AVR project", () => {
  const space = workspace()
  const program = `#include <avr/io.h>
#include <avr/sleep.h>
#include <avr/interrupt.h>
#include <util/delay.h>
#ifdef ARDUINO
#error "there is no Arduino"
#endif
static void print(const char *text) {
  UBRR0 = F_CPU / 16 / 9600 - 1;
  UCSR0B = _BV(TXEN0);
  for (; *text; text++) {
    while (!(UCSR0A & _BV(UDRE0))) {}
    UDR0 = *text;
  }
  _delay_ms(2);
}
int main() {
  print("bare\\n");
  cli();
  sleep_enable();
  sleep_cpu();
}
`

  it("has no core, PlatformIO's macros and the board's clock, and runs", async () => {
    const dir = write(Path.join(space, "uno"), {
      "platformio.ini": iniOf("platform = atmelavr", "board = uno"),
      "src/main.cpp": `#if PLATFORMIO < 60000 || F_CPU != 16000000L\n#error\n#endif\n${program}`
    })
    const { finished } = await built(dir)
    const [environment] = finished.environments
    assert.isBelow(environment!.size.flash!.used, 300)
    assert.strictEqual(environment!.size.flash!.max, 32_256)
    const run = await testEmu(dir, "^bare$")
    assert.strictEqual(run.status, 0, run.stdout + run.stderr)
    const plan = (await fbuild(dir, ["build", "--dry-run"])).stdout
    assert.notMatch(plan, /core\.a|cores\/arduino/)
  })

  it("blinks on an ATtiny85, which board = names without any core", async () => {
    const dir = write(Path.join(space, "tiny"), {
      "platformio.ini": iniOf("platform = atmelavr", "board = attiny85", "board_build.f_cpu = 8000000L"),
      "src/main.c": `#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include <util/delay.h>
int main(void) {
  DDRB = _BV(PB1);
  unsigned char seen = 0;
  for (unsigned char i = 0; i < 10; i++) {
    PINB = _BV(PB1);
    _delay_ms(5);
    if (PINB & _BV(PB1)) seen++;
  }
  // Asleep with interrupts off is the end of the program; any other end is none.
  if (seen == 5) {
    cli();
    sleep_enable();
    sleep_cpu();
  }
  for (;;) {}
}
`
    })
    const run = await fbuild(dir, ["test-emu", "--timeout", "20s"])
    assert.strictEqual(run.status, 0, run.stdout + run.stderr)
    assert.match(run.stderr, /simavr exited normally/)
    write(dir, { "src/main.c": "int main(void) { for (;;) {} }\n" })
    assert.strictEqual((await fbuild(dir, ["test-emu", "--timeout", "2s"])).status, 124)
  })

  it("an unknown framework is an error that lists what there is", async () => {
    const dir = write(Path.join(space, "other"), {
      "platformio.ini": iniOf("platform = atmelavr", "board = uno", "framework = simba"),
      "src/main.cpp": program
    })
    const run = await fbuild(dir, ["build"])
    assert.strictEqual(run.status, 2)
    assert.match(run.stderr, /:4: framework "simba" is not supported by atmelavr/)
    assert.match(run.stderr, /supported: framework = arduino, no framework line at all/)
  })
})
