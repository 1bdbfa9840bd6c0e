import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { binutilsFlags } from "../../src/cache/binutilsFlags.ts"
import { classifyArguments } from "../../src/cache/classifyArguments.ts"
import { cppFlags, gccFlags } from "../../src/cache/compilerFlags.ts"
import { familyOf } from "../../src/cache/flagTable.ts"

/** `class flag`, in the order of the command, what goes to other programs last. */
const classes = (command: string): ReadonlyArray<string> =>
  (classifyArguments(command.split(" ")) ?? []).map((arg) => `${arg.class} ${arg.flag}`)

describe("familyOf", () => {
  const table: ReadonlyArray<readonly [program: string, family: string | undefined]> = [
    ["/usr/bin/avr-g++", "gcc"],
    ["gcc", "gcc"],
    ["/opt/bin/arm-none-eabi-gcc-12.2.1", "gcc"],
    ["C:/tools/xtensa-esp32-elf-g++.exe", "gcc"],
    ["avr-gcc-ar", "ar"],
    ["riscv64-unknown-elf-ar", "ar"],
    ["avr-size", "nm"],
    ["avr-gcc-nm", "nm"],
    ["avr-as", "as"],
    ["avr-objcopy", "objcopy"],
    ["/usr/bin/clang++", undefined],
    ["python3", undefined],
    ["/opt/gcc/bin/python", undefined],
    ["elf2bin-size.py", undefined],
    ["", undefined]
  ]
  for (const [program, family] of table) {
    it(`${program} → ${family}`, () => assert.strictEqual(familyOf(program), family))
  }
})

