import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type { Machine } from "../../src/emulators/Emulator.ts"
import { Subprocess } from "../../src/process/Subprocess.ts"

/** Compiles C with Debian's avr-gcc; the files last as long as the scope. */
export const firmware = Effect.fnUntraced(function*(main: string, frequencyHz = 16_000_000, mcu = "atmega328p") {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "fbuild-firmware-" })
  const machine: Machine = {
    mcu,
    frequencyHz,
    hex: `${folder}/firmware.hex`,
    elf: `${folder}/firmware.elf`
  }
  yield* fs.writeFileString(`${folder}/main.c`, prelude + main)
  const flags = [`-mmcu=${mcu}`, `-DF_CPU=${frequencyHz}UL`, "-Os", "-Wall", "-Werror"]
  yield* tool(folder, "avr-gcc", [...flags, "main.c", "-o", machine.elf])
  yield* tool(folder, "avr-objcopy", ["-O", "ihex", "-R", ".eeprom", machine.elf, machine.hex])
  return machine
})

/** Runs one of Debian's compilers' programs; what goes wrong is a defect of the test. */
export const tool = Effect.fnUntraced(function*(cwd: string, program: string, args: ReadonlyArray<string>) {
  const subprocess = yield* Subprocess
  const { status, stderr } = yield* subprocess.run({
    argv: [`/usr/bin/${program}`, ...args],
    cwd,
    env: { PATH: "/usr/bin:/bin" }
  })
  if (status._tag !== "Exited" || status.code !== 0) return yield* Effect.die(new Error(`${program}: ${stderr}`))
})

/** UART0 at 1 MBd, polled; `end` waits for the last bit and ends the program. */
const prelude = `
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include <avr/wdt.h>
#include <stdio.h>
#include <util/delay.h>
static inline void start(void) { UCSR0A = _BV(U2X0); UBRR0 = F_CPU / 8000000UL - 1; UCSR0B = _BV(TXEN0); }
static inline void put(char c) { while (!(UCSR0A & _BV(UDRE0))) {} UDR0 = c; }
static inline void print(const char *s) { while (*s) put(*s++); }
static inline void end(void) { _delay_ms(1); cli(); sleep_enable(); sleep_cpu(); }
`
