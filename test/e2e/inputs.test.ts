import { assert, describe, it } from "@effect/vitest"
import * as ChildProcess from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { madeBy, quickCore, quickIni, replaceIn } from "../suites/compileCache.ts"
import { built, type Files, images, ini, workspace, write } from "../support/project.ts"

/** Files that commands read and no depfile names. */
interface Case {
  readonly files: Files
  /** Lines of the environment in `platformio.ini`. */
  readonly options?: ReadonlyArray<string>
  /** What one of the files becomes; the image depends on it. */
  readonly change: Files
  /** What must run then, of `.fbuild/build/uno/`. */
  readonly runs: string
  /** Nothing tells the name of what is read, so that it is read in every build. */
  readonly unnamed?: true
}

const sketch = (value: string, before = ""): string =>
  `#include <Arduino.h>\n${before}\nvoid setup() { PORTB = ${value}; }\nvoid loop() {}\n`

/** Reads the byte that `blob` labels. */
const readsBlob = sketch("pgm_read_byte(&blob)", "extern \"C\" const uint8_t blob[];")

const incbin = (file: string): string =>
  `.section .progmem.data,"a",@progbits\n.global blob\nblob: .incbin "${file}"\n.balign 2\n`

/** The same in C++, whose text the assembler sees when all is linked: the core is built with -flto. */
const inlineIncbin = (file: string): string => `asm(${JSON.stringify(`${incbin(file)}.previous`)});\n`

const bytes = { "assets/data.bin": "AA" }
const otherBytes = { "assets/data.bin": "BB" }

/** The linker's default script with a word of ours before the code of `.fini`. */
const script = (word: string): string =>
  Fs.readFileSync("/usr/lib/avr/lib/ldscripts/avr5.xn", "utf8").replace("*(.fini9)", `${word}\n    *(.fini9)`)

