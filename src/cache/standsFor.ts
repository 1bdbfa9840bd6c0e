import { modifiedOf } from "../disk/Disk.ts"
import type { KnownDigest } from "./BuildState.ts"

/** Stands for the content of a file and when it was modified. */
export const digestAtTime = ({ digest, signature }: KnownDigest): string => `${digest} ${modifiedOf(signature)}`

/** Whether an action that read this then would read the same now. */
export const standsFor = (before: string | undefined, now: KnownDigest | undefined): boolean =>
  now !== undefined && (before === now.digest || before === digestAtTime(now))
