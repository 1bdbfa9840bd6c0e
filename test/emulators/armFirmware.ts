import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type { Machine } from "../../src/emulators/Emulator.ts"
import { tool } from "./firmware.ts"

/** Compiles C with Debian's arm-none-eabi-gcc for a Cortex-M3 whose flash is at 0; the files last as long as the scope. */
export const armFirmware = Effect.fnUntraced(function*(main: string) {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "fbuild-firmware-" })
  const machine: Machine = {
    mcu: "cortex-m3",
    frequencyHz: 25_000_000,
    hex: `${folder}/firmware.hex`,
    elf: `${folder}/firmware.elf`
  }
  yield* fs.writeFileString(`${folder}/main.c`, prelude + main)
  yield* fs.writeFileString(`${folder}/flash.ld`, script)
  const flags = ["-mcpu=cortex-m3", "-mthumb", "-Os", "-Wall", "-Werror", "--specs=nosys.specs", "-nostartfiles"]
  yield* tool(folder, "arm-none-eabi-gcc", [...flags, "-T", "flash.ld", "main.c", "-o", machine.elf])
  yield* tool(folder, "arm-none-eabi-objcopy", ["-O", "ihex", machine.elf, machine.hex])
  return machine
})

const script = `MEMORY {
  FLASH (rx) : ORIGIN = 0, LENGTH = 1M
  RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 64K
}
SECTIONS {
  .text : { KEEP(*(.vectors)) *(.text*) *(.rodata*) } > FLASH
  .ARM.exidx : { *(.ARM.exidx*) } > FLASH
  .data : { data_start = .; *(.data*) . = ALIGN(4); data_end = .; } > RAM AT > FLASH
  data_load = LOADADDR(.data);
  .bss : { bss_start = .; *(.bss*) *(COMMON) . = ALIGN(4); end = .; } > RAM
  stack_top = ORIGIN(RAM) + LENGTH(RAM);
}
`

/** Output by semihosting, a character a call. Source: Arm semihosting specification, SYS_WRITEC and SYS_EXIT. */
const prelude = `
#include <stdio.h>
#include <string.h>
extern char data_start[], data_end[], data_load[], bss_start[], end[];
extern unsigned stack_top;
int main(void);
static inline void semihost(int operation, const void *argument) {
  register int r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}
static inline void start(void) {}
static inline void put(char c) { semihost(3, &c); }
static inline void print(const char *s) { while (*s) put(*s++); }
static inline void finish(void) { semihost(0x18, (void *) 0x20026); }
static inline void _delay_ms(int ms) { for (volatile int i = 0; i < ms * 5000; i++) {} }
static void reset(void) {
  memcpy(data_start, data_load, data_end - data_start);
  memset(bss_start, 0, end - bss_start);
  main();
  for (;;) {}
}
__attribute__((section(".vectors"), used)) static const void *const vectors[] = { &stack_top, (void *) reset };
#define end() finish()
`
