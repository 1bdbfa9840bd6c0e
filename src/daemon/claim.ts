// @effect-diagnostics nodeBuiltinImport:off -- a folder for claims
import * as Fs from "node:fs"
import { ownName } from "../disk/processName.ts"
import { type Claims, claimsOf, makeClaim } from "./claims.ts"

/** Claims to be the one daemon of a folder; see `makeClaim`. */
export const claim = (folder: string): (() => void) | undefined => {
  const claims = claimsIn(folder)
  Fs.mkdirSync(claims.folder, { recursive: true, mode: 0o700 })
  return makeClaim(claims, ownName(), (path) => Fs.writeFileSync(path, ""))?.release
}

/** The pid of the process that claims the folder. */
export const claimant = (folder: string): number | undefined => claimsOf(claimsIn(folder))[0]?.pid

/** Asks the process that claims the folder to end, or ends it. */
export const endClaimant = (folder: string, signal: "SIGTERM" | "SIGKILL"): void => {
  const pid = claimant(folder)
  try {
    if (pid !== undefined) process.kill(pid, signal)
  } catch {
    // It has just ended.
  }
}

const claimsIn = (folder: string): Claims => ({ folder: `${folder}/claims`, prefix: "" })
