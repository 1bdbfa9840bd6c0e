import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { readBuildState } from "../../src/cache/BuildState.ts"
import * as DiskNode from "../../src/disk/DiskNode.ts"
import { fbuild, type Files, ini, workspace, write } from "../support/project.ts"
import { watchProcesses } from "../support/strace.ts"

const project: Files = {
  "platformio.ini": ini("uno"),
  "include/own.h": "#include \"deeper/deeper.h\"\n",
  "include/deeper/deeper.h": "#include <util/delay.h>\n#define OWN 3\n",
  "lib/Thing/src/Thing.h": "#include <Wire.h>\nint thing(int);\n",
  "lib/Thing/src/Thing.cpp": "#include \"Thing.h\"\nint thing(int x) { return x + Wire.read(); }\n",
  "src/main.cpp": `#include <Arduino.h>
#include <SPI.h>
#include <Thing.h>
#include "own.h"
extern "C" { int fromC(int); int fromAssembler(int); }
int fromSketch(int);
void setup() { SPI.begin(); Serial.begin(9600); }
void loop() { Serial.println(fromSketch(thing(fromC(fromAssembler(OWN))))); }
`,
  "src/tab.ino": "#include <math.h>\nint fromSketch(int n) { return round(sqrt(n)); }\n",
  "src/c.c":
    "#include <avr/eeprom.h>\n#include <stdlib.h>\nint fromC(int n) { return rand() + eeprom_read_byte(&n); }\n",
  "src/a.S": "#include <avr/io.h>\n.global fromAssembler\nfromAssembler:\n  in r24, _SFR_IO_ADDR(PORTB)\n  ret\n"
}

/** The same, with files that only the options name. */
const withOptions: Files = {
  ...project,
  "platformio.ini": ini(
    "uno",
    "build_flags = -include include/always.h -Wl,-T,own.ld -Lgiven -lgiven",
    "build_src_flags = @flags.txt"
  ),
  "flags.txt": "-DFROM_FILE=1",
  "own.ld": Fs.readFileSync("/usr/lib/avr/lib/ldscripts/avr5.xn"),
  "given/libgiven.a": "given = 1;\n",
  "include/always.h": "#pragma once\n"
}

describe("what commands read is recorded as an input, or part of the toolchain's identity", () => {
  const space = workspace()

  /** Builds, and gives all files that the commands of the build have read, links resolved. */
  const check = async (name: string, files: Files): Promise<ReadonlySet<string>> => {
    const dir = write(Path.join(space, name, "p"), files)
    const home = Path.join(space, name, "home")
    const processes = await traceBuild(dir, home)
    const actions = await plannedActions(dir, home)
    const recorded = await recordedInputs(dir)
    const identity = new Set(identityParts(home).map((path) => real(path)))

    const problems: Array<string> = []
    const read = new Set<string>()
    const started: Array<string> = []
    for (const process of processes.values()) {
      const action = actions.find((one) => process.commands.some(({ argv }) => isCommandOf(one, argv)))
      if (action === undefined) continue
      started.push(action.id)
      const known = new Set([...action.inputs, ...recorded.get(action.id) ?? []].map((path) => real(path, dir)))
      for (const { file, program } of readBy(process, processes)) {
        if (file.startsWith(`${dir}/.fbuild/build/uno/.stage/`) || isOfSystem(file)) continue
        read.add(file)
        const isOfToolchain = /^\/usr\/(?:lib\/(?:gcc\/)?avr|bin)\//.test(file) && identity.has(file)
        if (!known.has(file) && !isOfToolchain) problems.push(`${action.id}: ${program} reads ${file}`)
      }
    }
    assert.deepStrictEqual([...new Set(problems)], [])
    assert.deepStrictEqual(started.toSorted(), actions.map(({ id }) => id).toSorted(), "every command was watched")
    const assembled = [...processes.values()].flatMap(({ commands }) =>
      commands.flatMap(({ argv }) =>
        argv[0]?.endsWith("/as") === true ? argv.filter((word) => word.endsWith(".s")) : []
      )
    )
    assert.strictEqual(
      assembled.length,
      actions.filter(({ mnemonic }) => mnemonic === "Assemble").length,
      "by pipes else"
    )
    return new Set([...read].map((file) => file.replace(`${dir}/`, "")))
  }

  it("in a project as it is", async () => {
    const read = await check("plain", project)
    const expected = [
      ...["include/deeper/deeper.h", "src/a.S", ".fbuild/build/uno/core/core.a"],
      ...["avr/eeprom.h", "util/delay.h", "math.h"].map((name) => `/usr/lib/avr/include/${name}`),
      ...["avr5/libm.a", "avr5/crtatmega328p.o", "ldscripts/avr5.xn"].map((name) => `/usr/lib/avr/lib/${name}`),
      ...["avr-gcc", "avr-g++", "avr-gcc-ar", "avr-objcopy"].map((name) => real(`/usr/bin/${name}`))
    ]
    for (const file of expected) assert.include([...read], file)
  })

  it("in one whose options name files", async () => {
    const read = await check("options", withOptions)
    const expected = ["own.ld", "flags.txt", "given/libgiven.a", "include/always.h"]
    for (const file of expected) assert.include([...read], file)
  })
})

/** Files that every program of the system reads. */
const isOfSystem = (file: string): boolean =>
  /^\/(?:etc|proc|dev|sys)\/|^\/usr\/(?:lib|share)\/locale\/|^\/(?:usr\/)?lib(?:\/[^/]+-linux-gnu)?\/[^/]+\.so[.\d]*$/
    .test(file)

