// Texts of project files. Every one compiles on its own or with what it includes; values come into the code.
import type { Random } from "./Random.ts"
import { type Environment, type Files, type Ini, linkTo } from "./Script.ts"

/** Sources that a project can have; `core/cores/tiny/main.cpp` calls what each of them defines. */
export const sources = [
  "src/main.cpp",
  "src/a.cpp",
  "src/b.cpp",
  "src/c.c",
  "src/d.S",
  "src/sub/e.cpp",
  "src/tab.ino",
  "src/two.ino"
]

/** Headers, by the name that they are included by, with the places where one can be. The earliest place is not the first. */
export const headers: Readonly<Record<string, ReadonlyArray<string>>> = {
  "h0.h": ["include/h0.h", "src/h0.h", "src/sub/h0.h", "include/sub/h0.h", "lib/LibA/h0.h", "quote/h0.h"],
  "h1.h": ["src/h1.h", "include/h1.h", "include/sub/h1.h", "after/h1.h"],
  "h2.h": ["include/h2.h", "src/sub/h2.h", "sys/h2.h", "quote/h2.h"],
  "sub/g.h": ["include/sub/g.h", "src/sub/g.h"],
  "maybe.h": ["include/maybe.h", "src/maybe.h", "include/sub/maybe.h", "sys/maybe.h", "after/maybe.h"],
  "Lib-A.h": ["include/Lib-A.h"],
  "avr/io.h": ["include/avr/io.h", "sys/avr/io.h"]
}

/** Where a header of the first places can be a link to. */
const shared = "shared/value.h"

/** What is not compiled. */
const others: Readonly<Record<string, (random: Random) => string>> = {
  "include/pre.h": (random) => `#define PRE ${random.below(3)}\n`,
  "pre.h": (random) => `#define PRE ${random.below(3)}\n`,
  [shared]: (random) => `#undef H1\n#define H1 ${random.below(4)}\n#undef H2\n#define H2 ${random.below(4)}\n`,
  "data/blob.bin": (random) => "blob".repeat(1 + random.below(3)),
  "include/near.bin": (random) => "near".repeat(1 + random.below(3)),
  "near.bin": (random) => "NEAR".repeat(1 + random.below(3)),
  "data/gen.txt": (random) => `${random.below(4)}\n`,
  "data/patch.txt": (random) => `${random.below(3) * 4096}\n`,
  "data/extra.txt": (random) => `extra ${random.below(4)}\n`,
  "data/words.inc": (random) => `.byte ${random.below(4)}\n`,
  "data/flags.txt": (random) =>
    random.pick(["-DS=1\n", "-DS=2\n", "-Iinclude/sub\n", "'-Iquote' -DS=1\n", "-I sys\n", "@data/more.txt -DS=2\n"]),
  "data/more.txt": (random) => random.pick(["-Iinclude/sub\n", "-DX=2\n", "-isystem sys\n"]),
  "lib/LibA/LibA.h": (random) =>
    `#ifndef __ASSEMBLER__\n#define LIBA libA(${random.below(3)})\n${prototype("libA")}#endif\n`,
  "lib/LibA/LibA.cpp": (random) => `#include "LibA.h"\nint libA(int n) { return n + ${random.below(3)}; }\n`,
  "lib/LibB/library.json": (random) =>
    JSON.stringify({
      name: "LibB",
      version: `1.${random.below(3)}.0`,
      build: random.pick([{}, { flags: "-DLB=1" }, { flags: "-DLB=2" }, { srcFilter: "+<*> -<more.cpp>" }]),
      ...(random.chance(0.5) ? { dependencies: [{ name: "LibA" }] } : {})
    }),
  "lib/LibB/src/LibB.h": (random) =>
    `#include <LibA.h>\n#ifndef __ASSEMBLER__\n#define LIBB libB(${random.below(2)})\n${prototype("libB")}#endif\n`,
  "lib/LibB/src/LibB.cpp": (random) =>
    `#include <LibB.h>\n#ifndef LB\n#define LB 0\n#endif\nint libB(int n) { return n * ${
      1 + random.below(3)
    } + LB; }\n`,
  "lib/LibB/src/more.cpp": (random) => `int more = ${random.below(3)};\n`
}

const prototype = (name: string) => `#ifdef __cplusplus\nextern "C"\n#endif\nint ${name}(int n);\n`

export const otherPaths = Object.keys(others)

/** What a file of this path could say, given the files that there are. */
export const textFor = (random: Random, path: string, files: Files): string => {
  const other = others[path]
  if (other !== undefined) return other(random)
  const name = Object.keys(headers).find((name) => headers[name]!.includes(path))
  if (/^(?:src|include)\/h[12]\.h$/.test(path) && shared in files && random.chance(0.25)) return linkTo(`../${shared}`)
  return name === undefined ? source(random, path, files) : header(random, name, files)
}

