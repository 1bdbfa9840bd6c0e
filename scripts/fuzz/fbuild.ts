// Runs the program itself.
import * as ChildProcess from "node:child_process"
import * as Crypto from "node:crypto"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { copied } from "./hooks.ts"
import type { Tool } from "./Script.ts"

/** `dist/fbuild`, or that of the folder which `FBUILD_DIST` names. */
const program = Path.join(process.env["FBUILD_DIST"] ?? Path.join(import.meta.dirname, "../../dist"), "fbuild")

export const buildDir = ".fbuild/build"

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
  /** What a recipe has copied, where there is one. */
  readonly extra: string | undefined
}

export const sha256 = (content: string | Uint8Array): string =>
  Crypto.createHash("sha256").update(content).digest("hex")

/** Who calls: the environment that builds run in. */
export type Caller = Readonly<Record<string, string>>

export const caller = (options: {
  /** The folder of compilers, and the one that PATH leads to. */
  readonly tools: string
  readonly tool: Tool
  readonly home: string
  readonly daemon: boolean
  readonly variables: Readonly<Record<string, string>>
}): Caller => ({
  PATH: `${options.tools}/${options.tool}/bin:/usr/bin:/bin`,
  HOME: options.home,
  FBUILD_HOME: options.home,
  FBUILD_NODE: process.execPath,
  FBUILD_DAEMON: options.daemon ? "on" : "off",
  // When the fuzzer is killed.
  FBUILD_DAEMON_IDLE: "2m",
  ...Object.fromEntries(Object.entries(options.variables).filter(([, value]) => value !== ""))
})

/** Starts a command in a project; `ended` is its end. */
export const start = (
  env: Caller,
  dir: string,
  args: ReadonlyArray<string>
): { readonly kill: (signal: NodeJS.Signals) => void; readonly ended: Promise<Build> } => {
  const child = ChildProcess.spawn(program, args, { cwd: dir, env, stdio: ["ignore", "pipe", "pipe"] })
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

/** Digests of what the build of an environment is for; `undefined`: one is not there. */
export const imagesOf = (dir: string, environment: string): Images | undefined => {
  const [hex, elf] = ["hex", "elf"].map((kind) => digestOf(Path.join(dir, buildDir, environment, `firmware.${kind}`)))
  const extra = digestOf(Path.join(dir, buildDir, environment, copied))
  return hex === undefined || elf === undefined ? undefined : { hex, elf, extra }
}

/** Digest of `compile_commands.json`, wherever the project and the compilers are. */
export const commandsOf = (dir: string, tools: string): string | undefined => {
  const path = Path.join(dir, "compile_commands.json")
  return Fs.existsSync(path)
    ? sha256(Fs.readFileSync(path, "utf8").replaceAll(dir, "{project}").replaceAll(tools, "{tools}"))
    : undefined
}

export const digestOf = (path: string): string | undefined =>
  Fs.existsSync(path) ? sha256(Fs.readFileSync(path)) : undefined

/** The pid of the daemon of a home, if there is one. */
const daemonOf = (home: string): number | undefined => {
  const claims = Path.join(home, "daemon/claims")
  const names = Fs.existsSync(claims) ? Fs.readdirSync(claims) : []
  return names.map((name) => Number.parseInt(name, 10)).find((pid) => isDaemon(pid, home))
}

const isDaemon = (pid: number, home: string): boolean => {
  try {
    return Fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(`daemon.cjs\0${home}\0`)
  } catch {
    return false
  }
}

/** Returns when the daemon has put into the cache what it has made: it answers before. */
export const daemonFinished = async (env: Caller): Promise<void> => {
  let status: { readonly finishing?: number }
  do {
    status = JSON.parse((await start(env, "/", ["daemon", "status", "--json"]).ended).text) as typeof status
  } while ((status.finishing ?? 0) > 0)
}

/** Kills the daemon of a home, which can do nothing about it. */
export const killDaemon = (home: string): void => {
  const pid = daemonOf(home)
  if (pid !== undefined) process.kill(pid, "SIGKILL")
}

/** Ends the daemon of a home, and returns when it has gone. */
export const stopDaemon = async (home: string): Promise<void> => {
  const pid = daemonOf(home)
  if (pid === undefined) return
  process.kill(pid, "SIGTERM")
  while (isDaemon(pid, home)) await new Promise((resolve) => setTimeout(resolve, 5))
}