const cases: Readonly<Record<string, Case>> = {
  "a file that assembler takes in with .incbin": {
    files: { "src/main.cpp": readsBlob, "src/blob.S": incbin("assets/data.bin"), ...bytes },
    change: otherBytes,
    runs: "src/blob.S.o"
  },
  "a file that .incbin finds in a folder of -Wa,-I": {
    files: { "src/main.cpp": readsBlob, "src/blob.S": incbin("data.bin"), ...bytes },
    options: ["build_flags = -Wa,-Iassets"],
    change: otherBytes,
    runs: "src/blob.S.o"
  },
  "a file that assembler takes in with .include": {
    files: {
      "src/main.cpp": readsBlob,
      "src/blob.S": ".include \"assets/data.inc\"\n",
      "assets/data.inc": `${incbin("assets/data.bin")}.byte 1,2\n`,
      ...bytes
    },
    change: { "assets/data.inc": `${incbin("assets/data.bin")}.byte 1,3\n` },
    runs: "src/blob.S.o"
  },
  "a file that .incbin takes in, in what .include takes in": {
    files: {
      "src/main.cpp": readsBlob,
      "src/blob.S": ".include \"assets/data.inc\"\n",
      "assets/data.inc": incbin("assets/data.bin"),
      ...bytes
    },
    change: otherBytes,
    runs: "src/blob.S.o"
  },
  "a file that asm(.incbin) takes in": {
    files: { "src/main.cpp": readsBlob, "src/blob.cpp": inlineIncbin("assets/data.bin"), ...bytes },
    change: otherBytes,
    runs: "firmware.elf"
  },
  "a file that asm(.incbin) takes in, without LTO": {
    files: { "src/main.cpp": readsBlob, "src/blob.c": inlineIncbin("assets/data.bin"), ...bytes },
    options: ["build_unflags = -flto"],
    change: otherBytes,
    runs: "src/blob.c.o"
  },
  "a file that a macro of a header puts into asm(.incbin)": {
    files: {
      "src/main.cpp": readsBlob,
      "src/blob.cpp": "#include \"incbin.h\"\nINCBIN(assets/data.bin);\n",
      "include/incbin.h":
        "#define TEXT(file) #file\n#define INCBIN(file) asm(\".section .progmem.data,\\\"a\\\",@progbits\\n.global blob\\n"
        + "blob: .incbin \\\"\" TEXT(file) \"\\\"\\n.balign 2\\n.previous\")\n",
      ...bytes
    },
    change: otherBytes,
    runs: "firmware.elf",
    unnamed: true
  },
  "a response file": {
    files: { "src/main.cpp": sketch("VALUE"), "flags.txt": "-DVALUE=1" },
    options: ["build_flags = @flags.txt"],
    change: { "flags.txt": "-DVALUE=2" },
    runs: "src/main.cpp.o"
  },
  "a response file that another one names": {
    files: { "src/main.cpp": sketch("VALUE"), "flags.txt": "@more.txt", "more.txt": "-DVALUE=1" },
    options: ["build_flags = @flags.txt"],
    change: { "more.txt": "-DVALUE=2" },
    runs: "src/main.cpp.o"
  },
  "a response file of the linker": {
    files: {
      "src/main.cpp": sketch("(uint8_t)(uintptr_t)&value", "extern uint8_t value;"),
      "link.txt": "--defsym=value=1"
    },
    options: ["build_flags = -Wl,@link.txt"],
    change: { "link.txt": "--defsym=value=2" },
    runs: "firmware.elf"
  },
  "a header of -include": {
    files: { "src/main.cpp": sketch("VALUE"), "include/always.h": "#define VALUE 1\n" },
    options: ["build_flags = -include include/always.h"],
    change: { "include/always.h": "#define VALUE 2\n" },
    runs: "src/main.cpp.o"
  },
  "a header of -imacros": {
    files: { "src/main.cpp": sketch("VALUE"), "include/always.h": "#define VALUE 1\n" },
    options: ["build_flags = -imacros include/always.h"],
    change: { "include/always.h": "#define VALUE 2\n" },
    runs: "src/main.cpp.o"
  },
  "a header of -include that is found by -I": {
    files: { "src/main.cpp": sketch("VALUE"), "include/always.h": "#define VALUE 1\n" },
    options: ["build_src_flags = -include always.h"],
    change: { "include/always.h": "#define VALUE 2\n" },
    runs: "src/main.cpp.o"
  },
  "a specs file": {
    files: { "src/main.cpp": sketch("VALUE"), "own.specs": "*cc1plus:\n+ -DVALUE=1\n" },
    options: ["build_src_flags = -specs=own.specs"],
    change: { "own.specs": "*cc1plus:\n+ -DVALUE=2\n" },
    runs: "src/main.cpp.o"
  },
  "a library of -l": {
    files: {
      "src/main.cpp": sketch("VALUE(given)", "extern uint8_t given;\n#define VALUE(x) (uint8_t)(uintptr_t)&x"),
      "lib.d/libgiven.a": "given = 1;\n"
    },
    options: ["build_flags = -Llib.d -lgiven"],
    change: { "lib.d/libgiven.a": "given = 2;\n" },
    runs: "firmware.elf"
  },
  ...Object.fromEntries(
    ["-Wl,-T,own.ld", "-Wl,-Town.ld", "-T own.ld", "-Town.ld", "-Wl,--script=own.ld", "-Xlinker -T -Xlinker own.ld"]
      .map((
        flag
      ): readonly [string, Case] => [`a linker script of ${flag}`, {
        files: { "src/main.cpp": sketch("1"), "own.ld": script("SHORT(0x1111)") },
        options: [`build_flags = ${flag}`],
        change: { "own.ld": script("SHORT(0x2222)") },
        runs: "firmware.elf"
      }])
  ),
  "a response file of the linker that another one names": {
    files: {
      "src/main.cpp": sketch("(uint8_t)(uintptr_t)&value", "extern uint8_t value;"),
      "link.txt": "@more.txt",
      "more.txt": "'--defsym' value=1"
    },
    options: ["build_flags = -Wl,--cref,@link.txt"],
    change: { "more.txt": "'--defsym' value=2" },
    runs: "firmware.elf"
  },
  "a linker script of a response file of the linker": {
    files: { "src/main.cpp": sketch("1"), "link.txt": "-T own.ld", "own.ld": script("SHORT(0x1111)") },
    options: ["build_flags = -Wl,@link.txt"],
    change: { "own.ld": script("SHORT(0x2222)") },
    runs: "firmware.elf"
  },
  "a file that a linker script without an ending takes in, on a line with more": {
    files: {
      "src/main.cpp": sketch("1"),
      script: script("SHORT(1) ; INCLUDE \"a part\""),
      "lib.d/a part": "SHORT(0x1111)\n"
    },
    options: ["build_flags = -Wl,-Llib.d -Wl,-T,script"],
    change: { "lib.d/a part": "SHORT(0x2222)\n" },
    runs: "firmware.elf"
  },
  "a file that a library takes in, which is a script": {
    files: {
      "src/main.cpp": sketch("(uint8_t)(uintptr_t)&given", "extern uint8_t given;"),
      "lib.d/libgiven.a": "INCLUDE part.ld",
      "lib.d/part.ld": "given = 1;\n"
    },
    options: ["build_flags = -Llib.d -lgiven"],
    change: { "lib.d/part.ld": "given = 2;\n" },
    runs: "firmware.elf"
  },
  "a file that a linker script takes in": {
    files: { "src/main.cpp": sketch("1"), "own.ld": script("INCLUDE part.ld"), "part.ld": "SHORT(0x1111)\n" },
    options: ["build_flags = -Wl,-T,own.ld"],
    change: { "part.ld": "SHORT(0x2222)\n" },
    runs: "firmware.elf"
  }
}

