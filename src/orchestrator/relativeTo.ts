/** A path inside the project as relative to it, any other as it is: two checkouts then plan the same text. */
export const relativeTo = (projectDir: string, path: string): string =>
  path === projectDir ? "." : path.startsWith(`${projectDir}/`) ? path.slice(projectDir.length + 1) : path
