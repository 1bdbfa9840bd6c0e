import { classifyArguments } from "./classifyArguments.ts"
import type { Uncacheable } from "./Fingerprint.ts"

/** The first word of a command, response files in place, because of which nobody can tell what it reads. */
export const untoldFlag = (argv: ReadonlyArray<string>): Uncacheable | undefined => {
  const found = classifyArguments(argv)?.find((one) => one.class === "untold")
  return found === undefined ? undefined : { _tag: "UncacheableFlag", flag: found.flag, why: found.why ?? "" }
}
