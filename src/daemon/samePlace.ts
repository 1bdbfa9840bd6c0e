/** What a system says of one process: the facts of `src/launcher/PROTOCOL.md`, in that order. */
export type Place = ReadonlyArray<string>

type Fact = readonly [name: string, of: (place: Place) => string | undefined]

/**
 * What two processes have to have in common for one to do the other's work unnoticed. Not compared, because it is different
 * from shell to shell and changes nothing that a build makes: the other limits (core files; open files, whose soft limit
 * Node raises for all that it starts; real-time, locks, queues), the score for the out-of-memory killer, audit sessions.
 */
const facts: ReadonlyArray<Fact> = [
  ["umask", ([umask]) => umask],
  ["root folder", ([, root]) => root],
  // Source: proc(5), `/proc/[pid]/status`.
  ...["Uid", "Gid", "Groups", "NoNewPrivs", "Seccomp", "Seccomp_filters", "Cpus_allowed", "Mems_allowed"].map((
    name
  ): Fact => [name, ([, , status]) => lineOf(status, `${name}:`)]),
  // Those from 32 on have nothing to do with files or processes, and desktops give one (CAP_WAKE_ALARM) to some shells.
  ["capabilities", ([, , status]) => lineOf(status, "CapEff:").slice(-8)],
  // `/proc/[pid]/stat`: fields 19 and 41.
  ["nice", ([, , , stat]) => fieldOf(stat, 19)],
  ["scheduling policy", ([, , , stat]) => fieldOf(stat, 41)],
  ...["Max cpu time", "Max file size", "Max data size", "Max stack size", "Max processes", "Max address space"].map((
    name
  ): Fact => [name, ([, , , , limits]) => lineOf(limits, name)]),
  // Address space randomisation, name of the machine: setarch(8).
  ["personality", (place) => place[6]],
  ["security label", (place) => place[7]],
  ...["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"].map((
    name,
    index
  ): Fact => [`${name} namespace`, (place) => place[8 + index]])
]

/**
 * Why a process at one place must do its work itself: the first difference to another place that could be noticed,
 * `undefined` when there is none. `limitsOf` tells what a control group (`/proc/[pid]/cgroup`) allows that differs from
 * the other one.
 */
export const difference = (
  request: Place,
  own: Place,
  limitsOf: (cgroup: string, other: string) => string
): string | undefined => {
  // Someone who watches fbuild wants to see what it does.
  const tracer = lineOf(request[2], "TracerPid:")
  if (tracer !== "" && tracer !== "0") return `traced by process ${tracer}`
  for (const [name, of] of facts) {
    const [one, other] = [of(request), of(own)]
    if (one !== other) return `${name} is ${one}, here ${other}`
  }
  const [cgroup = "", ownCgroup = ""] = [request[5], own[5]]
  if (cgroup === ownCgroup) return undefined
  // Most shells have a control group of their own. What counts is whether it allows less.
  const [allowed, ownAllowed] = [limitsOf(cgroup, ownCgroup), limitsOf(ownCgroup, cgroup)]
  return allowed === ownAllowed ? undefined : `control group allows ${allowed}, here ${ownAllowed}`
}

/** What follows a name at the start of a line. */
const lineOf = (text: string = "", name: string): string => {
  const start = text.startsWith(name) ? 0 : text.indexOf(`\n${name}`) + 1
  if (start === 0 && !text.startsWith(name)) return ""
  const end = text.indexOf("\n", start)
  return text.slice(start + name.length, end < 0 ? undefined : end).trim()
}

/** A field of `/proc/[pid]/stat`. The command's name is in parentheses and may hold anything; the third field follows it. */
const fieldOf = (stat: string = "", number: number): string =>
  stat.slice(stat.lastIndexOf(")") + 2).split(" ")[number - 3] ?? ""