/** The path without links, as strace tells it; what is no more there stays. */
const real = (path: string, dir = "/"): string => {
  const absolute = Path.resolve(dir, path)
  return Fs.existsSync(absolute) ? Fs.realpathSync(absolute) : absolute
}

/** What each action of the last build is known to have read: id → paths, absolute or relative to the project. */
const recordedInputs = async (dir: string): Promise<ReadonlyMap<string, ReadonlyArray<string>>> => {
  const file = Path.join(dir, ".fbuild/build/uno/state.json")
  const { actions } = await Effect.runPromise(Effect.provide(readBuildState(file), DiskNode.layer))
  return new Map([...actions].map(([id, { inputs }]) => [id, [...inputs.keys()]]))
}

/** The files whose content is in the identity of the toolchain. */
const identityParts = (home: string): ReadonlyArray<string> => {
  const folder = Path.join(home, "toolchains")
  return Fs.readdirSync(folder).filter((name) => name.endsWith(".parts.json")).flatMap((name) => {
    const memo: { parts: Array<{ path: string }> } = JSON.parse(
      Fs.readFileSync(Path.join(folder, name), "utf8").split("\n")[1] ?? ""
    )
    return memo.parts.map(({ path }) => path)
  })
}

interface PlannedAction {
  readonly id: string
  readonly mnemonic: string
  readonly argv: ReadonlyArray<string>
  readonly inputs: ReadonlyArray<string>
  readonly outputs: ReadonlyArray<string>
}

/** The actions that run a command. */
const plannedActions = async (dir: string, home: string): Promise<ReadonlyArray<PlannedAction>> => {
  const { stdout } = await fbuild(dir, ["graph", "--json"], { FBUILD_HOME: home })
  const graph: { environments: Array<{ actions: Array<PlannedAction> }> } = JSON.parse(stdout)
  return graph.environments[0]!.actions.filter(({ argv }) => argv.length > 0)
}

/** Whether a command is that of an action: the same but for where its outputs are written, for pipes and for colours. */
const isCommandOf = ({ argv, outputs }: PlannedAction, command: ReadonlyArray<string>): boolean => {
  const words = command.filter((word) => word !== "-pipe" && !word.startsWith("-fdiagnostics-color"))
  return words.length === argv.length
    && argv.every((word, index) => word === words[index] || outputs.some((output) => word.includes(output)))
}

interface Process {
  readonly children: ReadonlyArray<string>
  /** What it has become, one after the other. */
  readonly commands: ReadonlyArray<{ readonly program: string; readonly argv: ReadonlyArray<string> }>
  /** Files that it opened for reading, without links. */
  readonly files: ReadonlyArray<string>
}

/** Runs a cold build, and watches all its processes: pid → process. */
const traceBuild = async (dir: string, home: string): Promise<ReadonlyMap<string, Process>> => {
  const options = ["-y", "-s", "100000", "-e", "trace=open,openat,execve,clone,clone3,fork,vfork"]
  const args = ["build", "--no-cache", "-j1"]
  const { texts } = await watchProcesses(Path.join(dir, "../trace"), options, dir, args, { FBUILD_HOME: home })
  return new Map(Array.from(texts, ([pid, text]) => [pid, parseTrace(text)]))
}

/** Reads what strace has written of one process. Calls that failed, and what is opened to be written, are left out. */
const parseTrace = (text: string): Process => {
  const children: Array<string> = []
  const commands: Array<{ program: string; argv: ReadonlyArray<string> }> = []
  const files: Array<string> = []
  for (const line of text.split("\n")) {
    const [, call, rest = ""] = /^(\w+)\((.*)$/.exec(line) ?? []
    if (call === "execve") {
      const [, file, list] = /^("(?:[^"\\]|\\.)*"), \[(.*)\], 0x.*\) = 0$/.exec(rest) ?? []
      if (file === undefined || list === undefined) continue
      const argv = [...list.matchAll(/"(?:[^"\\]|\\.)*"/g)].map(([word]) => unquote(word))
      commands.push({ program: real(unquote(file)), argv })
    } else if (call === "open" || call === "openat") {
      const [, flags, opened] = /", (O_[A-Z_|]+)(?:, 0\d+)?\) = \d+<(.*)>$/.exec(rest) ?? []
      const isRead = flags !== undefined && !/O_WRONLY|O_DIRECTORY|O_TRUNC|O_EXCL/.test(flags)
      if (isRead && opened !== undefined) files.push(unquote(`"${opened}"`))
    } else if (call !== undefined) {
      const [, pid] = / = (\d+)$/.exec(rest) ?? []
      if (pid !== undefined) children.push(pid)
    }
  }
  return { children, commands, files }
}

/** A string of strace, which writes it as C does. */
const unquote = (text: string): string =>
  text.slice(1, -1).replace(
    /\\([0-7]{1,3}|.)/g,
    (_, code: string) =>
      /\d/.test(code) ? String.fromCharCode(Number.parseInt(code, 8)) : ({ n: "\n", t: "\t" }[code] ?? code)
  )

/** All that a process and those that it started have read, the programs that they were among it. */
const readBy = (
  process: Process,
  processes: ReadonlyMap<string, Process>
): ReadonlyArray<{ readonly file: string; readonly program: string }> => {
  const program = process.commands.at(-1)?.program ?? "a fork"
  return [
    ...[...process.files, ...process.commands.map((command) => command.program)].map((file) => ({ file, program })),
    ...process.children.flatMap((pid) => processes.has(pid) ? readBy(processes.get(pid)!, processes) : [])
  ]
}
