// @effect-diagnostics nodeBuiltinImport:off -- exclusive files and /proc, which no Effect service models
import * as Fs from "node:fs"

/**
 * Claims to be the one daemon of a folder. Each claimant puts a file of its own there, named for its pid and start time,
 * and only then looks for others: of two at once at least one sees the other. It leaves when there is a living one. The
 * file of a dead process, also of one whose pid has been given to another, is nobody's and is removed.
 *
 * Returns what gives the claim up; `undefined` when another process holds one, or is about to leave for the same reason.
 */
export const claim = (folder: string): (() => void) | undefined => {
  const claims = `${folder}/claims`
  const own = claimName(process.pid)
  Fs.mkdirSync(claims, { recursive: true, mode: 0o700 })
  Fs.writeFileSync(`${claims}/${own}`, "")
  const release = () => Fs.rmSync(`${claims}/${own}`, { force: true })
  for (const name of Fs.readdirSync(claims)) {
    if (name === own) continue
    if (isHeld(name)) {
      release()
      return undefined
    }
    Fs.rmSync(`${claims}/${name}`, { force: true })
  }
  return release
}

/** The pid of the process that claims the folder. */
export const claimant = (folder: string): number | undefined => {
  try {
    return Fs.readdirSync(`${folder}/claims`).filter(isHeld).map((name) => Number.parseInt(name, 10))[0]
  } catch {
    return undefined
  }
}

/** Asks the process that claims the folder to end. */
export const endClaimant = (folder: string): void => {
  const pid = claimant(folder)
  try {
    if (pid !== undefined) process.kill(pid, "SIGTERM")
  } catch {
    // It has just ended.
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
