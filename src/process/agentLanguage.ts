import type { CommandSpec } from "./Subprocess.ts"

/** How an agent is told what to do. */
export interface AgentLanguage {
  readonly program: string
  /** The first words to it. */
  readonly begin: string
  /** Runs a command, then prints `token` and the exit status to stdout and to stderr. */
  readonly run: (command: CommandSpec, token: string) => string
  readonly enter: (cwd: string) => string
}

/** Variables that a shell makes by itself must not get into commands. */
const forget = "unset PWD OLDPWD"

/** A POSIX shell: a line for each command, every word quoted. */
export const shell: AgentLanguage = {
  program: "/bin/sh",
  begin: `${forget} SHLVL _\n`,
  run: ({ argv, env }, token) => {
    const variables = Object.entries(env).map(([name, value]) => `${name}=${quote(value)}`)
    const command = [...variables, ...argv.map(quote)].join(" ")
    return `${command} </dev/null; s=$?; echo "${token} $s"; echo "${token} $s" >&2\n`
  },
  enter: (cwd) => `cd -P -- ${quote(cwd)} || exit 127; ${forget}\n`
}

/** The program of `agent.c`: strings that end with NUL, lists with their length before them. */
export const agentOf = (program: string): AgentLanguage => ({
  program,
  begin: "",
  run: ({ argv, env }, token) => {
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
    return strings("run", token, String(variables.length), ...variables, String(argv.length), ...argv)
  },
  enter: (cwd) => strings("cd", cwd)
})

const strings = (...words: ReadonlyArray<string>): string => words.map((word) => `${word}\0`).join("")

const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`
