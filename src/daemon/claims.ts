// @effect-diagnostics nodeBuiltinImport:off -- exclusive files and /proc, which no Effect service models
import * as Fs from "node:fs"

/** A claim of a living process. */
export interface Claim {
  readonly pid: number
  /** What the process says of it; empty while it is being made. */
  readonly text: string
}

/**
 * Claims a folder, which exists, for this process. Each claimant puts a file of its own there, named for its pid and start
 * time, and only then looks for others: of two at once at least one sees the other. It leaves when there is a living one.
 * The file of a dead process, also of one whose pid has been given to another, is nobody's and is removed.
 *
 * Returns what gives the claim up; `undefined` when another process holds one, or is about to leave for the same reason.
 * Throws what Node throws.
 */
export const makeClaim = (folder: string, text = ""): (() => void) | undefined => {
  const own = claimName(process.pid)
  Fs.writeFileSync(`${folder}/${own}`, text)
  const release = () => Fs.rmSync(`${folder}/${own}`, { force: true })
  for (const name of Fs.readdirSync(folder)) {
    if (name === own) continue
    if (isHeld(name)) {
      release()
      return undefined
    }
    Fs.rmSync(`${folder}/${name}`, { force: true })
  }
  return release
}

/** The claims of other living processes, and of this one. */
export const claimsOf = (folder: string): ReadonlyArray<Claim> => {
  try {
    return Fs.readdirSync(folder).filter(isHeld).map((name) => ({
      pid: Number.parseInt(name, 10),
      text: textOf(`${folder}/${name}`)
    }))
  } catch {
    return []
  }
}

/** Empty if it has just been given up. */
const textOf = (path: string): string => {
  try {
    return Fs.readFileSync(path, "utf8")
  } catch {
    return ""
  }
}

const claimName = (pid: number): string => `${pid}-${startOf(pid) ?? "0"}`

const isHeld = (name: string): boolean => {
  const pid = Number.parseInt(name, 10)
  return pid > 0 && startOf(pid) !== undefined && claimName(pid) === name
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
