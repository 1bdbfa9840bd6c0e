import type { CommandSpec } from "./Subprocess.ts"

/** How an agent is told what to do. */
export interface AgentLanguage {
  readonly program: string
  /** The first words to it. */
  readonly begin: string
  /**
   * Runs a command in its folder, then prints `token` and the exit status to stdout and to stderr. One that cannot enter the
   * folder ends. Between commands it is in none that somebody may remove.
   */
  readonly run: (command: CommandSpec, token: string) => string
}

/** Variables that a shell makes by itself must not get into commands. */
const forget = "unset PWD OLDPWD"

/** A POSIX shell: a line for each command, every word quoted. */
export const shell: AgentLanguage = {
  program: "/bin/sh",
  begin: `${forget} SHLVL _\n`,
  run: ({ argv, cwd, env }, token) => {
    const variables = Object.entries(env).map(([name, value]) => `${name}=${quote(value)}`)
    const command = [...variables, ...argv.map(quote)].join(" ")
    const enter = `cd -P -- ${quote(cwd)} || exit 127; ${forget}`
    return `${enter}; ${command} </dev/null; s=$?; cd /; echo "${token} $s"; echo "${token} $s" >&2\n`
  }
}

/** The program of `agent.c`: strings that end with NUL, lists with their length before them. */
export const agentOf = (program: string): AgentLanguage => ({
  program,
  begin: "",
  run: ({ argv, cwd, env }, token) => {
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
    return strings(token, cwd, String(variables.length), ...variables, String(argv.length), ...argv)
  }
})

const strings = (...words: ReadonlyArray<string>): string => words.map((word) => `${word}\0`).join("")

const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`
