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
}

const forced: Files = { "src/main.cpp": "#include <Arduino.h>\nvoid setup() { say(IT); }\nvoid loop() {}\n" }

const asking = (before: string, condition: string): string =>
  `#include <Arduino.h>\n${before}\n#if ${condition}\n#include <maybe.h>\n#else\n#include <it.h>\n#endif\n`
  + "void setup() { say(IT); }\nvoid loop() {}\n"

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
  "-I-, which parts -I": { flags: "-Iearly -iquote late -I-", found: "late/it.h", appears: "early/it.h" },
  "-Wp,-I, which comes after all -I": { flags: "-Wp,-I,late -Iearly", found: "late/it.h", appears: "early/it.h" },
  "-Xpreprocessor": {
    flags: "-Xpreprocessor -I -Xpreprocessor late -Iearly",
    found: "late/it.h",
    appears: "early/it.h"
  },
  "-include": { flags: "-Ilate -include it.h", files: forced, found: "late/it.h", appears: "it.h" },
  "--include": { flags: "-Ilate --include=it.h", files: forced, found: "late/it.h", appears: "it.h" },
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
  "--sysroot": { flags: "--sysroot=of -I=/early -Ilate", found: "late/it.h", appears: "of/early/it.h" },
  "-isysroot": { flags: "-isysroot of -I=/early -Ilate", found: "late/it.h", appears: "of/early/it.h" },
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
        "platformio.ini": quickIni(core, `build_src_flags = ${row.flags}`),
        ...files,
        [row.found]: header("late"),
        "early/other.h": "",
        "of/early/other.h": "",
        ...row.files
      })
      for (const [link, to] of Object.entries(row.links ?? {})) Fs.symlinkSync(to, Path.join(dir, link))
      const variables = cached(Path.join(space, `home${index}`))
      const here = async (...args: ReadonlyArray<string>) => {
        const run = await build(dir, args, variables)
        assert.strictEqual(run.status, 0, run.stdout)
        return { made: madeBy(dir), executed: run.executed }
      }
      const late = await here()
      write(dir, { [row.appears]: header("early") })
      const early = await here()
      assert.include(early.executed, ".fbuild/build/uno/src/main.cpp.o")
      if (!row.appears.includes(".gch")) assert.notDeepEqual(early.made, late.made)
      for (const args of [["--clean", "--no-cache"], ["--clean"]]) {
        assert.deepStrictEqual((await here(...args)).made, early.made)
      }
    })
  }
})
