// @effect-diagnostics nodeBuiltinImport:off -- exclusive files, which no Effect service models
import * as Fs from "node:fs"
import { processState } from "../disk/processName.ts"

/** Where processes claim something: by files in a folder, which exists, whose names are `prefix` and those of the processes. */
export interface Claims {
  readonly folder: string
  readonly prefix: string
}

/** A claim of a living process, or of one that cannot be seen from here. */
export interface Claim {
  readonly path: string
  /** `undefined` in another pid namespace: here the number may be another process's. */
  readonly pid: number | undefined
}

/** A claim that this process has put, while no other process that it can see holds one. */
export interface OwnClaim {
  readonly release: () => void
  /** The claims of other pid namespaces, whose processes cannot be seen from here. */
  readonly foreign: ReadonlyArray<string>
}

/** What is at the end of the name of a claim that is being made. */
export const beingMade = ".new"

/**
 * Claims something for the process `name`, whose file `put` makes. Each claimant puts a file of its own name there and only then looks for
 * others: of two at once at least one sees the other. It leaves when there is a living one. The file of a dead process, also
 * of one whose pid has been given to another, is nobody's and is removed.
 *
 * Returns `undefined` when another process holds one, or is about to leave for the same reason. Throws what Node throws.
 */
export const makeClaim = (
  { folder, prefix }: Claims,
  name: string,
  put: (path: string) => void
): OwnClaim | undefined => {
  const own = `${folder}/${prefix}${name}`
  put(own)
  const release = () => Fs.rmSync(own, { force: true })
  const foreign: Array<string> = []
  for (const file of Fs.readdirSync(folder)) {
    if (!file.startsWith(prefix)) continue
    const isMade = !file.endsWith(beingMade)
    const other = file.slice(prefix.length, isMade ? undefined : -beingMade.length)
    const state = other === name ? undefined : processState(other)
    if (state === "dead") Fs.rmSync(`${folder}/${file}`, { force: true })
    if (state === "elsewhere" && isMade) foreign.push(`${folder}/${file}`)
    if (state === "alive" && isMade) {
      release()
      return undefined
    }
  }
  return { release, foreign }
}

/** The claims of living processes, this one among them, and of other pid namespaces. */
export const claimsOf = ({ folder, prefix }: Claims): ReadonlyArray<Claim> => {
  try {
    return Fs.readdirSync(folder).flatMap((file) => {
      const name = file.slice(prefix.length)
      const state = file.startsWith(prefix) ? processState(name) : undefined
      if (state !== "alive" && state !== "elsewhere") return []
      return [{ path: `${folder}/${file}`, pid: state === "alive" ? Number.parseInt(name, 10) : undefined }]
    })
  } catch {
    return []
  }
}