const note = (random: Random) => random.chance(0.3) ? `/* note ${random.below(4)} */\n`.repeat(1 + random.below(2)) : ""

const header = (random: Random, name: string, files: Files): string => {
  if (name === "avr/io.h") return `${note(random)}#include_next <avr/io.h>\n`
  const macro = name.replace(/^.*\/|\.h$/g, "").replace(/\.h$/, "").toUpperCase().replace("-", "_")
  const value = `${note(random)}#undef ${macro}\n#define ${macro} ${random.below(4)}\n`
  const later = [...known(files, random)].filter((other) => other > name && other.startsWith("h"))
  return random.weighted<() => string>([
    [6, () => value],
    [2, () => later.length === 0 ? value : `#include "${random.pick(later)}"\n${value}`],
    [1, () => later.length === 0 ? value : `#include "../include/${random.pick(later)}"\n${value}`],
    [1, () => name === "maybe.h" ? value : `${asks}${value}`],
    [0.5, () => name === "maybe.h" ? value : `${asksNext}${value}`],
    [1, () => later.length === 0 ? value : `${computed(random.pick(later))}${value}`],
    [0.5, () => `#include_next "${name}"\n${value}`]
  ])()
}

const asks = "#if __has_include(\"maybe.h\")\n#include \"maybe.h\"\n#endif\n"
const asksByMacro = "#define WANTED \"maybe.h\"\n#if __has_include(WANTED)\n#include \"maybe.h\"\n#endif\n"
const asksParted = "#if __has_\\\ninclude(\"maybe.h\")\n#include \"may\\\nbe.h\"\n#endif\n"
const asksOnly = "#if __has_include(\"maybe.h\")\n#define MAYBE 9\n#endif\n"
const asksAngled = "#if __has_include(<maybe.h>)\n#undef MAYBE\n#define MAYBE 8\n#endif\n"
const asksNext = "#if __has_include_next(<maybe.h>)\n#define MAYBE 7\n#endif\n"

const asksGenerated = "#if __has_include(\"gen.h\")\n#include \"gen.h\"\n#endif\n"

/** An include whose file only a macro names. */
const computed = (name: string) => `#undef WHICH\n#define WHICH "${name}"\n#include WHICH\n`

/** Names of headers that are there, and now and then of one that need not be. */
const known = (files: Files, random: Random): ReadonlyArray<string> =>
  Object.keys(headers).filter((name) =>
    name !== "maybe.h" && name !== "avr/io.h" && name !== "Lib-A.h" &&
    (headers[name]!.some((path) => path in files && !path.startsWith("src/sub/") && !path.includes("/sub/h")) ||
      random.chance(0.02))
  )

const source = (random: Random, path: string, files: Files): string => {
  const symbol = path.replace(/[/.]/g, "_")
  const names = known(files, random).filter(() => random.chance(0.5))
  const lines = names.map((name) =>
    random.weighted([[7, `#include "${name}"\n`], [2, `#include <${name}>\n`], [1, computed(name)]])
  )
  if (random.chance(0.3)) {
    lines.push(random.weighted([[6, asks], [3, asksByMacro], [2, asksOnly], [1, asksAngled], [1, asksParted]]))
  }
  if (random.chance(0.3)) lines.push(asksGenerated)
  const isAssembler = path.endsWith(".S")
  if (!isAssembler) {
    for (const [library, at] of [["LibA", "lib/LibA/LibA.h"], ["LibB", "lib/LibB/src/LibB.h"]] as const) {
      if (at in files && random.chance(0.25)) lines.push(`#include <${library}.h>\n`)
    }
  }
  const number = random.below(5)
  const taken = random.chance(0.2) && !path.endsWith(".ino") ? binary(random, files) : undefined
  if (isAssembler) {
    return [
      ...[
        "#include \"pins.h\"\n",
        ...lines,
        "#include <Sum.h>\n",
        note(random),
        `.section .text.${symbol},"ax",@progbits\n`
      ],
      `.global ${symbol}\n${symbol}:\n  ldi r24, lo8(CONSTANTS + ${number})\n  ldi r25, hi8(CONSTANTS)\n  ret\n`,
      taken === undefined ? "" : `${taken}\n.balign 2\n`
    ].join("")
  }
  const blob = taken === undefined ? "" : [
    `SHARED const char blob_${symbol}[];\n`,
    `asm(".section .progmem.data.blob,\\"a\\",@progbits\\n.global blob_${symbol}\\nblob_${symbol}:\\n"\n`,
    `  "${taken.replaceAll("\"", "\\\"")}\\n.balign 2\\n.previous");\n`
  ].join("")
  return [
    ...[
      "#include <Arduino.h>\n",
      ...lines,
      "#include <Sum.h>\n",
      note(random),
      blob,
      "#ifdef __cplusplus\nextern \"C\"\n#endif\n"
    ],
    `int ${symbol}() { sink = SUM + ${number}${blob === "" ? "" : ` + (int) blob_${symbol}`}`,
    path.endsWith(".ino")
      ? ` + late_${symbol}(2); return sink; }\nint late_${symbol}(int n) { return n * ${number}; }\n`
      : "; return sink; }\n"
  ].join("")
}

