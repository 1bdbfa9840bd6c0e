import { assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { cached, madeBy, quickCore, quickIni } from "../suites/compileCache.ts"
import { build, type Files, workspace, write } from "../support/project.ts"

/** A search path, the header that is found on it, and where another one appears then, which is found before. */
interface Row {
  readonly flags: string
  readonly found: string
  readonly appears: string
  readonly files?: Files
  /** Name → what it stands for. */
  readonly links?: Readonly<Record<string, string>>
  /** What the file that is found has in it, and the one that appears; else a header with a word. */
  readonly texts?: readonly [late: string, early: string]
  /** Else the object of `main.cpp`, below the build folder. */
  readonly runs?: string
}

const forced: Files = { "src/main.cpp": "#include <Arduino.h>\nvoid setup() { say(IT); }\nvoid loop() {}\n" }

const asking = (before: string, condition: string): string =>
  `#include <Arduino.h>\n${before}\n#if ${condition}\n#include <maybe.h>\n#else\n#include <it.h>\n#endif\n`
  + "void setup() { say(IT); }\nvoid loop() {}\n"

/** Has the assembler take in a file, in words for C++. */
const taking = (directive: string): Files => ({
  "src/main.cpp":
    `#include <Arduino.h>\nasm(".section .progmem.data,\\"a\\"\\n" ${directive}\n"\\n.previous");\nvoid setup() { say("x"); }\nvoid loop() {}\n`
})

/** The same in assembler. */
const assembled = (directive: string): Files => ({
  "src/main.cpp": "#include <Arduino.h>\nvoid setup() { say(\"x\"); }\nvoid loop() {}\n",
  "src/taking.S": `.section .progmem.data,"a",@progbits\n${directive}\n`
})
const ofAssembler = { runs: "src/taking.S.o" }
const bytes = { texts: [".byte 1\n", ".byte 2\n"], found: "late/it.h", appears: "early/it.h" } as const

/** Asks a linker for a symbol. */
const linked: Files = {
  "src/main.cpp":
    "#include <Arduino.h>\nextern char given;\nvoid setup() { if ((int) &given == 1) say(\"one\"); }\nvoid loop() {}\n"
}
const script = { files: linked, texts: ["given = 1;\n", "given = 2;\n"], runs: "firmware.elf" } as const
const whole = (given: number): string =>
  Fs.readFileSync("/usr/lib/avr/lib/ldscripts/avr5.x", "utf8").replace("SECTIONS", `given = ${given};\nSECTIONS`)
const library = { ...script, found: "late/libgiven.a", appears: "early/libgiven.a" } as const

const rows: Readonly<Record<string, Row>> = {
  "-I, with a slash at its end": { flags: "-Iearly -Ilate/", found: "late/it.h", appears: "early/it.h" },
  "-I, with a dot before": { flags: "-I./early -I./late", found: "late/it.h", appears: "early/it.h" },
  "-I of the project folder": { flags: "-Iearly -I.", found: "it.h", appears: "early/it.h" },
  "-I through another folder": { flags: "-Iearly -Iearly/../late", found: "late/it.h", appears: "early/it.h" },
  "--include-directory": {
    flags: "--include-directory=early --include-directory=late",
    found: "late/it.h",
    appears: "early/it.h"
  },
  "--include-directory-after": {
    flags: "--include-directory-after=late -Iearly",
    found: "late/it.h",
    appears: "early/it.h"
  },
  "-isystem, then -idirafter": { flags: "-idirafter late -isystem early", found: "late/it.h", appears: "early/it.h" },
  "-I and -isystem of one folder": {
    flags: "-Ilate -Iearly -isystem ./late",
    found: "late/it.h",
    appears: "early/it.h"
  },
  "-iprefix and -iwithprefix": {
    flags: "-iprefix of/ -iwithprefix early -iwithprefix late",
    found: "of/late/it.h",
    appears: "of/early/it.h"
  },
  "-iprefix and -iwithprefixbefore": {
    flags: "-iprefix of/ -iwithprefixbefore early -iwithprefixbefore late",
    found: "of/late/it.h",
    appears: "of/early/it.h"
  },
  "-iprefix, joined and given twice": {
    flags: "-iprefixon/ -iwithprefixbeforeearly -iprefixof/ -iwithprefixbeforelate",
    found: "of/late/it.h",
    appears: "on/early/it.h"
  },
  "-iwithprefixbefore, then -I": {
    flags: "-iprefix of/ -iwithprefixbefore late -Iearly",
    found: "of/late/it.h",
    appears: "early/it.h"
  },
  "-iwithprefix, then -iwithprefixbefore": {
    flags: "-iprefix of/ -iwithprefix late -iwithprefixbefore early",
    found: "of/late/it.h",
    appears: "of/early/it.h"
  },
  "--include-prefix and its like": {
    flags: "--include-prefix=of/ --include-with-prefix=late --include-with-prefix-before=early",
    found: "of/late/it.h",
    appears: "of/early/it.h"
  },
  "-iprefix in a response file": {
    flags: "@words",
    files: { words: "-iprefix of/\n-iwithprefixbefore early\n-iwithprefixbefore late\n" },
    found: "of/late/it.h",
    appears: "of/early/it.h"
  },
  "-iprefix alone, below which the compiler looks for its own headers": {
    flags: "-iprefix early/ -idirafter late",
    found: "late/it.h",
    appears: "early/include/it.h"
  },
  "-iprefix, and the folder of the target": {
    flags: "-iprefix a/b/early/ -isystem a -idirafter late",
    files: { "a/b/early/none": "" },
    found: "late/it.h",
    appears: "avr/include/it.h"
  },
  "the last -iprefix": {
    flags: "-iprefix early/ -iprefix on/ -iprefix ./ -idirafter late",
    found: "late/it.h",
    appears: "include-fixed/it.h"
  },
  "-Wp,-I, which comes after all -I": { flags: "-Wp,-I,late -Iearly", found: "late/it.h", appears: "early/it.h" },
  "-Xpreprocessor": {
    flags: "-Xpreprocessor -I -Xpreprocessor late -Iearly",
    found: "late/it.h",
    appears: "early/it.h"
  },
  "-I of one of the toolchain's own folders, which comes last": {
    flags: "-I/usr/lib/avr/include -Iearly",
    files: {
      "src/main.cpp":
        "#include <Arduino.h>\n#include <avr/version.h>\n#ifndef IT\n#define IT __AVR_LIBC_VERSION_STRING__\n#endif\nvoid setup() { say(IT); }\nvoid loop() {}\n"
    },
    found: "late/it.h",
    appears: "early/avr/version.h"
  },
  "a folder that is a link": {
    flags: "-Ilinked -Ilate",
    links: { linked: "early" },
    found: "late/it.h",
    appears: "early/it.h"
  },
  "__has_include of a name that macros put together": {
    flags: "-Iearly -Ilate",
    files: { "src/main.cpp": asking("#define STR(a) #a", "__has_include(STR(maybe.h))") },
    found: "late/it.h",
    appears: "early/maybe.h"
  },
  "__has_include on two lines": {
    flags: "-Iearly -Ilate",
    files: { "src/main.cpp": asking("", "__has_include \\\n(/* here */ <maybe.h>)") },
    found: "late/it.h",
    appears: "early/maybe.h"
  },
  ...Object.fromEntries(
    ["--include-directory", "--include-directory=", "-isystem", "-isystem ", "-I ", "-iquote"].map(
      (flag): [string, Row] => {
        const apart = flag.startsWith("--") && !flag.endsWith("=") ? " " : ""
        return [`${flag.trim()}, then the same${apart}, among others`, {
          flags: `-DX ${flag}${apart}early -DY ${flag}${apart}late -DZ`,
          found: "late/it.h",
          appears: "early/it.h"
        }]
      }
    )
  ),
  "--include-directory-after, apart": {
    flags: "--include-directory-after late --include-directory early",
    found: "late/it.h",
    appears: "early/it.h"
  },
  "--include-prefix and its like, apart": {
    flags: "--include-prefix of/ --include-with-prefix late --include-with-prefix-before early",
    found: "of/late/it.h",
    appears: "of/early/it.h"
  },
  "--include-with-prefix-after, apart, and -iprefix": {
    flags: "-iprefix of/ --include-with-prefix-after early --include-with-prefix-after=late",
    found: "of/late/it.h",
    appears: "of/early/it.h"
  },
  ...Object.fromEntries(["--sysroot=of", "--sysroot of", "-isysroot of"].map((word): [string, Row] => [
    word,
    { flags: `${word} -I=/early -Ilate`, found: "late/it.h", appears: "of/early/it.h" }
  ])),
  ...Object.fromEntries(
    ["-include it.h", "--include=it.h", "--include it.h", "--imacros it.h"].map((word): [string, Row] => [
      word,
      { flags: `-Ilate ${word}`, files: forced, found: "late/it.h", appears: "it.h" }
    ])
  ),
  ...Object.fromEntries(["-I-", "--include-barrier"].map((word): [string, Row] => [
    `${word}, which parts -I`,
    { flags: `-Iearly -iquote late ${word}`, found: "late/it.h", appears: "early/it.h" }
  ])),
  "-iwithprefix without -iprefix": {
    flags: "-iwithprefix ../../../../..{dir}/early -idirafter late",
    found: "late/it.h",
    appears: "early/it.h"
  },
  "-Wp,@, which the preprocessor reads": {
    flags: "-Wp,@words -idirafter late",
    files: { words: "-isystem early" },
    found: "late/it.h",
    appears: "early/it.h"
  },
  "-B, which has headers below it": {
    flags: "-Bearly/ -idirafter late",
    found: "late/it.h",
    appears: "early/include/it.h"
  },
  "--prefix": { flags: "--prefix early/ -idirafter late", found: "late/it.h", appears: "early/include/it.h" },
  "a folder where a header could be": {
    flags: "-Iearly -Ilate",
    files: { "early/it.h/not": "" },
    found: "late/it.h",
    appears: "early/it.h"
  },
  "a link that has led nowhere": {
    flags: "-Iearly -Ilate",
    links: { "early/it.h": "../later.h" },
    found: "late/it.h",
    appears: "later.h"
  },
  ...Object.fromEntries(
    [
      "__has_\\\ninclude(<maybe.h>)",
      "__\\  \nhas_in\\\r\n\\\ncl\\\nude(<maybe.h>)",
      "__has_include(<may\\\nbe.h>)",
      "__has_include(<maybe.h> /* \n */ )",
      "__has_include__(<maybe.h>)",
      "ASK(<maybe.h>)",
      "HAS(1, <maybe.h>)"
    ].map((condition): [string, Row] => [`${JSON.stringify(condition)}`, {
      flags: "-Iearly -Ilate",
      files: {
        "src/main.cpp": asking(
          "#include <ask.h>",
          condition
        ),
        "include/ask.h": "#define ASK __has_include\n#define HAS(n, x) (n && __has_include(x))\n"
      },
      found: "late/it.h",
      appears: "early/maybe.h"
    }])
  ),
  "__has_include, parted by a trigraph": {
    flags: "-Iearly -Ilate -trigraphs",
    files: { "src/main.cpp": asking("", "__has_??/\ninclude(<maybe.h>)") },
    found: "late/it.h",
    appears: "early/maybe.h"
  },
  "__has_include behind a digraph, of a name that macros put together": {
    flags: "-Iearly -Ilate",
    files: { "src/main.cpp": asking("#define STR(a) #a", "__has_include(STR(maybe.h))").replace("#if", "%:if") },
    found: "late/it.h",
    appears: "early/maybe.h"
  },
  "__has_include that a flag gives another name": {
    flags: "-Iearly -Ilate -DASK=__has_include",
    files: { "src/main.cpp": asking("", "ASK(<maybe.h>)") },
    found: "late/it.h",
    appears: "early/maybe.h"
  },
  "__has_include of a macro's name with blanks": {
    flags: "-Iearly -Ilate",
    files: {
      "src/main.cpp": asking("#define NAME \"may be~.h\"", "__has_include(NAME)").replace("maybe.h", "may be~.h")
    },
    found: "late/it.h",
    appears: "early/may be~.h"
  },
  ".iNcBiN": { flags: "-Wa,-Iearly -Wa,-Ilate", files: taking("\".iNcBiN \\\"it.h\\\"\""), ...bytes },
  ".incbin, parted by the end of a line": {
    flags: "-Wa,-Iearly -Wa,-Ilate",
    files: taking("\".inc\\\nbin \\\"it.h\\\"\""),
    ...bytes
  },
  ".incbin, parted by the end of a string": {
    flags: "-Wa,-Iearly -Wa,-Ilate",
    files: taking("\".incb\" \"in \\\"it.h\\\"\""),
    ...bytes
  },
  ".incbin, its name by itself": {
    flags: "-Wa,-Iearly -Wa,-Ilate",
    files: taking("\".incbin\" \" \\\"it.h\\\"\""),
    ...bytes
  },
  ".incbin, its name put together": {
    flags: "-Wa,-I. -Wa,-I..",
    files: taking("\".incbin \\\"early/\" \"it.h\" \"\\\"\""),
    texts: bytes.texts,
    found: "../early/it.h",
    appears: "early/it.h"
  },
  ".include of a name that a macro makes": {
    flags: "-Wa,-Iearly -Wa,-Ilate",
    files: assembled("#define STR(x) #x\n.include STR(it.h)"),
    ...bytes,
    ...ofAssembler
  },
  ".INCLUDE": {
    flags: "-Wa,-Iearly -Wa,-Ilate",
    files: assembled(".INCLUDE \"it.h\""),
    ...bytes,
    ...ofAssembler
  },
  ".iNcLuDe behind a label": {
    flags: "-Wa,-Iearly -Wa,-Ilate",
    files: assembled("here: .iNcLuDe \"it.h\""),
    ...bytes,
    ...ofAssembler
  },
  "-Xassembler -I": {
    flags: "-Xassembler -I -Xassembler early -Xassembler -Ilate",
    files: assembled(".include \"it.h\""),
    ...bytes,
    ...ofAssembler
  },
  "-Wa,@": {
    flags: "-Wa,@words",
    files: { ...assembled(".include \"it.h\""), words: "-I early\n-Ilate" },
    ...bytes,
    ...ofAssembler
  },
  ".INCBIN, in capitals": {
    flags: "-Wa,-Iearly -Wa,-Ilate",
    files: {
      "src/main.cpp":
        "#include <Arduino.h>\nasm(\".section .progmem.data,\\\"a\\\"\\n.INCBIN \\\"it.h\\\"\\n.previous\");\nvoid setup() { say(\"x\"); }\nvoid loop() {}\n"
    },
    found: "late/it.h",
    appears: "early/it.h"
  },
  "a precompiled header": { flags: "-Ilate", found: "late/it.h", appears: "late/it.h.gch/any" },
  "a precompiled header, further down": {
    flags: "-I.",
    files: {
      "src/main.cpp": "#include <late/it.h>\n#include <Arduino.h>\nvoid setup() { say(IT); }\nvoid loop() {}\n"
    },
    found: "late/it.h",
    appears: "late/it.h.gch"
  },
  ...Object.fromEntries(
    [
      "-L early -Llate -lgiven",
      "-Learly -Llate -l given",
      "-Wl,-L,early,-Llate,-lgiven",
      "-Xlinker -Learly -Wl,--library-path=late -Wl,--library,given",
      "-Wl,-L,late -Learly -Wl,--library=given",
      "-Wl,@words"
    ].map((flags): [string, Row] => [`a library of ${flags}`, {
      ...library,
      flags,
      files: { ...linked, words: "-L early @more", more: "--library-path late\n-l given" }
    }])
  ),
  "a library that is a script, by the name of a shared one": {
    ...library,
    flags: "-Learly -Llate -lgiven",
    appears: "late/libgiven.so"
  },
  "a library of a script's INPUT": {
    ...library,
    flags: "-Learly -Llate some.script",
    files: { ...linked, "some.script": "GROUP ( AS_NEEDED ( libgiven.a ) )\n" }
  },
  "a library of a script's INPUT, by -l, in a folder of its SEARCH_DIR": {
    ...library,
    flags: "some.script",
    files: { ...linked, "some.script": "SEARCH_DIR(early) SEARCH_DIR(\"=late\") INPUT(-lgiven)\n" }
  },
  "a script of a script's INCLUDE": {
    ...script,
    flags: "-Llate some.script",
    files: { ...linked, "some.script": "/* first */ INCLUDE \"given part\"\n" },
    found: "late/given part",
    appears: "given part"
  },
  "a script of --script": {
    ...script,
    flags: "-Learly -Llate -Wl,-dT -Wl,own.ld",
    texts: [whole(1), whole(2)],
    found: "late/own.ld",
    appears: "early/own.ld"
  },
  "a precompiled header beside the source": { flags: "-DX", found: "src/it.h", appears: "src/it.h.gch" }
}

describe("a header that appears earlier is seen, with and without a cache", () => {
  const space = workspace()
  const core = quickCore(Path.join(space, "core"))
  const files: Files = {
    "src/main.cpp": "#include <Arduino.h>\n#include \"it.h\"\nvoid setup() { say(IT); }\nvoid loop() {}\n"
  }
  const header = (text: string) => `#undef IT\n#define IT "${text}"\n`

  for (const [index, [name, row]] of Object.entries(rows).entries()) {
    it(name, async () => {
      const dir = write(Path.join(space, `${index}`), {
        ...files,
        [row.found]: row.texts?.[0] ?? header("late"),
        "early/other.h": "",
        "of/early/other.h": "",
        ...row.files
      })
      const option = row.runs === "firmware.elf" ? "build_flags" : "build_src_flags"
      write(dir, { "platformio.ini": quickIni(core, `${option} = ${row.flags.replace("{dir}", dir)}`) })
      for (const [link, to] of Object.entries(row.links ?? {})) Fs.symlinkSync(to, Path.join(dir, link))
      const variables = cached(Path.join(space, `home${index}`))
      const here = async (...args: ReadonlyArray<string>) => {
        const run = await build(dir, args, variables)
        assert.strictEqual(run.status, 0, run.stdout)
        return { made: madeBy(dir), executed: run.executed }
      }
      const late = await here()
      if (Fs.existsSync(Path.join(dir, row.appears))) Fs.rmSync(Path.join(dir, row.appears), { recursive: true })
      write(dir, { [row.appears]: row.texts?.[1] ?? header("early") })
      const early = await here()
      assert.include(early.executed, `.fbuild/build/uno/${row.runs ?? "src/main.cpp.o"}`)
      if (!row.appears.includes(".gch")) assert.notDeepEqual(early.made, late.made)
      for (const args of [["--clean", "--no-cache"], ["--clean"]]) {
        assert.deepStrictEqual((await here(...args)).made, early.made)
      }
    })
  }

  it("a link that leads to itself, which no compiler passes by", async () => {
    const ini = quickIni(core, "build_src_flags = -Iearly -Ilate")
    const dir = write(Path.join(space, "loop"), {
      "platformio.ini": ini,
      ...files,
      "late/it.h": header("late"),
      "early/other.h": ""
    })
    const variables = cached(Path.join(space, "loophome"))
    assert.strictEqual((await build(dir, [], variables)).status, 0)
    Fs.symlinkSync("it.h", Path.join(dir, "early/it.h"))
    for (const args of [[], ["--clean"], ["--no-cache"]]) {
      const { status, stdout } = await build(dir, args, variables)
      assert.strictEqual(status, 1, stdout)
      assert.include(stdout, "early/it.h: ")
    }
    Fs.rmSync(Path.join(dir, "early/it.h"))
    assert.strictEqual((await build(dir, [], variables)).status, 0)
  })
})
