// @effect-diagnostics nodeBuiltinImport:off -- a process that has to outlive this one
import * as ChildProcess from "node:child_process"
import { Socket } from "node:net"

/** Process groups that must not outlive this process. */
export interface Watchdog {
  readonly add: (group: number) => void
  readonly remove: (group: number) => void
}

/** Keeps the list it is told, and kills what is on it when its input ends: with us, however we end. */
const script = `
groups=
while read -r what group; do
  case $what in
    +) groups="$groups $group" ;;
    -)
      rest=
      for one in $groups; do [ "$one" = "$group" ] || rest="$rest $one"; done
      groups=$rest
      ;;
  esac
done
for one in $groups; do kill -s KILL -- "-$one"; done
`

/** Starts a watchdog when there is the first group to watch. Where it cannot be started nothing is watched. */
export const makeWatchdog = (): Watchdog => {
  let input: import("node:stream").Writable | undefined
  const tell = (line: string) => {
    input ??= start()
    input.write(line)
  }
  return { add: (group) => tell(`+ ${group}\n`), remove: (group) => tell(`- ${group}\n`) }
}

const start = () => {
  const child = ChildProcess.spawn("/bin/sh", ["-c", script], {
    cwd: "/",
    env: {},
    detached: true,
    stdio: ["pipe", "ignore", "ignore"]
  })
  child.on("error", () => {})
  child.stdin.on("error", () => {})
  child.unref()
  // A pipe is a socket, although the types only say stream. It must not keep this process alive.
  if (child.stdin instanceof Socket) child.stdin.unref()
  return child.stdin
}
