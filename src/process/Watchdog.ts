// @effect-diagnostics nodeBuiltinImport:off -- a process that has to outlive this one
import * as ChildProcess from "node:child_process"
import { Socket } from "node:net"

/** Processes that must not outlive this one. */
export interface Watchdog {
  readonly add: (group: number) => void
  readonly remove: (group: number) => void
  /** Whatever has this variable (`NAME=value`, one line), in whichever group. */
  readonly mark: (variable: string) => void
}

/**
 * Keeps the lists it is told, and kills what is on them when its input ends: with us, however we end. Those that have a variable are looked
 * for more than once, because they may be starting others.
 */
const script = `
groups=
marks=
marked() {
  [ -z "$marks" ] || grep -lzxF -e "$marks" /proc/[0-9]*/environ 2>/dev/null
}
while read -r what group; do
  case $what in
    +) groups="$groups $group" ;;
    =) marks="$marks\${marks:+
}$group" ;;
    -)
      rest=
      for one in $groups; do [ "$one" = "$group" ] || rest="$rest $one"; done
      groups=$rest
      ;;
  esac
done
for one in $groups; do kill -s KILL -- "-$one"; done
for round in 1 2 3; do
  for one in $(marked); do
    one=\${one#/proc/}
    kill -s KILL "\${one%/environ}"
  done
done
`

/**
 * Starts a watchdog when there is the first group to watch, and another with all that is to be watched when it has been killed and there is
 * something new. Where it cannot be started nothing is watched.
 */
export const makeWatchdog = (): Watchdog => {
  const groups = new Set<number>()
  const marks = new Set<string>()
  let input: import("node:stream").Writable | undefined
  const tell = (line: string) => {
    if (input !== undefined) return void input.write(line)
    input = start(() => input = undefined)
    input.write([...[...groups].map((group) => `+ ${group}\n`), ...[...marks].map((mark) => `= ${mark}\n`)].join(""))
  }
  return {
    add: (group) => {
      groups.add(group)
      tell(`+ ${group}\n`)
    },
    remove: (group) => {
      groups.delete(group)
      tell(`- ${group}\n`)
    },
    mark: (variable) => {
      if (marks.has(variable) || variable.includes("\n")) return
      marks.add(variable)
      tell(`= ${variable}\n`)
    }
  }
}

const start = (ended: () => void) => {
  const child = ChildProcess.spawn("/bin/sh", ["-c", script], {
    cwd: "/",
    env: {},
    detached: true,
    stdio: ["pipe", "ignore", "ignore"]
  })
  child.on("error", () => {})
  child.on("exit", ended)
  child.stdin.on("error", () => {})
  child.unref()
  // A pipe is a socket, although the types only say stream. It must not keep this process alive.
  if (child.stdin instanceof Socket) child.stdin.unref()
  return child.stdin
}
