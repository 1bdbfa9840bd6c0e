import { type Argument, classifyArguments } from "./classifyArguments.ts"
import { belowSysroot } from "./sysroot.ts"

/** The arguments of a link, whatever its driver is called. */
export const linkArguments = ([, ...words]: ReadonlyArray<string>): ReadonlyArray<Argument> =>
  classifyArguments(["gcc", ...words]) ?? []

/** Folders where a link is told to look; those of its driver before those that are for the linker alone. */
export const linkFolders = (args: ReadonlyArray<Argument>): ReadonlyArray<string> =>
  args.flatMap(({ name, value }) => folderOptions.includes(name) ? [belowSysroot(value)] : [])

const folderOptions = ["-L", "--library-path", "--library-directory"]
