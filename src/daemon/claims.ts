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
export const makeClaim = (claims: Claims, name: string, put: (path: string) => void): OwnClaim | undefined => {
  const own = `${claims.folder}/${claims.prefix}${name}`
  put(own)
  const release = () => Fs.rmSync(own, { force: true })
  try {
    const foreign = foreignClaims(claims, name)
    if (foreign !== undefined) return { release, foreign }
  } catch (cause) {
    release()
    throw cause
  }
  release()
  return undefined
}

/** Those of other pid namespaces; `undefined` if a living process in this one has one, too. Removes those of dead ones. */
const foreignClaims = ({ folder, prefix }: Claims, own: string): ReadonlyArray<string> | undefined => {
  const foreign: Array<string> = []
  for (const file of Fs.readdirSync(folder)) {
    if (!file.startsWith(prefix)) continue
    const isMade = !file.endsWith(beingMade)
    const name = file.slice(prefix.length, isMade ? undefined : -beingMade.length)
    const state = name === own ? undefined : processState(name)
    if (state === "dead") Fs.rmSync(`${folder}/${file}`, { force: true })
    if (state === "elsewhere" && isMade) foreign.push(`${folder}/${file}`)
    if (state === "alive" && isMade) return undefined
  }
  return foreign
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
