import { afterAll, assert } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as ChildProcess from "node:child_process"
import * as Crypto from "node:crypto"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"
import { BuildEvent } from "../../src/exec/BuildEvent.ts"

/** The program under test: `dist/fbuild`, or that of the folder which `FBUILD_DIST` names. */
export const program = Path.join(
  process.env["FBUILD_DIST"] ?? fileURLToPath(new URL("../../dist", import.meta.url)),
  "fbuild"
)

/** Where Debian's arduino-core-avr is. */
export const debianCore = "/usr/share/arduino/hardware/arduino/avr"

/** Path relative to a project → content. */
export type Files = Readonly<Record<string, string | Uint8Array>>

type Finished = Extract<BuildEvent, { readonly _tag: "BuildFinished" }>

/** A command that has ended. */
export interface Run {
  /** `null` when a signal ended it. */
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A build with `--json` that has ended. */
export interface Build extends Run {
  readonly events: ReadonlyArray<BuildEvent>
  readonly finished: Finished
  /** Outputs of the commands that ran, sorted. */
  readonly executed: ReadonlyArray<string>
}

/** A folder that is removed after the last test of the file that called this. */
export function workspace(): string {
  const dir = Fs.realpathSync(Fs.mkdtempSync(Path.join(Os.tmpdir(), "fbuild-e2e-")))
  afterAll(() => Fs.rmSync(dir, { recursive: true, force: true }))
  return dir
}

/** Writes files below a folder, making the folders on the way, and returns the folder. */
export function write(dir: string, files: Files): string {
  for (const [name, content] of Object.entries(files)) {
    const path = Path.join(dir, name)
    Fs.mkdirSync(Path.dirname(path), { recursive: true })
    Fs.writeFileSync(path, content)
  }
  return dir
}

/** `platformio.ini` of one environment, with the lines given. */
export const ini = (board: string, ...lines: ReadonlyArray<string>): string =>
  [`[env:${board}]`, "platform = atmelavr", `board = ${board}`, "framework = arduino", ...lines, ""].join("\n")

/** A sketch of a few lines, which links. */
export const blink = `#include <Arduino.h>
void setup() { pinMode(LED_BUILTIN, OUTPUT); Serial.begin(9600); }
void loop() { digitalWrite(LED_BUILTIN, !digitalRead(LED_BUILTIN)); Serial.println("blink"); delay(500); }
`

/** A build of an unknown state of the machine must not matter, so nothing is inherited but what finds programs. */
export function environment(dir: string, variables: Readonly<Record<string, string>> = {}): Record<string, string> {
  const home = Path.join(Os.tmpdir(), "fbuild-e2e-home")
  return {
    PATH: "/usr/bin:/bin",
    HOME: home,
    FBUILD_HOME: home,
    FBUILD_NODE: process.execPath,
    FBUILD_COMPILE_CACHE: "off",
    // Tests own their processes.
    FBUILD_DAEMON: "off",
    PWD: dir,
    ...variables
  }
}

/** Runs `fbuild ARGS` in a folder, to its end. */
export function fbuild(
  dir: string,
  args: ReadonlyArray<string>,
  variables?: Readonly<Record<string, string>>
): Promise<Run> {
  return execute(program, args, dir, environment(dir, variables))
}

/** Runs any program to its end. */
export function execute(
  file: string,
  args: ReadonlyArray<string>,
  cwd: string,
  env: Readonly<Record<string, string>> = environment(cwd)
): Promise<Run> {
  return new Promise((resolve) => {
    const child = ChildProcess.spawn(file, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] })
    const [stdout, stderr]: [Array<Buffer>, Array<Buffer>] = [[], []]
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk))
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk))
    child.on("error", (error) => stderr.push(Buffer.from(String(error))))
    child.on("close", (status) => resolve({ status, stdout: text(stdout), stderr: text(stderr) }))
  })
}

const text = (chunks: ReadonlyArray<Uint8Array>): string => Buffer.concat(chunks).toString("utf8")

const decodeEvent = Schema.decodeUnknownSync(Schema.fromJsonString(BuildEvent), { onExcessProperty: "error" })

/** Runs `fbuild build --json ARGS` in a folder. Every line must be a known event and the last one `BuildFinished`. */
export async function build(
  dir: string,
  args: ReadonlyArray<string> = [],
  variables?: Readonly<Record<string, string>>
): Promise<Build> {
  return readEvents(await fbuild(dir, ["build", "--json", ...args], variables))
}

/** Reads what `--json` has printed. */
export function readEvents(run: Run): Build {
  const events = run.stdout.split("\n").slice(0, -1).map((line) => decodeEvent(line))
  const finished = events.at(-1)
  assert(finished?._tag === "BuildFinished", `no BuildFinished at the end of:\n${run.stdout}\n${run.stderr}`)
  assert.strictEqual(events.filter(({ _tag }) => _tag === "BuildFinished").length, 1)
  assert.strictEqual(finished.exitCode, run.status)
  const executed = events.flatMap((event) => event._tag === "ActionFinished" ? [event.id] : []).toSorted()
  return { ...run, events, finished, executed }
}

/** As `build`, and it must succeed. */
export async function built(
  dir: string,
  args: ReadonlyArray<string> = [],
  variables?: Readonly<Record<string, string>>
): Promise<Build> {
  const run = await build(dir, args, variables)
  assert.strictEqual(run.status, 0, said(run))
  return run
}

/** All that a build has to say of its failure. */
export const said = (run: Build): string =>
  [
    ...run.finished.errors.map(({ message }) => message),
    ...run.events.flatMap((event) => event._tag === "ActionFinished" && event.output !== "" ? [event.output] : []),
    run.stderr
  ].join("\n")

/** Digests of the two images of an environment that every comparison is about. */
export function images(dir: string, env = "uno", buildDir = ".fbuild/build"): { hex: string; elf: string } {
  const read = (name: string) => sha256(Fs.readFileSync(Path.join(dir, buildDir, env, name)))
  return { hex: read("firmware.hex"), elf: read("firmware.elf") }
}

export const sha256 = (content: string | Uint8Array): string =>
  Crypto.createHash("sha256").update(content).digest("hex")

/** Every file and symbolic link below a folder, relative to it, sorted. */
export function filesBelow(dir: string): ReadonlyArray<string> {
  return Fs.readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => Path.relative(dir, Path.join(entry.parentPath, entry.name)))
    .toSorted()
}

/** Digest of every file below a folder. */
export const snapshot = (dir: string): Record<string, string> =>
  Object.fromEntries(filesBelow(dir).map((name) => [name, sha256(Fs.readFileSync(Path.join(dir, name)))]))
