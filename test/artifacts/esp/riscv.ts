import { assert } from "@effect/vitest"
import * as Fs from "node:fs"
import { execute, write } from "../../support/project.ts"

const source = `
const char message[] = "An application for the ESP32-C3";
int initialised[20] = { 1, 2, 3 };
int zeroed[100];
__attribute__((section(".iram0.text"))) int inRam(int n) { return initialised[n] * zeroed[n]; }
int _start(void) { for (int i = 0; message[i]; i++) zeroed[i] += inRam(message[i] % 20); return 0; }
`

const script = `
ENTRY(_start)
SECTIONS {
  .flash.rodata 0x3c000020 : { *(.rodata*) }
  .flash.text 0x42010020 : { *(.text*) }
  .iram0.text 0x40380000 : { *(.iram0.text) }
  .dram0.data 0x3fc88000 : { *(.data*) *(.sdata*) }
  .dram0.bss (NOLOAD) : { *(.bss*) *(.sbss*) *(COMMON) }
}
`

/** A small program for the ESP32-C3, linked by GCC as ESP-IDF lays applications out. */
export const compileForRiscv = async (dir: string): Promise<Uint8Array> => {
  write(dir, { "main.c": source, "sections.ld": script })
  const run = await execute("riscv64-unknown-elf-gcc", [
    ...["-march=rv32imc", "-mabi=ilp32", "-O1", "-g", "-ffreestanding", "-nostdlib"],
    ...["-Wl,-T,sections.ld", "-Wl,--build-id=none", "-o", "firmware.elf", "main.c"]
  ], dir)
  assert.strictEqual(run.status, 0, run.stderr)
  return Fs.readFileSync(`${dir}/firmware.elf`)
}
