// @effect-diagnostics nodeBuiltinImport:off -- /proc, which no Effect service models
import * as Fs from "node:fs"

/**
 * A name of this process for what it leaves for others to see: its pid, its start time and, for those who may be in another one, its pid
 * namespace. No process that comes later has it.
 */
export const ownName = (namespace = ""): string => `${ownProcess ??= processName(process.pid)}${namespace}`

/** To ask takes a third of a millisecond in a process of many threads, and neither ever changes. */
let ownProcess: string | undefined
let ownNamespace: string | undefined

/** The pid namespace of this process as part of a name; empty where there are none. Source: pid_namespaces(7). */
export const pidNamespace = (): string => ownNamespace ??= namespaceNow()

/** What has become of the process of such a name: `elsewhere`, it cannot be seen from here. `undefined`: it is no such name. */
export const processState = (name: string): "alive" | "dead" | "elsewhere" | undefined => {
  const [, own, pid, namespace] = /^((\d+)-\d+)(-\d+)?$/.exec(name) ?? []
  if (pid === undefined) return undefined
  if (namespace !== undefined && namespace !== pidNamespace()) return "elsewhere"
  const isAlive = Number(pid) > 0 && startOf(Number(pid)) !== undefined && processName(Number(pid)) === own
  return isAlive ? "alive" : "dead"
}

const processName = (pid: number): string => `${pid}-${startOf(pid) ?? "0"}`

const namespaceNow = (): string => {
  try {
    return `-${/\d+/.exec(Fs.readlinkSync("/proc/self/ns/pid"))}`
  } catch {
    return ""
  }
}

/**
 * When a process started, in ticks since the machine did, `0` where there is no /proc; `undefined` when it does not live.
 * Source: proc(5), `/proc/[pid]/stat` fields 3 (state) and 22 (starttime).
 */
const startOf = (pid: number): string | undefined => {
  try {
    process.kill(pid, 0)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EPERM") return undefined
  }
  if (!Fs.existsSync("/proc/self/stat")) return "0"
  try {
    const stat = Fs.readFileSync(`/proc/${pid}/stat`, "latin1")
    const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
    return state === "Z" || state === "X" ? undefined : fields[18]
  } catch {
    return undefined
  }
}
