import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import {
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
  inputs: new Map([of.argv[0] ?? "", ...of.inputs].map((input) => [input, digest("b")])),
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
        "fbuild action 4",
        "mnemonic CxxCompile",
        `program ${digest("b")}`,
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
    "the content of an input": [compile(), {
      inputs: new Map([["/t/avr-g++", digest("b")], ["src/a.cpp", digest("c")]])
    }],
    "one more input": [compile({ inputs: [path("src/a.cpp"), path("src/b.cpp")] })],
    "the project folder": [compile(), { directory: "/home/a" }],
    "another program under its path": [compile(), {
      inputs: new Map([["/t/avr-g++", digest("c")], ["src/a.cpp", digest("b")]])
    }],
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

  const archive = (folder: string, operation = "rcsD", names = ["a.o", "b.o"]) =>
    action(`${folder}/core.a`, names.map((name) => `${folder}/${name}`), {
      mnemonic: "Archive",
      argv: ["/t/avr-ar", operation, `${folder}/core.a`, ...names.map((name) => `${folder}/${name}`)],
      toolchain
    })

  it("is the same for an archive of the same objects in another build folder", () => {
    assert.strictEqual(textOf(archive("uno/core")), textOf(archive("other/core")))
    assert.include(textOf(archive("uno")), "argument {member 0}/a.o\nargument {member 1}/b.o\n")
  })
  it("is another one for an archive of objects of other names", () =>
    assert.notStrictEqual(textOf(archive("uno", "rcs", ["a.o", "c.o"])), textOf(archive("uno", "rcs"))))
  it("is another one in another build folder for an archive that keeps paths, or whose making prints them", () => {
    for (const operation of ["rcsP", "rvcs"]) {
      assert.notStrictEqual(textOf(archive("uno", operation)), textOf(archive("other", operation)))
    }
  })

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
    assert.include(
      textOf(convert("a.ino", "b.ino")),
      "step ConvertSketch\nfact tabs.0 a.ino\nfact tabs.1 b.ino\nstep version 1\n"
    )
    assert.notStrictEqual(textOf(convert("a.ino", "b.ino")), textOf(convert("b.ino", "a.ino")))
  })

  it("of a built-in step has every fact of it", () => {
    const step = { elf: path("a.elf"), chip: "esp32c3", flash: { mode: "dio", frequency: "40m", size: "4MB" } } as const
    const image = (more: Partial<Parameters<typeof BuiltinStep.cases.EspImage.make>[0]> = {}) =>
      textOf(action("out/a.bin", ["a.elf"], {
        mnemonic: "Image",
        argv: [],
        step: BuiltinStep.cases.EspImage.make({ ...step, ...more })
      }))
    assert.include(
      image(),
      "step EspImage\nfact chip esp32c3\nfact elf a.elf\nfact flash.frequency 40m\nfact flash.mode dio\nfact flash.size 4MB\n"
    )
    const texts = [
      image(),
      image({ elf: path("b.elf") }),
      image({ chip: "esp32c6" }),
      ...[{ mode: "qio" }, { frequency: "80m" }, { size: "8MB" }].map((more) =>
        image({ flash: { ...step.flash, ...more } as typeof step.flash })
      ),
      image({ elfDigestOffset: 0xb0 }),
      image({ minimumRevision: 3 }),
      image({ maximumRevision: 3 }),
      image({ pageSize: 0x8000 })
    ]
    assert.strictEqual(new Set(texts).size, texts.length)
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
    "a vendor hook": [compile({ always: "sh may do anything" }), /vendor hook/],
    "no toolchain identity": [action("a.o", [], { argv: ["avr-gcc"] }), /programs behind the command/],
    "another program": [compile({ argv: ["/usr/bin/python3", "x.py"] }), /not known what \/usr\/bin\/python3 reads/],
    "an unknown flag": [compile({}, ["--what=x"]), /not known what --what=x does/],
    "-march=native": [compile({}, ["-march=native"]), /^-march=native depends on the processor/],
    "-frecord-gcc-switches": [compile({}, ["-frecord-gcc-switches"]), /^-frecord-gcc-switches puts/],
    "-flto with -fstack-usage": [compile({}, ["-flto", "-fstack-usage"]), /^-fstack-usage writes/],
    "coverage": [compile({}, ["--coverage"]), /^--coverage writes a profile/],
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
    "no depfile": [
      action("a.o", ["a.c"], { argv: ["gcc", "-c", "a.c", "-o", "a.o"], toolchain }),
      /neither a depfile nor a map/
    ],
    "a map of its own that nobody declared": [link([], "x.map"), /^-Map=x\.map writes/],
    "no map": [action("a.elf", [], { mnemonic: "Link", argv: ["gcc", "-o", "a.elf"], toolchain }), /nor a map/],
    "a response file that is not there": [compile({}, ["@r"]), /^@r cannot be read/],
    "a response file with such a flag": [compile({}, ["@r"]), /^--coverage/, {
      responses: new Map([["r", "-g @s"], ["s", "--coverage"]])
    }],
    "a program that is gone": [compile(), /programs behind the command/, {
      inputs: new Map([["src/a.cpp", digest("b")]])
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
