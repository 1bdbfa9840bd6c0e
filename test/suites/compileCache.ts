import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as ChildProcess from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"
import { Explanation } from "../../src/exec/Explanation.ts"
import {
  type Build,
  built,
  environment,
  execute,
  fbuild,
  type Files,
  filesBelow,
  program,
  sha256,
  snapshot,
  workspace,
  write
} from "../support/project.ts"
import { watchProcesses } from "../support/strace.ts"

type Variables = Readonly<Record<string, string>>

const acme = fileURLToPath(new URL("../fixtures/cores/acme/avr", import.meta.url))

/** A core of five small files that builds in half a second: that of `fixtures/` without its hooks, which always run. */
export function quickCore(dir: string): string {
  Fs.cpSync(acme, dir, { recursive: true })
  const text = Fs.readFileSync(Path.join(acme, "platform.txt"), "utf8")
  write(dir, { "platform.txt": text.replaceAll(/^recipe\.hooks.*\n/gm, "") })
  return dir
}

/** An environment `uno` for a quick core. */
export const quickIni = (core: string, ...lines: ReadonlyArray<string>): string =>
  [
    "[env:uno]",
    "platform = atmelavr",
    "board = acmeone",
    "framework = arduino",
    "platform_packages =",
    `  framework-arduino-avr@file://${core}`,
    // Further lines that start with a blank belong to `platform_packages`.
    ...lines,
    ""
  ].join("\n")

/** What a build needs for the cache inside fbuild, kept in `home`. */
export const cached = (home: string, more: Variables = {}): Variables => ({
  FBUILD_COMPILE_CACHE: "embedded",
  FBUILD_HOME: home,
  ...more
})

/** Digests of what the actions of a build have made, by path below the build folder. Maps have names of temporary files. */
export const madeBy = (dir: string, env = "uno"): Record<string, string> =>
  Object.fromEntries(
    Object.entries(snapshot(Path.join(dir, ".fbuild/build", env))).filter(([name]) =>
      /\.(?:o|a|elf|hex|eep|bin|size)$/.test(name)
    )
  )

/** The actions of the one environment that was built, by what became of them. */
export const countsOf = (build: Build) => build.finished.environments[0]!.actions

/** Ids of the actions that did not stand, sorted. */
export const madeIn = (build: Build): ReadonlyArray<string> => [...build.executed, ...fetchedBy(build)].toSorted()

/** Outputs of the actions that came from the cache, sorted. */
export const fetchedBy = (build: Build): ReadonlyArray<string> =>
  build.events.flatMap((event) => event._tag === "ActionCached" ? [event.id] : []).toSorted()

const decodeWhy = Schema.decodeUnknownSync(Schema.fromJsonString(Schema.Struct({
  environments: Schema.Array(Schema.Struct({ name: Schema.String, actions: Schema.Array(Explanation) }))
})))

/** What `fbuild why --json ARGS` says of the actions of the only environment. */
export async function why(
  dir: string,
  variables: Variables,
  ...args: ReadonlyArray<string>
): Promise<ReadonlyArray<Explanation>> {
  const run = await fbuild(dir, ["why", "--json", ...args], variables)
  assert.strictEqual(run.status, 0, run.stdout + run.stderr)
  return decodeWhy(run.stdout).environments[0]!.actions
}

/**
 * A toolchain folder, as lines for `quickIni`: its `bin/` has scripts that run a driver of the system with the parts (`as`,
 * `cc1plus` …) of its own `parts/`, as far as there are any.
 */
export function toolchain(dir: string, scripts: Readonly<Record<string, string>> = {}): string {
  const names = ["avr-gcc", "avr-g++", "avr-gcc-ar", "avr-ar", "avr-objcopy", "avr-size"]
  for (const name of names) {
    const own = /^avr-g(?:cc|\+\+)$/.test(name) ? `-B"${dir}/parts/" ` : ""
    script(Path.join(dir, "bin", name), scripts[name] ?? `exec /usr/bin/${name} ${own}"$@"`)
  }
  return `  toolchain-atmelavr@file://${dir}`
}

