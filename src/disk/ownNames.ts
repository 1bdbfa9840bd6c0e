/** What the names of files begin with by which processes claim the build folder beside them. */
export const lockPrefix = ".fbuild-lock-"

/** Whether it is a name that building puts into a project, whatever is in it. */
export const isOwnName = (name: string): boolean =>
  name === ".fbuild" || name === "compile_commands.json" || name.startsWith(lockPrefix)
