import { classifyArguments } from "./classifyArguments.ts"
import type { Uncacheable } from "./Fingerprint.ts"

/** The first word of a command, response files in place, because of which nobody can tell what it reads. */
export const untoldFlag = (argv: ReadonlyArray<string>): Uncacheable | undefined => {
  const found = classifyArguments(argv)?.find((one) => one.class === "untold")
  return found === undefined ? undefined : { _tag: "UncacheableFlag", flag: found.flag, why: found.why ?? "" }
}

/** Files of options that a command takes from project files of their own. */
export const specsFiles = (argv: ReadonlyArray<string>): ReadonlyArray<string> =>
  (classifyArguments(argv) ?? []).flatMap(({ name, value }) => /^--?specs$/.test(name) ? [value] : [])

/**
 * Whether specs lead to further files: by `%include`, or by an option that looks for some. Source: GCC manual, "Spec Files".
 */
export const specsLeadFurther = (text: string): boolean =>
  /%include|(?:^|[\s{}:<>|])-(?:I|i[a-z]|L|l|T|B|D\S*__has|wrapper|fplugin|fprofile-use|-sysroot|Wl,|Wa,|Wp,|X)/.test(
    text
  )

/** Whether a link looks for libraries below a root, in folders that nobody names. */
export const linksBelowRoot = (argv: ReadonlyArray<string>): boolean =>
  (classifyArguments(argv) ?? []).some(({ name }) => name === "--sysroot" || name === "-isysroot")
