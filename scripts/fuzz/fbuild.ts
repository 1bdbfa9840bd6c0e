// Runs the program itself.
import * as ChildProcess from "node:child_process"
import * as Crypto from "node:crypto"
import * as Fs from "node:fs"
import * as Path from "node:path"
import type { Shared } from "./Place.ts"
import type { Tool } from "./Script.ts"

/** `dist/fbuild`, or that of the folder which `FBUILD_DIST` names. */
const program = Path.join(process.env["FBUILD_DIST"] ?? Path.join(import.meta.dirname, "../../dist"), "fbuild")

export const buildDir = ".fbuild/build/fuzz"

/** What became of an action in a build; a build that stands does not tell. */
export type Outcome = "Executed" | "Cached" | "UpToDate"

export interface Build {
  /** `null`: ended by a signal. */
  readonly status: number | null
  readonly outcomes: ReadonlyMap<string, Outcome>
  readonly text: string
}

export interface Images {
  readonly hex: string
  readonly elf: string
}

export const sha256 = (content: string | Uint8Array): string =>
  Crypto.createHash("sha256").update(content).digest("hex")

const environment = (shared: Shared, home: string, tool: Tool): Record<string, string> => ({
  PATH: `${shared.tools}/${tool}/bin:/usr/bin:/bin`,
  HOME: home,
  FBUILD_HOME: home,
  FBUILD_NODE: process.execPath,
  // What is killed here must be what builds.
  FBUILD_DAEMON: "off"
})

/** Starts a command in a project; `ended` is its end. */
export const start = (
  shared: Shared,
  dir: string,
  tool: Tool,
  args: ReadonlyArray<string>,
  home = shared.home
): { readonly kill: (signal: NodeJS.Signals) => void; readonly ended: Promise<Build> } => {
  const child = ChildProcess.spawn(program, args, {
    cwd: dir,
    env: environment(shared, home, tool),
    stdio: ["ignore", "pipe", "pipe"]
  })
  const chunks: Array<Buffer> = []
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk))
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk))
  // What a killed build has started may hold its output open.
  const ended = new Promise<Build>((resolve) => {
    let status: number | null = null
    const done = () => {
      const text = Buffer.concat(chunks).toString("utf8")
      resolve({ status, text, outcomes: outcomesOf(text) })
    }
    child.on("exit", (code, signal) => {
      status = code
      if (signal !== null) done()
    })
    child.on("close", done)
  })
  return { kill: (signal) => void child.kill(signal), ended }
}

interface Event {
  readonly _tag: string
  readonly id: string
  readonly ok: boolean
}

const outcomesOf = (text: string): ReadonlyMap<string, Outcome> => {
  const outcomes = new Map<string, Outcome>()
  for (const line of text.split("\n").filter((line) => /^\{"_tag":"Action\w+".*\}$/.test(line))) {
    const { _tag, id, ok } = JSON.parse(line) as Event
    if (_tag === "ActionFinished" && ok) outcomes.set(id, "Executed")
    else if (_tag === "ActionCached") outcomes.set(id, "Cached")
    else if (_tag === "ActionUpToDate") outcomes.set(id, "UpToDate")
  }
  return outcomes
}

/** Digests of what a build is for; `undefined`: one is not there. */
export const imagesOf = (dir: string): Images | undefined => {
  const hex = digestOf(Path.join(dir, buildDir, "firmware.hex"))
  const elf = digestOf(Path.join(dir, buildDir, "firmware.elf"))
  return hex === undefined || elf === undefined ? undefined : { hex, elf }
}

export const digestOf = (path: string): string | undefined =>
  Fs.existsSync(path) ? sha256(Fs.readFileSync(path)) : undefined
