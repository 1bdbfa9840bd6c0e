// @effect-diagnostics nodeBuiltinImport:off -- exclusive files and /proc, which no Effect service models
import * as Fs from "node:fs"

/** A claim of a living process, or of one that cannot be seen from here. */
export interface Claim {
  /** `undefined` in another pid namespace: here the number may be another process's. */
  readonly pid: number | undefined
  /** What the process says of it; empty while it is being made. */
  readonly text: string
}

/** A claim that this process has put, while no other process that it can see holds one. */
export interface OwnClaim {
  readonly release: () => void
  /** Names of the claims of other pid namespaces, whose processes cannot be seen from here. */
  readonly foreign: ReadonlyArray<string>
}

/** The name of a claim of this process: its pid, its start time and, for those who may be in another one, its pid namespace. */
export const ownName = (namespace = ""): string => `${processName(process.pid)}${namespace}`

/**
 * Claims a folder, which exists, for this process. Each claimant puts a file of its own name there and only then looks for
 * others: of two at once at least one sees the other. It leaves when there is a living one. The file of a dead process, also
 * of one whose pid has been given to another, is nobody's and is removed.
 *
 * Returns `undefined` when another process holds one, or is about to leave for the same reason. Throws what Node throws.
 */
export const makeClaim = (folder: string, name: string, text = ""): OwnClaim | undefined => {
  Fs.writeFileSync(`${folder}/${name}`, text)
  const release = () => Fs.rmSync(`${folder}/${name}`, { force: true })
  const foreign: Array<string> = []
  for (const other of Fs.readdirSync(folder)) {
    if (other === name || other.startsWith(`${name}.`)) continue
    const held = isHeld(other)
    if (held === false) {
      Fs.rmSync(`${folder}/${other}`, { force: true })
    } else if (isClaim(other)) {
      if (held === undefined) {
        foreign.push(other)
      } else {
        release()
        return undefined
      }
    }
  }
  return { release, foreign }
}

/** The claims of living processes, this one among them, and of other pid namespaces. */
export const claimsOf = (folder: string): ReadonlyArray<Claim> => {
  try {
    return Fs.readdirSync(folder).filter((name) => isClaim(name) && isHeld(name) !== false).map((name) => ({
      pid: isHeld(name) === undefined ? undefined : Number.parseInt(name, 10),
      text: textOf(`${folder}/${name}`)
    }))
  } catch {
    return []
  }
}

/** The pid namespace of this process as part of a claim's name; empty where there are none. Source: pid_namespaces(7). */
export const pidNamespace = (): string => {
  try {
    return `-${/\d+/.exec(Fs.readlinkSync("/proc/self/ns/pid"))}`
  } catch {
    return ""
  }
}

/** Whether a file is a claim, not what belongs to one. */
const isClaim = (name: string): boolean => !name.includes(".")

/** Empty if it has just been given up. */
const textOf = (path: string): string => {
  try {
    return Fs.readFileSync(path, "utf8")
  } catch {
    return ""
  }
}

const processName = (pid: number): string => `${pid}-${startOf(pid) ?? "0"}`

/** Whether the process of a claim, or of what belongs to one, is alive; `undefined` when it cannot be seen from here. */
const isHeld = (name: string): boolean | undefined => {
  const [, own, pid, namespace] = /^((\d+)-\d+)(-\d+)?(?:\.|$)/.exec(name) ?? []
  if (pid === undefined) return false
  if (namespace !== undefined && namespace !== pidNamespace()) return undefined
  return Number(pid) > 0 && startOf(Number(pid)) !== undefined && processName(Number(pid)) === own
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