const binary = (random: Random, files: Files): string | undefined => {
  const there = [
    ...("data/blob.bin" in files ? [".incbin \"data/blob.bin\""] : []),
    ...("include/near.bin" in files || "near.bin" in files ? [".incbin \"near.bin\"", ".iNcBiN \"near.bin\""] : []),
    ...("data/words.inc" in files && random.chance(0.3) ? [".include \"data/words.inc\""] : [])
  ]
  return there.length === 0 ? undefined : random.pick(there)
}

/** A `platformio.ini` other than this one; flags name only files that are there. */
export const iniFor = (random: Random, ini: Ini, files: Files): Ini => {
  const environment = (): Environment => ({ board: random.pick(["small", "large"]), flags: flagsFor(random, files) })
  return random.weighted<() => Ini>([
    [3, () => ({ ...ini, idle: random.pick(["", "; a comment", "monitor_speed = 9600", "monitor_speed = 115200"]) })],
    [4, () => ({ ...ini, flags: flagsFor(random, files) })],
    [
      1,
      () => ({
        ...ini,
        srcFlags: random.pickLiked(["", "-DS=1", "-DS=2", "-Isrc/sub", "-I. -Iquote", "-iquote quote"])
      })
    ],
    [1, () => ({ ...ini, board: random.pick(["small", "large"]) })],
    [0.5, () => ({ ...ini, filter: random.pick(["", "+<*> -<b.cpp>", "+<*> -<sub/>"]) })],
    [0.5, () => ({ ...ini, debug: !ini.debug })],
    [0.5, () => ({ ...ini, includeDir: random.pick(["include", "include/sub"]) })],
    [ini.second === undefined ? 0.7 : 4, () => ({
      ...ini,
      second: ini.second !== undefined && random.chance(0.7)
        ? undefined
        : random.chance(0.6)
        ? { board: ini.board, flags: ini.flags }
        : environment()
    })]
  ])()
}

/** `build_flags` that name only files that are there. */
export const flagsFor = (random: Random, files: Files): string =>
  random.pickLiked([
    ...["", "-DX=1", "-DX=2", "-O1", "-flto", "-Wl,--defsym=foo=3", "-g0", "-DX=1 -UX -DX=3", "-Iinclude/sub"],
    ...["-isystem sys", "-iquote quote", "-idirafter after", "-I sys -Iafter", "-I./sys -Iafter/"],
    ...["--include-directory sys --include-directory after", "--include-directory-after sys -Iafter"],
    ...["-iprefix include/ -iwithprefixbefore sub", "-iprefix ./ -iwithprefix sys -idirafter after/"],
    ...("include/pre.h" in files ? ["-include include/pre.h", "-include pre.h", "-imacros include/pre.h"] : []),
    ...("data/flags.txt" in files && "data/more.txt" in files
      ? ["@data/flags.txt", "@data/flags.txt -DX=1", "@data/more.txt"]
      : [])
  ])

export const iniText = (ini: Ini, core: string): string =>
  [
    ...(ini.includeDir === "include" ? [] : ["[platformio]", `include_dir = ${ini.includeDir}`]),
    "[env]",
    "platform = atmelavr",
    "framework = arduino",
    `platform_packages = framework-arduino-avr@file://${core}`,
    ...(ini.srcFlags === "" ? [] : [`build_src_flags = ${ini.srcFlags}`]),
    ...(ini.filter === "" ? [] : [`build_src_filter = ${ini.filter}`]),
    ...(ini.debug ? ["build_type = debug"] : []),
    ini.idle,
    ...environmentText("fuzz", ini),
    ...(ini.second === undefined ? [] : environmentText("more", ini.second)),
    ""
  ].join("\n")

const environmentText = (name: string, { board, flags }: Environment): ReadonlyArray<string> => [
  `[env:${name}]`,
  `board = ${board}`,
  ...(flags === "" ? [] : [`build_flags = ${flags}`])
]
