// What the benchmarks share: a private copy of a project, ninja files of fbuild's own plan, medians.
import { execFileSync } from "node:child_process"
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, dirname, join, resolve } from "node:path"

export interface GraphAction {
  readonly id: string
  readonly mnemonic: string
  readonly argv: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
  readonly inputs: ReadonlyArray<string>
  readonly outputs: ReadonlyArray<string>
  readonly depfile?: string
  readonly stdout?: string
}

export const root = dirname(dirname(import.meta.dirname))
export const fbuild = join(root, "dist/fbuild")

/**
 * A copy of a project (default: Blink for the Uno) with a home of its own, both removed by `remove`. What is run, is run in
 * process, but by `daemon`.
 */
export const privateProject = (folder = join(root, "examples/blink")) => {
  const temporary = mkdtempSync(join(tmpdir(), "fbuild-bench-"))
  const dir = join(temporary, basename(resolve(folder)))
  cpSync(resolve(folder), dir, { recursive: true, filter: (path) => basename(path) !== ".fbuild" })
  const env = { ...process.env, FBUILD_HOME: join(temporary, "home"), FBUILD_DAEMON: "off" }
  const aside = join(temporary, "aside")
  mkdirSync(aside)
  let count = 0
  /**
   * Aside, to be removed at the end: ext4 keeps from new files the inodes of those deleted in the last five seconds, which in
   * a folder group with some hundred of them makes each creation four times as long (`recently_deleted` in fs/ext4/ialloc.c).
   */
  const putAside = (path: string) => {
    if (existsSync(path)) renameSync(path, join(aside, String(count++)))
  }
  const runIn = (env: NodeJS.ProcessEnv) => (args: ReadonlyArray<string>) =>
    execFileSync(fbuild, args, { cwd: dir, env, encoding: "utf8", maxBuffer: 1 << 28 })
  const run = runIn(env)
  const daemon = runIn({ ...env, FBUILD_DAEMON: "on" })
  return {
    dir,
    env,
    run,
    /** Has the daemon of the home do it. */
    daemon,
    /** Builds and returns the last event. */
    build: (args: ReadonlyArray<string>, by: typeof run = run) =>
      JSON.parse(by(["build", "--json", ...args]).trimEnd().split("\n").at(-1) ?? "") as {
        readonly durationMs: number
        readonly environments: ReadonlyArray<{ readonly actions: Readonly<Record<string, number>> }>
      },
    /** The plan. Also makes the folders, and the merged sketch that no command makes. */
    graph: () =>
      (JSON.parse(run(["graph", "--json"])) as {
        readonly environments: ReadonlyArray<{ readonly actions: ReadonlyArray<GraphAction> }>
      }).environments[0]!.actions,
    clean: () => {
      for (const name of [".fbuild", ".ninja_log", ".ninja_deps"]) putAside(join(dir, name))
    },
    /** Empties the cache. */
    clearCache: () => putAside(join(env.FBUILD_HOME, "cache")),
    remove: () => {
      run(["daemon", "stop"])
      rmSync(temporary, { recursive: true, force: true })
    }
  }
}

const quote = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`
const escape = (path: string) => path.replaceAll(/[$ :]/g, "$$$&")

/** An action as a line for a shell; `wrap` goes in front of its program. */
export const commandLine = ({ argv, env, stdout }: GraphAction, wrap = "") =>
  [
    ...Object.entries(env).map(([name, value]) => `${name}=${quote(value)}`),
    ...(wrap === "" ? [] : [wrap]),
    ...argv.map(quote),
    ...(stdout === undefined ? [] : [`> ${quote(stdout)}`])
  ].join(" ")

/** A plan as ninja reads it: same commands, same depfiles; `wrap` goes in front of each compilation. */
export const ninjaFile = (actions: ReadonlyArray<GraphAction>, wrap = "") =>
  actions.filter(({ argv }) => argv.length > 0).map((action, index) => {
    const command = commandLine(action, action.depfile === undefined ? "" : wrap).replaceAll("$", "$$$$")
    return [
      `rule r${index}`,
      // One word of a command line has at most 128 kB, and ninja hands the whole command to a shell as one.
      ...(command.length < 100_000
        ? [`  command = ${command}`]
        : [`  command = sh r${index}.rsp`, `  rspfile = r${index}.rsp`, `  rspfile_content = ${command}`]),
      ...(action.depfile === undefined ? [] : [`  depfile = ${action.depfile}`, "  deps = gcc"]),
      `build ${action.outputs.map(escape).join(" ")}: r${index} ${action.inputs.map(escape).join(" ")}`,
      ""
    ].join("\n")
  }).join("\n")

export const milliseconds = (run: () => void) => {
  const started = performance.now()
  run()
  return performance.now() - started
}

export const median = (numbers: ReadonlyArray<number>) => {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Prints one line for each series: median, ratio to the first one's, extremes. */
export const report = (series: Readonly<Record<string, ReadonlyArray<number>>>) => {
  const [[first = "", base = []] = []] = Object.entries(series)
  for (const [name, times] of Object.entries(series)) {
    const ratio = (median(times) / median(base)).toFixed(2)
    const extremes = `min ${Math.min(...times).toFixed(0)}, max ${Math.max(...times).toFixed(0)}, n = ${times.length}`
    const middle = median(times).toFixed(median(times) < 100 ? 1 : 0)
    console.log(`${name.padEnd(14)} ${middle.padStart(6)} ms  ${ratio} × ${first}  (${extremes})`)
  }
}
