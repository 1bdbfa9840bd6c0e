// @effect-diagnostics nodeBuiltinImport:off -- exclusive files, which no Effect service models
import * as Fs from "node:fs"
import { isOfLiving } from "../disk/processName.ts"

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
    const held = isOfLiving(other)
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
    return Fs.readdirSync(folder).filter((name) => isClaim(name) && isOfLiving(name) !== false).map((name) => ({
      pid: isOfLiving(name) === undefined ? undefined : Number.parseInt(name, 10),
      text: textOf(`${folder}/${name}`)
    }))
  } catch {
    return []
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