describe("a change is seen of", () => {
  const space = workspace()
  const variables = { FBUILD_HOME: Path.join(space, "home") }

  /** Builds, changes, builds, and takes the change back. */
  const check = async (name: string, { change, files, options = [], runs, unnamed }: Case) => {
    const dir = write(Path.join(space, name.replaceAll(/\W+/g, "-")), {
      "platformio.ini": ini("uno", ...options),
      ...files
    })
    await built(dir, [], variables)
    const before = images(dir).hex
    const again = await built(dir, [], variables)
    if (unnamed === undefined) assert.deepStrictEqual(again.executed, [], "nothing was changed")
    write(dir, change)
    assert.include((await built(dir, [], variables)).executed, `.fbuild/build/uno/${runs}`)
    assert.notStrictEqual(images(dir).hex, before)
    write(dir, files)
    await built(dir, [], variables)
    assert.strictEqual(images(dir).hex, before)
  }

  for (const [name, one] of Object.entries(cases)) it(name, () => check(name, one))

  /** An object that defines `given`. */
  const object = (given: number): Uint8Array => {
    const file = Path.join(space, "given.o")
    const run = ChildProcess.spawnSync("/usr/bin/avr-gcc", ["-c", "-x", "assembler", "-", "-o", file], {
      input: `.global given\ngiven = ${given}\n`,
      encoding: "utf8"
    })
    assert.strictEqual(run.status, 0, run.stderr)
    return Fs.readFileSync(file)
  }

  it("a member of an archive that only names it", () => {
    const dir = write(Path.join(space, "thin"), { "lib.d/given.o": object(1) })
    ChildProcess.execFileSync("/usr/bin/avr-ar", ["rcsT", "libgiven.a", "given.o"], { cwd: Path.join(dir, "lib.d") })
    return check("a member of an archive", {
      files: {
        "src/main.cpp": sketch("(uint8_t)(uintptr_t)&given", "extern uint8_t given;"),
        "lib.d/given.o": object(1),
        "lib.d/libgiven.a": Fs.readFileSync(Path.join(dir, "lib.d/libgiven.a"))
      },
      options: ["build_flags = -Llib.d -lgiven"],
      change: { "lib.d/given.o": object(2) },
      runs: "firmware.elf",
      unnamed: true
    })
  })

  it("an object of a core that wants its archive to name it only", async () => {
    const core = quickCore(Path.join(space, "thin core"))
    replaceIn(Path.join(core, "platform.txt"), "avr-ar\" rcs", "avr-ar\" rcsT")
    const dir = write(Path.join(space, "thin project"), {
      "platformio.ini": quickIni(core),
      "src/main.cpp": "#include <Arduino.h>\nvoid setup() { say(\"x\"); }\nvoid loop() {}\n"
    })
    const uno = ".fbuild/build/uno"
    await built(dir, [], variables)
    const before = madeBy(dir)
    assert.deepStrictEqual((await built(dir, [], variables)).executed, [])
    replaceIn(Path.join(core, "cores/acme/say.c"), "9600 - 1", "9600 - 7")
    assert.include((await built(dir, [], variables)).executed, `${uno}/firmware.elf`)
    assert.notDeepEqual(madeBy(dir), before)
    const after = madeBy(dir)
    await built(dir, ["--clean", "--no-cache"], variables)
    assert.deepStrictEqual(madeBy(dir), after)
  })

  it("a compiler plugin", async () => {
    /** It counts as one that says what it is when it is loaded. */
    const plugin = (words: string): Uint8Array => {
      const source = `extern int fputs(const char *, void *); extern void *stderr; int plugin_is_GPL_compatible;
        int plugin_init(void *info, void *version) { fputs("${words}\\n", stderr); return 0; }`
      const file = Path.join(space, "plugin.so")
      const args = ["-shared", "-fPIC", "-nostdlib", "-x", "c", "-", "-o", file]
      const { status, stderr } = ChildProcess.spawnSync("/usr/bin/gcc", args, { input: source, encoding: "utf8" })
      assert.strictEqual(status, 0, stderr)
      return Fs.readFileSync(file)
    }
    const dir = write(Path.join(space, "plugin"), {
      "platformio.ini": ini("uno", "build_src_flags = -fplugin=./own.so"),
      "src/main.cpp": sketch("1"),
      "own.so": plugin("the first")
    })
    const heard = async () =>
      (await built(dir, [], variables)).events.flatMap((event) =>
        event._tag === "ActionFinished" && event.output !== "" ? [event.output.trim()] : []
      )
    assert.deepStrictEqual(await heard(), ["the first"])
    assert.deepStrictEqual(await heard(), [])
    write(dir, { "own.so": plugin("the second") })
    assert.deepStrictEqual(await heard(), ["the second"])
  })
})
