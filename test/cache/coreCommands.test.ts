import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { execFileSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"
import { fingerprint, uncacheableText } from "../../src/cache/Fingerprint.ts"
import { Digest } from "../../src/domain/Digest.ts"
import type { Action } from "../../src/plan/Action.ts"
import { action, path } from "../plan/actions.ts"

const toolchain = Digest.make("a".repeat(64))

/** Why an action of a core would not be cached. */
const whyNot = (one: Action, responses: ReadonlyMap<string, string> = new Map()): string => {
  const inputs = new Map([one.argv[0]!, ...one.inputs].map((input) => [input, "b".repeat(64)]))
  const result = fingerprint(one, { inputs, directory: undefined, responses })
  return Result.isFailure(result) ? uncacheableText(result.failure) : "cacheable"
}

describe("commands of cores are cacheable", () => {
  const golden = Path.resolve(fileURLToPath(import.meta.url), "../../golden/avr")
  const words = (line: string) =>
    execFileSync("/bin/sh", ["-c", `printf '%s\\0' ${line}`], { encoding: "utf8" }).split("\0").slice(0, -1)

  for (const board of Fs.readdirSync(golden).filter((name) => Fs.existsSync(Path.join(golden, name, "graph.txt")))) {
    it(`the whole graph of ${board}`, () => {
      const blocks = Fs.readFileSync(Path.join(golden, board, "graph.txt"), "utf8").split("\n\n")
      assert.isAbove(blocks.length, 20)
      for (const block of blocks) {
        const lines = block.trimEnd().split("\n")
        const [mnemonic, output] = lines[0]!.split(" ")
        if (mnemonic === "ConvertSketch") continue
        const listed = (start: string) =>
          lines.filter((line) => line.startsWith(start)).flatMap((line) => line.slice(start.length).split(" "))
        const argv = words(lines[1]!.replace(/ > \S+$/, ""))
        const one = action([output!, ...listed("  also writes ")], listed("  reads "), {
          mnemonic: mnemonic as Action["mnemonic"],
          argv,
          toolchain,
          ...(argv.includes("-MD") ? { depfile: path("x.d") } : {})
        })
        assert.strictEqual(whyNot(one), "cacheable", argv.join(" "))
      }
    })
  }

  // In the manner of the platform.txt of these cores.
  const gnu = "-c -g -Os -w -std=gnu++17 -ffunction-sections -fdata-sections -fno-exceptions -fno-rtti"
  const compiles: Record<string, string> = {
    avr:
      `avr-g++ ${gnu} -fpermissive -fno-threadsafe-statics -Wno-error=narrowing -flto -mmcu=atmega328p -DF_CPU=16000000L`,
    "avr, assembler": "avr-gcc -c -g -x assembler-with-cpp -flto -mmcu=atmega328p",
    megatiny:
      `avr-gcc ${gnu} -std=gnu11 -flto -fno-fat-lto-objects -mrelax -Werror=implicit-function-declaration -Wundef`,
    samd:
      `arm-none-eabi-g++ -mcpu=cortex-m0plus -mthumb ${gnu} -nostdlib --param max-inline-insns-single=500 -D__SKETCH_NAME__="""x"""`,
    due: `arm-none-eabi-gcc ${gnu} -nostdlib --param max-inline-insns-single=500 -Dprintf=iprintf -mcpu=cortex-m3`,
    stm32:
      `arm-none-eabi-g++ -mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard -mthumb ${gnu} -include a.h -fno-use-cxa-atexit -MMD`,
    mbed:
      `arm-none-eabi-g++ ${gnu} -nostdlib @v/defines.txt @v/cxxflags.txt -iprefix/core/ -DMBED_MINIMAL_PRINTF @v/includes.txt`,
    renesas:
      `arm-none-eabi-g++ ${gnu} -fsigned-char -fmessage-length=0 -mno-unaligned-access -iprefix/c @v/includes.txt -nostdlib`,
    pico:
      `arm-none-eabi-g++ ${gnu} -Werror=return-type -Wno-psabi -march=armv6-m -mcpu=cortex-m0plus -mthumb -iprefix /c/ @v/d.txt -fno-inline-functions`,
    nrf52:
      `arm-none-eabi-gcc ${gnu} -mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16 -u _printf_float -nostdlib --param max-inline-insns-single=500`,
    teensy:
      `arm-none-eabi-g++ -O2 -g -Wall -ffunction-sections -fdata-sections -nostdlib -MMD -std=gnu++20 -fpermissive -felide-constructors -mthumb -mcpu=cortex-m7 -mfloat-abi=hard -mfpu=fpv5-d16 -x c++ -fno-strict-volatile-bitfields`,
    esp32:
      `xtensa-esp32-elf-g++ -MMD -c @sdk/flags/defines -w -Os -Werror=return-type -mlongcalls -mdisable-hardware-atomics -iprefix /sdk/ @sdk/flags/includes -Iq`,
    "esp32 with flags":
      `riscv32-esp-elf-gcc ${gnu} -march=rv32imc_zicsr_zifencei -fstrict-volatile-bitfields -fno-jump-tables -fno-tree-switch-conversion -freorder-blocks -fstack-protector -gdwarf-4 -ggdb -Wwrite-strings -iprefix /s/ -iwithprefixbefore a/include -iwithprefixbefore b`,
    esp8266:
      `xtensa-lx106-elf-g++ ${gnu} -U__STRICT_ANSI__ -D_GNU_SOURCE -free -fipa-pta -mlongcalls -mtext-section-literals -falign-functions=4 -Werror=return-type`,
    ch32v:
      `riscv-none-embed-gcc ${gnu} -march=rv32ec -mabi=ilp32e -msmall-data-limit=0 -msave-restore -fmessage-length=0 -fsigned-char -fno-common -misa-spec=2.2`
  }
  const responses = new Map(
    ["v/defines.txt", "v/d.txt", "sdk/flags/defines"].map((name): [string, string] => [name, "-DX=1 \"-DY=a b\""])
  )
  for (const name of ["v/includes.txt", "sdk/flags/includes"]) responses.set(name, "\"-iwithprefixbefore/a/b\"\n-Ix")
  responses.set("v/cxxflags.txt", "-fno-exceptions -std=gnu++14 -Wvla -fomit-frame-pointer")
  for (const [core, command] of Object.entries(compiles)) {
    it(`${core}: compile`, () => {
      const argv = [...command.split(" "), "src/a.cpp", "-MD", "-o", "out/a.o"]
      const one = action("out/a.o", ["src/a.cpp"], { argv, depfile: path("out/a.d"), toolchain })
      assert.strictEqual(whyNot(one, responses), "cacheable")
    })
  }

  const links: Record<string, string> = {
    avr:
      "avr-gcc -w -Os -g -flto -fuse-linker-plugin -Wl,--gc-sections,--section-start=.text=0x200 -mmcu=atmega328p -Lout -lm",
    samd: "arm-none-eabi-g++ -Lout -Os -Wl,--gc-sections",
    sam:
      "arm-none-eabi-g++ -mthumb -Wl,--cref -Wl,--check-sections -Wl,--gc-sections -Wl,--entry=Reset_Handler -Wl,--unresolved-symbols=report-all -Wl,--warn-common -Wl,--warn-section-align -Tv/flash.ld -u _sbrk -Wl,--start-group x.a -Wl,--end-group -lm -lgcc",
    stm32:
      "arm-none-eabi-gcc -Wl,--defsym=LD_FLASH_OFFSET=0 -Wl,--no-warn-rwx-segments --specs=nano.specs -Wl,--default-script=v/l.ld -Wl,--script=s/l.ld -static -Wl,-u,vfprintf",
    mbed:
      "arm-none-eabi-g++ -Lv -Wl,--gc-sections -w -Wl,--as-needed @v/ldflags.txt -Tv/linker.ld -Wl,--whole-archive x.a -Wl,--no-whole-archive -Wl,--start-group -lstdc++ -Wl,--end-group",
    teensy:
      "arm-none-eabi-gcc -O2 -Wl,--gc-sections,--relax -Tc/imxrt1062.ld -Wl,--print-memory-usage -Wl,--defsym=__rtc_localtime=0 -larm_cortexM7lfsp_math",
    esp32:
      "xtensa-esp32-elf-g++ -nostartfiles -Wl,--cref -Wl,--defsym=IDF_TARGET_ESP32=0 -Wl,--undefined=uxTopUsedPriority -fno-rtti -fno-lto -Wl,--wrap=longjmp -u call_user_start_cpu0 -Tmemory.ld -T sections.ld -Wl,--warn-common -Wl,--orphan-handling=warn -z noexecstack -lnewlib",
    esp8266:
      "xtensa-lx106-elf-gcc -w -Os -nostdlib -Wl,--no-check-sections -u app_entry -Wl,-static -Lv/ld -Teagle.flash.ld -Wl,--gc-sections -Wl,-wrap,system_restart_local -Wl,-wrap,spi_flash_read -lhal",
    ch32v:
      "riscv-none-embed-gcc -Tsystem/Link.ld -nostartfiles -Xlinker --gc-sections -Wl,--print-memory-usage -Wl,--noinhibit-exec --specs=nosys.specs -lprintf",
    nrf52:
      "arm-none-eabi-g++ -Wl,--wrap=malloc -Wl,--wrap=free -Lcores/linker -Tx.ld -Wl,-n -Wl,-EL -Wl,--no-export-dynamic -Wl,--allow-multiple-definition -Wl,--strip-debug -Wl,--no-warn-mismatch"
  }
  const ldflags = new Map([["v/ldflags.txt", "-Wl,--wrap,main -Wl,--wrap,_malloc_r -mcpu=cortex-m7 -mfpu=fpv5-d16"]])
  for (const [core, command] of Object.entries(links)) {
    it(`${core}: link`, () => {
      const argv = [...command.split(" "), "a.o", "-o", "f.elf", "-Wl,-Map=f.map"]
      const one = action(["f.elf", "f.map"], ["a.o"], { mnemonic: "Link", argv, toolchain })
      assert.strictEqual(whyNot(one, ldflags), "cacheable")
    })
  }

  const tools = [
    "arm-none-eabi-ar rcs f.out f.in",
    "xtensa-esp32-elf-gcc-ar cr f.out f.in",
    "arm-none-eabi-objcopy -O binary f.in f.out",
    "avr-objcopy -O ihex -j .eeprom --set-section-flags=.eeprom=alloc,load --no-change-warnings --change-section-lma .eeprom=0 f.in f.out",
    "arm-none-eabi-objcopy -O ihex -R .eeprom f.in f.out",
    "avr-objcopy -O binary -j .user_signatures --gap-fill 0xFF f.in f.out",
    "avr-size -A f.in",
    "arm-none-eabi-size -A -x f.in",
    "avr-nm --numeric-sort --line-numbers --demangle --print-size --format=s f.in"
  ]
  for (const command of tools) {
    it(command, () => {
      const one = action("f.out", ["f.in"], { mnemonic: "Objcopy", argv: command.split(" "), toolchain })
      assert.strictEqual(whyNot(one), "cacheable")
    })
  }
})
