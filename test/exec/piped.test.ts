import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as ChildProcess from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { piped } from "../../src/exec/piped.ts"
import { makeStage } from "../../src/exec/Stage.ts"
import type { Mnemonic } from "../../src/plan/Action.ts"
import { action } from "../plan/actions.ts"
import { workspace, write } from "../support/project.ts"
import { layer } from "./workshop.ts"

const space = workspace()

/** A command of an action in its stage, as it is started, without the names of outputs. */
const startedAs = (mnemonic: Mnemonic, program: string, ...args: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const one = action("a.o", ["a.c"], { mnemonic, argv: [program, ...args] })
    const { argv } = yield* piped(one, makeStage(one, space, { root: "stage" }, "0"), space)
    return argv
  }).pipe(Effect.provide(layer))

describe("piped", () => {
  it.effect("compilers and links of GCC", () =>
    Effect.gen(function*() {
      for (const mnemonic of ["CCompile", "CxxCompile", "Link"] as const) {
        for (const program of ["/usr/bin/avr-gcc", "/opt/bin/arm-none-eabi-g++-12.2", "gcc"]) {
          assert.deepStrictEqual(yield* startedAs(mnemonic, program, "-c"), [program, "-pipe", "-c"])
        }
      }
    }))

  it.effect("nothing else", () =>
    Effect.gen(function*() {
      for (
        const [mnemonic, program] of [
          ["Assemble", "/usr/bin/avr-gcc"],
          ["Archive", "/usr/bin/avr-gcc-ar"],
          ["Objcopy", "/usr/bin/avr-objcopy"],
          ["Link", "/usr/bin/avr-ld"],
          ["CCompile", "/opt/cc.sh"],
          ["Hook", "/usr/bin/gcc"]
        ] as const
      ) assert.deepStrictEqual(yield* startedAs(mnemonic, program, "-c"), [program, "-c"])
    }))

  it.effect("no compiler that leaves its temporary files, which would warn", () =>
    Effect.gen(function*() {
      write(space, { "words.txt": "-O2 -save-temps=obj" })
      for (const word of ["-save-temps=obj", "@words.txt"]) {
        assert.deepStrictEqual(yield* startedAs("CCompile", "gcc", word), ["gcc", word])
      }
    }))

  // The two of Debian that have no C library are not given one here.
  for (const program of ["avr-g++", "arm-none-eabi-g++", "riscv64-unknown-elf-g++", "xtensa-lx106-elf-g++"]) {
    it.effect(`${program} makes the same`, () =>
      Effect.gen(function*() {
        const source =
          `template <class T> struct Three { T all[3]; T sum() const { return all[0] + all[1] + all[2]; } };
static Three<int> ints; static Three<long long> longs;
extern "C" int f(int a) { static int once = a; ints.all[1] = a; return ints.sum() + (int) longs.sum() + once; }
`
        write(space, { [`${program}/a.cpp`]: source })
        const dir = Path.join(space, program)
        const made = (words: ReadonlyArray<string>) => {
          const [compiler = "", ...args] = words
          ChildProcess.execFileSync(compiler, [...args, "-o", "a.o"], { cwd: dir })
          return Fs.readFileSync(Path.join(dir, "a.o"))
        }
        for (
          const flags of [["-Os", "-g"], ["-O2", "-flto", "-frandom-seed=a"], ["-O0", "-g3", "-ffunction-sections"]]
        ) {
          const command = [`/usr/bin/${program}`, "-fno-threadsafe-statics", ...flags, "-c", "a.cpp"] as const
          const other = yield* startedAs("CxxCompile", ...command)
          assert.isTrue(made(command).equals(made(other)), other.join(" "))
        }
      }))
  }
})
