import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type { Machine } from "../../src/emulators/Emulator.ts"
import { tool } from "./firmware.ts"

/** Compiles C with Debian's arm-none-eabi-gcc for a Cortex-M3 whose flash is at 0; the files last as long as the scope. */
export const armFirmware = (main: string) =>
  compile({ mcu: "cortex-m3", frequencyHz: 25_000_000, cpu: "cortex-m3", source: prelude + output + main, flash: "0" })

/** The same for an RP2040, with a second stage boot loader that only jumps, and output on UART0. */
export const picoFirmware = (main: string) =>
  compile({
    mcu: "rp2040",
    frequencyHz: 125_000_000,
    cpu: "cortex-m0plus",
    source: prelude + boot2 + uart + main,
    flash: "0x10000000"
  })

const compile = Effect.fnUntraced(function*(given: {
  readonly mcu: string
  readonly frequencyHz: number
  readonly cpu: string
  readonly source: string
  readonly flash: string
}) {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "fbuild-firmware-" })
  const machine: Machine = {
    mcu: given.mcu,
    frequencyHz: given.frequencyHz,
    hex: `${folder}/firmware.hex`,
    elf: `${folder}/firmware.elf`
  }
  yield* fs.writeFileString(`${folder}/main.c`, given.source)
  yield* fs.writeFileString(`${folder}/flash.ld`, script(given.flash))
  const flags = [`-mcpu=${given.cpu}`, "-mthumb", "-Os", "-Wall", "-Werror", "--specs=nosys.specs", "-nostartfiles"]
  yield* tool(folder, "arm-none-eabi-gcc", [...flags, "-T", "flash.ld", "main.c", "-o", machine.elf])
  yield* tool(folder, "arm-none-eabi-objcopy", ["-O", "ihex", machine.elf, machine.hex])
  return machine
})

const script = (flash: string) =>
  `MEMORY {
  FLASH (rx) : ORIGIN = ${flash}, LENGTH = 1M
  RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 64K
}
SECTIONS {
  .text : { KEEP(*(.boot2)) KEEP(*(.vectors)) *(.text*) *(.rodata*) } > FLASH
  .ARM.exidx : { *(.ARM.exidx*) } > FLASH
  .data : { data_start = .; *(.data*) . = ALIGN(4); data_end = .; } > RAM AT > FLASH
  data_load = LOADADDR(.data);
  .bss : { bss_start = .; *(.bss*) *(COMMON) . = ALIGN(4); end = .; } > RAM
  stack_top = ORIGIN(RAM) + LENGTH(RAM);
}
`

/** Start-up code. Source: Armv6-M Architecture Reference Manual, "The vector table". */
const prelude = `
#include <stdio.h>
#include <string.h>
extern char data_start[], data_end[], data_load[], bss_start[], end[];
extern unsigned stack_top;
int main(void);
static inline void put(char c);
static inline void print(const char *s) { while (*s) put(*s++); }
static inline void _delay_ms(int ms) { for (volatile int i = 0; i < ms * 2000; i++) {} }
static void reset(void) {
  memcpy(data_start, data_load, data_end - data_start);
  memset(bss_start, 0, end - bss_start);
  main();
  for (;;) {}
}
__attribute__((section(".vectors"), used)) static const void *const vectors[] = { &stack_top, (void *) reset };
`

/** Output by semihosting, a character a call. Source: Arm semihosting specification, SYS_WRITEC and SYS_EXIT. */
const output = `
static inline void semihost(int operation, const void *argument) {
  register int r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}
static inline void start(void) {}
static inline void put(char c) { semihost(3, &c); }
static inline void finish(void) { semihost(0x18, (void *) 0x20026); }
#define end() finish()
`

/** Source: RP2040 datasheet, 2.8.1.3, "Boot sequence": 256 bytes, the last four of which are a checksum. */
const boot2 = String.raw`
__asm__(
  ".section .boot2, \"ax\"\n.thumb\nldr r0, =0x10000100\nldr r1, [r0]\nmsr msp, r1\nldr r0, [r0, #4]\nbx r0\n"
  ".ltorg\n.org 256\n.text\n"
);
`

/** Source: RP2040 datasheet, 4.2.8, "UART: List of Registers". */
const uart = `
static inline void start(void) { *(volatile unsigned *) 0x40034030 = 0x301; }
static inline void put(char c) { *(volatile unsigned *) 0x40034000 = c; }
static inline void finish(void) { __asm__ volatile("cpsid i"); for (;;) __asm__ volatile("wfi"); }
#define end() finish()
`