/** Writes a shell script that can be run. */
export function script(path: string, text: string): void {
  Fs.mkdirSync(Path.dirname(path), { recursive: true })
  Fs.writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 })
}

/** Programs that `fbuild ARGS` started, and those that they started: every successful `execve`, in no order. */
export async function programsOf(
  dir: string,
  args: ReadonlyArray<string>,
  variables: Variables
): Promise<{ readonly programs: ReadonlyArray<string>; readonly run: { readonly stdout: string } }> {
  const options = ["-qq", "--seccomp-bpf", "-e", "trace=execve,execveat", "-e", "signal=none"]
  const { run, texts } = await watchProcesses(`${dir}.strace`, options, dir, args, variables)
  const lines = [...texts.values()].flatMap((text) => text.split("\n"))
  return { run, programs: lines.flatMap((line) => /execve\("([^"]+)".* = 0$/.exec(line)?.[1] ?? []) }
}

const files: Files = {
  "src/main.cpp": `#include <Arduino.h>
#include "own.h"
#warning "seen"
int unused() { static int never; return OWN; }
void setup() { say(__FILE__); say(NAME); }
void loop() {}
`,
  "src/a b.c": "#include <Arduino.h>\nint spaces(void) { return __LINE__; }\n",
  "src/asm.S": ".section .text.one\n.global one\none: ldi r24, 1\n  ret\n",
  "src/nothing.cpp": "",
  "include/own.h": "#pragma once\n#define OWN 3\n#define NAME \"own\"\n"
}

/** What every backend must do, through the program. */
export const suite = (
  name: string,
  options: {
    /** Of `FBUILD_COMPILE_CACHE`. */
    readonly value: string
    /** Programs that it puts in front of compilers; none when it is all inside fbuild. */
    readonly wrapper: string | undefined
    /** Of the 12 actions, those that do not run when all has been built elsewhere. */
    readonly hits: number
  }
) =>
  describe(`compile cache: ${name}`, () => {
    const space = workspace()
    const core = quickCore(Path.join(space, "core"))
    const home = Path.join(space, "home")
    const variables = {
      ...cached(home),
      FBUILD_COMPILE_CACHE: options.value,
      CCACHE_DIR: Path.join(space, "ccache"),
      CCACHE_NOCOMPRESS: "1"
    }
    const sources = { ...files, "platformio.ini": quickIni(core, "build_flags = -DFLAG=1") }
    const reference = write(Path.join(space, "reference"), sources)
    const withoutCache = { ...variables, FBUILD_COMPILE_CACHE: "off" }

    it("makes the outputs of a build without a cache, byte for byte, cold and warm", async () => {
      await built(reference, [], withoutCache)
      const dir = write(Path.join(space, "workspace"), sources)
      const cold = await built(dir, [], variables)
      assert.strictEqual(countsOf(cold).executed, countsOf(cold).total)
      assert.deepStrictEqual(madeBy(dir), madeBy(reference))
      const warm = await built(dir, ["--clean"], variables)
      assert.strictEqual(countsOf(warm).cacheHits, options.hits)
      assert.deepStrictEqual(madeBy(dir), madeBy(reference))
    })

    it("shows warnings, cold and warm, once", async () => {
      const dir = Path.join(space, "workspace")
      for (const args of [["--no-cache"], [], []]) {
        const run = await fbuild(dir, ["build", "--clean", ...args], variables)
        assert.strictEqual((run.stdout + run.stderr).split("warning: #warning \"seen\"").length, 2, args.join(" "))
        assert.notInclude(run.stdout + run.stderr, "\u001b")
      }
    })

    it("in another folder makes the same", async () => {
      const dir = write(Path.join(space, "further down/other workspace"), sources)
      await built(dir, [], variables)
      assert.deepStrictEqual(madeBy(dir), madeBy(reference))
    })

    it("sees an edit of a source, of a header and of a flag", async () => {
      const dir = write(Path.join(space, "edited"), sources)
      await built(dir, [], variables)
      const edits: ReadonlyArray<Files> = [
        { "src/main.cpp": String(files["src/main.cpp"]).replace("__FILE__", "\"other\"") },
        { "include/own.h": String(files["include/own.h"]).replace("\"own\"", "\"new\"") },
        { "platformio.ini": quickIni(core, "build_flags = -DF_NEW=1 -g3") },
        sources
      ]
      for (const edit of edits) {
        write(dir, edit)
        write(reference, edit)
        await built(dir, [], variables)
        await built(reference, [], withoutCache)
        assert.deepStrictEqual(madeBy(dir), madeBy(reference), Object.keys(edit).join())
      }
    })

    it("fails as the compiler does, each time", async () => {
      const dir = write(Path.join(space, "failing"), { ...sources, "src/bad.c": "#error \"no\"\n" })
      for (const _ of [1, 2]) {
        const run = await fbuild(dir, ["build"], variables)
        assert.strictEqual(run.status, 1)
        assert.include(run.stdout + run.stderr, "#error \"no\"")
      }
      Fs.rmSync(Path.join(dir, "src/bad.c"))
      await built(dir, [], variables)
      assert.deepStrictEqual(madeBy(dir), madeBy(reference))
    })

    it("starts the programs that it is said to", async () => {
      const dir = write(Path.join(space, "traced"), { ...sources, "src/main.cpp": `${files["src/main.cpp"]}// new\n` })
      const { programs } = await programsOf(dir, ["build", "--json"], variables)
      assert.include(programs, "/usr/bin/avr-g++")
      const wrappers = programs.filter((path) => /ccache/.test(path))
      assert.deepStrictEqual([...new Set(wrappers)], options.wrapper === undefined ? [] : [options.wrapper])
    })
  })

/** Replaces the first occurrence of a text in a file, keeping size and times if asked to. */
export function replaceIn(path: string, from: string, to: string, times?: "kept" | "2020"): void {
  const before = Fs.readFileSync(path, "utf8")
  assert.include(before, from, path)
  const { atime, mtime } = Fs.statSync(path)
  Fs.writeFileSync(path, before.replace(from, to))
  if (times === "kept") {
    assert.strictEqual(from.length, to.length)
    Fs.utimesSync(path, atime, mtime)
  }
  if (times === "2020") Fs.utimesSync(path, 1_577_836_800, 1_577_836_800)
}

/** Changes one bit in the middle of a file. */
export function flip(path: string): void {
  const bytes = Fs.readFileSync(path)
  bytes[bytes.length >> 1]! ^= 1
  Fs.chmodSync(path, 0o644)
  Fs.writeFileSync(path, bytes)
}

/** Absolute paths of the files of a cache: entries (`actions`) or contents (`content`). */
export const storeFiles = (home: string, kind: "actions" | "content"): ReadonlyArray<string> => {
  const dir = Path.join(home, "cache", kind)
  return Fs.existsSync(dir) ? filesBelow(dir).map((name) => Path.join(dir, name)) : []
}

/** Whether all contents of a cache are what their names say; what a killed build was writing has other names. */
export const isSound = (home: string): boolean =>
  storeFiles(home, "content").filter((path) => !path.endsWith("~")).every((path) =>
    sha256(Fs.readFileSync(path)) === Path.basename(path)
  )

/** Runs a shell script in a mount namespace of its own, as root of it: nothing stays mounted, whatever happens. */
export const mounted = (script: string, dir: string, variables: Variables) =>
  execute("/usr/bin/unshare", ["--mount", "--map-root-user", "/bin/sh", "-c", script], dir, environment(dir, variables))

/** Starts `fbuild ARGS` and returns the process, whose end is awaited by `ended`. */
export const spawned = (dir: string, args: ReadonlyArray<string>, variables: Variables) => {
  const child = ChildProcess.spawn(program, args, { cwd: dir, env: environment(dir, variables), stdio: "ignore" })
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve))
  return { child, ended }
}