describe("classifyArguments", () => {
  const table: ReadonlyArray<readonly [command: string, ...expected: ReadonlyArray<string>]> = [
    ["gcc -c a.c -o a.o", "hashed -c", "output -o a.o", "operand a.c"],
    ["gcc -oa.o", "output -oa.o"],
    ["gcc -DX=1 -D Y -U Z", "preprocessor -DX=1", "preprocessor -D Y", "preprocessor -U Z"],
    [
      "gcc -Iinc -I x -isystem y -iquotez -idirafter w",
      "folder -Iinc",
      "folder -I x",
      "folder -isystem y",
      "folder -iquotez",
      "folder -idirafter w"
    ],
    [
      "gcc -iprefix /p/ -iwithprefixbefore/a -iwithprefix b",
      "folder -iprefix /p/",
      "folder -iwithprefixbefore/a",
      "folder -iwithprefix b"
    ],
    [
      "gcc --include-directory=a --include-directory-after b --include-prefix=/p/ --include-with-prefix-before=c --include=d",
      "folder --include-directory=a",
      "folder --include-directory-after b",
      "folder --include-prefix=/p/",
      "folder --include-with-prefix-before=c",
      "preprocessor --include=d"
    ],
    [
      "gcc -isysroot s --sysroot=s -I=/a --include-directory==/a -I-",
      "uncacheable -isysroot s",
      "uncacheable --sysroot=s",
      "uncacheable -I=/a",
      "uncacheable --include-directory==/a",
      "uncacheable -I-"
    ],
    ["gcc -include a.h -imacros b.h", "preprocessor -include a.h", "preprocessor -imacros b.h"],
    ["gcc -Tx.ld -T y.ld -Ttext 0x0 -Ttext=1", "file -Tx.ld", "file -T y.ld", "hashed -Ttext 0x0", "hashed -Ttext=1"],
    ["gcc --specs=nano.specs -specs=nosys.specs", "file --specs=nano.specs", "file -specs=nosys.specs"],
    [
      "gcc -x c++ -xc --param a=1 --param=b=2",
      "hashed -x c++",
      "hashed -xc",
      "hashed --param a=1",
      "hashed --param=b=2"
    ],
    [
      "gcc -MD -MF a.d -MT a.o -MQa.o -MP",
      "preprocessor -MD",
      "output -MF a.d",
      "preprocessor -MT a.o",
      "preprocessor -MQa.o",
      "preprocessor -MP"
    ],
    ["gcc -Wp,-MD,a.d,-MT,a.o -Wp,-DX", "output -MD a.d", "preprocessor -MT a.o", "preprocessor -DX"],
    ["gcc -Xpreprocessor -MMD -Xpreprocessor a.d", "output -MMD a.d"],
    [
      "gcc -Wall -W -w -Wno-error=narrowing -Wlarger-than=1",
      "hashed -Wall",
      "hashed -W",
      "hashed -w",
      "hashed -Wno-error=narrowing",
      "hashed -Wlarger-than=1"
    ],
    ["gcc -Wl,-Map,m.map,--cref -Wl,-Map=n", "output -Map m.map", "hashed --cref", "output -Map=n"],
    ["gcc -Xlinker -Map=m.map", "output -Map=m.map"],
    [
      "gcc -Wl,-T -Wl,x.ld -Wl,--default-script=d.ld -Wl,--version-script,v",
      "file -T x.ld",
      "file --default-script=d.ld",
      "file --version-script v"
    ],
    [
      "gcc -Wl,-wrap,f -Wl,--wrap=g -Wl,-u,h -Wl,-EL -Wl,-n",
      "hashed -wrap f",
      "hashed --wrap=g",
      "hashed -u h",
      "hashed -EL",
      "hashed -n"
    ],
    ["gcc -Wl,-c,x.mri -Wl,--mri-script=y -Wl,-cref", "file -c x.mri", "file --mri-script=y", "hashed -cref"],
    ["gcc -Wl,--start-group a.o -Wl,--end-group", "hashed --start-group", "operand a.o", "hashed --end-group"],
    ["gcc -Wa,-mmcu=avr5,--defsym,A=1 -Wa,-ahl", "hashed -mmcu=avr5", "hashed --defsym A=1", "hashed -ahl"],
    ["ar rcsD x.a a.o", "hashed rcsD", "operand x.a", "operand a.o"],
    ["ar -crs x.a", "hashed -crs", "operand x.a"],
    ["objcopy -O ihex -R .eeprom a.elf a.hex", "hashed -O ihex", "hashed -R .eeprom", "operand a.elf", "operand a.hex"],
    [
      "objcopy -j .eeprom --set-section-flags=.eeprom=alloc,load --no-change-warnings --change-section-lma .eeprom=0",
      "hashed -j .eeprom",
      "hashed --set-section-flags=.eeprom=alloc,load",
      "hashed --no-change-warnings",
      "hashed --change-section-lma .eeprom=0"
    ],
    ["size -A -d a.elf", "hashed -A", "hashed -d", "operand a.elf"],
    [
      "nm --numeric-sort --print-size --format=s a.elf",
      "hashed --numeric-sort",
      "hashed --print-size",
      "hashed --format=s",
      "operand a.elf"
    ]
  ]
  for (const [command, ...expected] of table) {
    it(command, () => assert.deepStrictEqual(classes(command), expected))
  }

  const uncacheable = [
    "-save-temps",
    "-save-temps=obj",
    "--save-temps",
    "-dumpdir x",
    "-aux-info x",
    "--coverage",
    "-fprofile-arcs",
    "-ftest-coverage",
    "-fprofile-generate",
    "-fstack-usage",
    "-fcallgraph-info=su",
    "-fdump-tree-all",
    "-fdump-rtl-expand=x",
    "-fcompare-debug",
    "-fopt-info-vec=x",
    "-fsave-optimization-record",
    "-gsplit-dwarf",
    "-march=native",
    "-mtune=native",
    "-mcpu=native",
    "-frecord-gcc-switches",
    "-ftime-report",
    "-",
    "-I-",
    "-I=x",
    "-isystem =x",
    "-I$SYSROOT/x",
    "-DX=__TIME__",
    "-D X=a(__DATE__)",
    "-Wa,-adhln=x.lst",
    "-Wa,-I,x",
    "-Xassembler -a=x",
    "-Wl,--build-id=uuid"
  ]
  for (const flag of uncacheable) {
    it(`gcc ${flag}: not to be cached, and says why`, () => {
      const args = classifyArguments(["gcc", ...flag.split(" ")])!
      assert.deepStrictEqual(args.map((arg) => arg.class), ["uncacheable"])
      assert.match(args[0]!.why!, /^[a-z].*[^.]$/)
    })
  }

  const untold = [
    "-fprofile-use=x",
    "-fauto-profile=x",
    "-fbranch-probabilities",
    "-fmodules-ts",
    "-fplugin=x",
    "-fplugin-arg-x-y=z",
    "-fuse-ld=lld",
    "-fuse-ld=gold",
    "-foffload=nvptx-none",
    "-B/x",
    "-B x",
    "--prefix x",
    "--prefix=x",
    "-wrapper x",
    "-DF(x)=__has_include(x)",
    "--define-macro F=__has_include",
    "-DF=\".iNcBiN\"",
    "-Wp,-D,F=.include",
    "-Wl,-plugin,x"
  ]
  for (const flag of untold) {
    it(`gcc ${flag}: nobody tells what it leads to`, () => {
      const args = classifyArguments(["gcc", ...flag.split(" ")])!
      assert.deepStrictEqual(args.map((arg) => arg.class), ["untold"])
      assert.match(args[0]!.why!, /^[a-z].*[^.]$/)
    })
  }

  const harmless = [
    "-fopt-info-vec",
    "-fno-profile-arcs",
    "-fmodulo-sched",
    "-gno-split-dwarf",
    "-D__DATE__=\"x\"",
    "-DX=\"a.inc\"",
    "-DX=\"a.includes\"",
    "-pg"
  ]
  for (const flag of harmless) {
    it(`gcc ${flag}: only looks like one`, () =>
      assert.notInclude(["uncacheable", "untold"], classifyArguments(["gcc", flag])![0]!.class))
  }

  const unknown = [
    "gcc -MG",
    "gcc -M",
    "gcc --language=c",
    "gcc -o",
    "gcc -Xlinker",
    "gcc -Wl,--no",
    "gcc -Wl,--wrap",
    "gcc -Wl,--Mapx=y",
    "gcc -Wl,-dump",
    "gcc -Wa,--what",
    "gcc -Wp,-what",
    "ar t x.a",
    "ar x x.a",
    "ar M",
    "ar --thin x.a",
    "objcopy --add-section .x=y",
    "objcopy --split",
    "size --what"
  ]
  for (const command of unknown) {
    it(`${command}: unknown`, () => assert.include(classes(command).map((text) => text.split(" ")[0]), "unknown"))
  }

  it("thin archives and S-records with the name of a temporary file are not to be cached", () => {
    for (const command of ["ar rcT x.a", "objcopy -O srec a b", "objcopy --output-target=srec a b"]) {
      assert.include(classes(command)[0], "uncacheable", command)
    }
  })

  const families = ["gcc", "as", "ar", "objcopy", "size", "nm"] as const
  const tables = [gccFlags, cppFlags, ...Object.values(binutilsFlags)]
  const Piece = Schema.Literals([
    ...new Set(tables.flatMap((table) => table.flatMap(({ names }) => names))),
    "=",
    ",",
    "",
    "x"
  ])
  it.prop("never throws, and every word is in one argument or handed on", {
    family: Schema.Literals(families),
    words: Schema.Array(Schema.Array(Piece))
  }, ({ family, words }) => {
    const argv = words.map((pieces) => pieces.slice(0, 3).join(""))
    const args = classifyArguments([family, ...argv])!
    if (argv.some((word) => /^-(?:W[lap],|X)/.test(word))) return
    const said = args.map(({ flag }) => flag).join(" ").split(" ").sort()
    assert.deepStrictEqual(said, argv.join(" ").split(" ").sort())
  }, { arbitrary: { runs: 200 } })
})
