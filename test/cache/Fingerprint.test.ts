import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { execFileSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"
import {
  Fingerprint,
  fingerprint,
  type FingerprintContext,
  renderFingerprint,
  Uncacheable,
  uncacheableText
} from "../../src/cache/Fingerprint.ts"
import { Digest } from "../../src/domain/Digest.ts"
import { type Action, BuiltinStep } from "../../src/plan/Action.ts"
import { action, path } from "../plan/actions.ts"

const digest = (letter: string) => Digest.make(letter.repeat(64))
const toolchain = digest("a")

/** A compilation of `src/a.cpp` in the build folder `out`. */
const compile = (more: Partial<Action> = {}, flags: ReadonlyArray<string> = [], out = "out") =>
  action(`${out}/a.o`, ["src/a.cpp"], {
    argv: ["/t/avr-g++", "-c", "-Os", ...flags, "src/a.cpp", "-MD", "-o", `${out}/a.o`],
    depfile: path(`${out}/a.d`),
    toolchain,
    ...more
  })

const contextOf = (of: Action, more: Partial<FingerprintContext> = {}): FingerprintContext => ({
  inputs: new Map(of.inputs.map((input) => [input, digest("b")])),
  directory: undefined,
  ...more
})

const of = (one: Action, more: Partial<FingerprintContext> = {}) => fingerprint(one, contextOf(one, more))
const textOf = (one: Action, more: Partial<FingerprintContext> = {}) =>
  renderFingerprint(Result.getOrThrow(of(one, more))).text
const whyNot = (one: Action, more: Partial<FingerprintContext> = {}): string => {
  const result = of(one, more)
  return Result.isFailure(result) ? uncacheableText(result.failure) : "cacheable"
}

describe("fingerprint", () => {
  it("renders a line for each fact", () =>
    assert.strictEqual(
      textOf(compile({ env: { PWD: "/proc/self/cwd", LC_ALL: "C" } }), { directory: "/home/a b" }),
      [
        "fbuild action 1",
        "mnemonic CxxCompile",
        `toolchain ${toolchain}`,
        "directory /home/a b",
        "variable LC_ALL=C",
        "variable PWD=/proc/self/cwd",
        "argument /t/avr-g++",
        "argument -c",
        "argument -Os",
        "argument src/a.cpp",
        "argument -MD",
        "argument -o",
        "argument {output 0}",
        `input ${digest("b")} src/a.cpp`,
        "writes {output 0}",
        "writes {depfile}",
        ""
      ].join("\n")
    ))

  it("is the same in another build folder, wherever outputs stand", () => {
    const flags = (out: string) => ["-MF", `${out}/a.d`, "-MT", `${out}/a.o`, `-Wp,-MT,${out}/a.o`]
    assert.strictEqual(textOf(compile({}, flags("o1"), "o1")), textOf(compile({}, flags("o2"), "o2")))
    const link = (out: string) =>
      action([`${out}/a.elf`, `${out}/a.map`], ["x.o"], {
        mnemonic: "Link",
        argv: ["avr-gcc", "-o", `${out}/a.elf`, "x.o", `-Wl,-Map=${out}/a.map,--cref`],
        toolchain
      })
    assert.strictEqual(textOf(link("o1")), textOf(link("o2")))
    assert.include(textOf(link("o1")), "argument -Wl,-Map={output 1},--cref\n")
  })

  const other: Record<string, [Action, Partial<FingerprintContext>?]> = {
    "a flag": [compile({}, ["-g"])],
    "the order of flags": [compile({ argv: compile().argv.toSpliced(1, 2, "-Os", "-c") })],
    "a variable": [compile({ env: { SOURCE_DATE_EPOCH: "1" } })],
    "the toolchain": [compile({ toolchain: digest("c") })],
    "the mnemonic": [compile({ mnemonic: "CCompile" })],
    "the content of an input": [compile(), { inputs: new Map([["src/a.cpp", digest("c")]]) }],
    "one more input": [compile({ inputs: [path("src/a.cpp"), path("src/b.cpp")] })],
    "the project folder": [compile(), { directory: "/home/a" }],
    "the program": [compile({ argv: ["/u/avr-g++", ...compile().argv.slice(1)] })],
    "one more output": [compile({ outputs: [path("out/a.o"), path("out/b.o")] })],
    "the output that is printed": [compile({ stdout: path("out/a.o") })],
    "a flag in a response file": [compile({}, ["@r"]), { responses: new Map([["r", "-g"]]) }]
  }
  for (const [what, [one, context]] of Object.entries(other)) {
    it(`is another one with ${what}`, () => assert.notStrictEqual(textOf(one, context), textOf(compile())))
  }

  it("is another one for two sources with equal text in different folders", () => {
    const there = compile({ inputs: [path("src/b/a.cpp")], argv: compile().argv.with(3, "src/b/a.cpp") })
    assert.notStrictEqual(textOf(there), textOf(compile()))
  })

  it("is the same with flags in a response file as without", () =>
    assert.strictEqual(textOf(compile({}, ["@r"]), { responses: new Map([["r", "-g"]]) }), textOf(compile({}, ["-g"]))))

  it("does not take a word for an output that only looks like one", () => {
    const word = (text: string) => textOf(compile({}, [text]))
    assert.notStrictEqual(word("-DX={output 0}"), word("-DX={{output 0}"))
    assert.include(word("-DX={output 0}"), "argument -DX={{output 0}\n")
    assert.include(word("-DX={{output 0}"), "argument -DX={{{output 0}\n")
    assert.include(word("-DX={output}"), "argument -DX={output}\n")
  })

  it("of a built-in step has its order of tabs", () => {
    const convert = (...tabs: [string, ...Array<string>]) =>
      action("out/s.cpp", tabs, {
        mnemonic: "ConvertSketch",
        argv: [],
        step: BuiltinStep.cases.ConvertSketch.make({ tabs: [path(tabs[0]), ...tabs.slice(1).map(path)] })
      })
    assert.include(textOf(convert("a.ino", "b.ino")), "step ConvertSketch\ntab a.ino\ntab b.ino\nstep version 1\n")
    assert.notStrictEqual(textOf(convert("a.ino", "b.ino")), textOf(convert("b.ino", "a.ino")))
  })
})

describe("not cached", () => {
  const link = (flags: ReadonlyArray<string>, map = "out/a.map") =>
    action(["out/a.elf", "out/a.map"], ["x.o"], {
      mnemonic: "Link",
      argv: ["avr-gcc", "-o", "out/a.elf", "x.o", ...flags, "-Xlinker", `-Map=${map}`],
      toolchain
    })
  const table: Record<string, readonly [Action, RegExp, Partial<FingerprintContext>?]> = {
    "a vendor hook": [compile({ always: true }), /vendor hook/],
    "no toolchain identity": [action("a.o", [], { argv: ["avr-gcc"] }), /programs behind the command/],
    "another program": [compile({ argv: ["/usr/bin/python3", "x.py"] }), /not known what \/usr\/bin\/python3 reads/],
    "an unknown flag": [compile({}, ["--what=x"]), /not known what --what=x does/],
    "-march=native": [compile({}, ["-march=native"]), /^-march=native depends on the processor/],
    "-frecord-gcc-switches": [compile({}, ["-frecord-gcc-switches"]), /^-frecord-gcc-switches puts/],
    "-flto with -fstack-usage": [compile({}, ["-flto", "-fstack-usage"]), /^-fstack-usage writes/],
    "coverage": [compile({}, ["--coverage"]), /^--coverage writes or reads a profile/],
    "split DWARF": [compile({}, ["-gsplit-dwarf"]), /^-gsplit-dwarf writes/],
    "-save-temps": [compile({}, ["-save-temps=obj"]), /^-save-temps=obj leaves/],
    "a time macro that the command line hides": [
      compile({}, ["-DNOW=__TIME__"]),
      /^-DNOW=__TIME__ may stand for the time/
    ],
    "CPATH": [compile({ env: { CPATH: "/inc" } }), /^CPATH=\/inc looks for files/],
    "COMPILER_PATH": [compile({ env: { COMPILER_PATH: "/x" } }), /^COMPILER_PATH=\/x may start/],
    "-MF to somewhere else": [compile({}, ["-MF", "x.d"]), /^-MF x\.d writes a file that is not one of/],
    "-Wp,-MD to somewhere else": [compile({}, ["-Wp,-MMD,x.d"]), /^-MMD x\.d writes/],
    "a listing": [compile({}, ["-Wa,-ahl=x.lst"]), /^-ahl=x\.lst writes a listing/],
    "-o joined, which no stage finds": [compile({}, ["-oout/a.o"]), /writes a file/],
    "a second source": [compile({}, ["src/b.cpp"]), /^src\/b\.cpp is not one of the inputs/],
    "an output's name in a macro": [compile({}, ["-DNAME=out/a.o"]), /has the name of an output in it/],
    "no depfile": [compile({ depfile: undefined } as unknown as Partial<Action>), /neither a depfile nor a map/],
    "a map of its own that nobody declared": [link([], "x.map"), /^-Map=x\.map writes/],
    "no map": [action("a.elf", [], { mnemonic: "Link", argv: ["gcc", "-o", "a.elf"], toolchain }), /nor a map/],
    "a response file that is not there": [compile({}, ["@r"]), /^@r cannot be read/],
    "a response file with such a flag": [compile({}, ["@r"]), /^--coverage/, {
      responses: new Map([["r", "-g @s"], ["s", "--coverage"]])
    }],
    "an input that is gone": [compile(), /src\/a\.cpp has changed/, { inputs: new Map() }]
  }
  for (const [what, [one, expected, context]] of Object.entries(table)) {
    it(what, () => assert.match(whyNot(one, context), expected))
  }

  it("but a link may name files that are no inputs, since its map tells", () =>
    assert.strictEqual(whyNot(link(["lib/x.a", "-l:y.a", "-Tx.ld"])), "cacheable"))

  it.prop("always has a reason for people", { reason: Uncacheable }, ({ reason }) => {
    assert.isAbove(uncacheableText(reason).length, 0)
  }, { arbitrary: { runs: 50 } })
})

describe("renderFingerprint", () => {
  const Text = Schema.Array(
    Schema.Literals([
      "a",
      "=",
      " ",
      "\n",
      "\\",
      "\\n",
      "\\u{a}",
      "\r",
      "\0",
      "\ud800",
      "\\u{d800}",
      "input",
      "\nargument a"
    ])
  )
  const Key = Schema.Struct({
    argv: Schema.Array(Text),
    env: Schema.Array(Schema.Tuple([Text, Text])),
    inputs: Schema.Array(Schema.Tuple([Text, Text])),
    writes: Schema.Array(Text),
    tabs: Schema.Array(Text),
    optional: Schema.Array(Schema.Literals(["directory", "stdout", "toolchain"])),
    text: Text
  })
  const keyOf = ({ argv, env, inputs, optional, tabs, text, writes }: typeof Key.Type): Fingerprint => {
    const joined = (texts: ReadonlyArray<ReadonlyArray<string>>) => texts.map((pieces) => pieces.join(""))
    const pairs = (all: ReadonlyArray<readonly [ReadonlyArray<string>, ReadonlyArray<string>]>) =>
      all.map(([a, b]) => [a.join(""), b.join("")] as const)
    const [first, ...rest] = joined(tabs).map((tab) => path(tab === "" ? "x" : tab))
    return {
      mnemonic: "Link",
      argv: joined(argv),
      env: pairs(env),
      inputs: pairs(inputs),
      writes: joined(writes),
      ...(first === undefined ? {} : { step: { _tag: "ConvertSketch" as const, tabs: [first, ...rest] } }),
      ...(optional.includes("directory") ? { directory: text.join("") } : {}),
      ...(optional.includes("stdout") ? { stdout: text.join("") } : {}),
      ...(optional.includes("toolchain") ? { toolchain } : {})
    }
  }

  it.prop("gives different texts and digests for different fingerprints, equal ones for equal", { a: Key, b: Key }, (
    { a, b }
  ) => {
    const [one, other] = [keyOf(a), keyOf(b)]
    const same = Schema.toEquivalence(Fingerprint)(one, other)
    assert.strictEqual(renderFingerprint(one).text === renderFingerprint(other).text, same)
    assert.strictEqual(renderFingerprint(one).digest === renderFingerprint(other).digest, same)
  }, { arbitrary: { runs: 300 } })

  it.prop("changes with one piece of any text", { key: Key, piece: Text }, ({ key, piece }) => {
    const base = renderFingerprint(keyOf(key)).digest
    const variants = [
      { ...key, argv: [...key.argv, piece] },
      { ...key, writes: [...key.writes, piece] },
      { ...key, tabs: [...key.tabs, piece] },
      { ...key, env: [...key.env, [piece, []] as const] },
      { ...key, inputs: [...key.inputs, [[], piece] as const] },
      ...key.argv.map((word, index) => ({ ...key, argv: key.argv.with(index, [...word, "a"]) })),
      ...key.inputs.map(([a, b], index) => ({ ...key, inputs: key.inputs.with(index, [a, [...b, "\n"]]) })),
      ...key.env.map(([a, b], index) => ({ ...key, env: key.env.with(index, [[...a, "="], b]) }))
    ]
    for (const variant of variants) assert.notStrictEqual(renderFingerprint(keyOf(variant)).digest, base)
  }, { arbitrary: { runs: 100 } })

  it("is one line for each fact, whatever is in it", () => {
    const key = Result.getOrThrow(of(compile({}, ["-DX=a\nb\\c\u0085"])))
    assert.include(renderFingerprint(key).text, "\nargument -DX=a\\u{a}b\\\\c\\u{85}\n")
  })
})

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

  // What platform.txt of these cores hands to its tools. Sources: arduino/ArduinoCore-avr, -samd, -mbed, -renesas,
  // -megaavr; stm32duino/Arduino_Core_STM32; earlephilhower/arduino-pico; adafruit/Adafruit_nRF52_Arduino;
  // PaulStoffregen/cores (Teensy); espressif/arduino-esp32; esp8266/Arduino; openwch/arduino_core_ch32.
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
      const one = compile({ argv: [...command.split(" "), "src/a.cpp", "-MD", "-o", "out/a.o"] })
      assert.strictEqual(whyNot(one, { responses }), "cacheable")
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
      assert.strictEqual(whyNot(one, { responses: ldflags }), "cacheable")
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
