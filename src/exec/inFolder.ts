/*
 * Paths as depfiles have them: relative to where the compiler runs, which is `.`, and without `./` in front. What is in the
 * root is in the empty folder.
 */

/** The path of a file of a folder. */
export const inFolder = (folder: string, name: string): string => folder === "." ? name : `${folder}/${name}`

/** What `inFolder` was given to make this path; `undefined` when it is not in that folder. */
export const belowFolder = (path: string, folder: string): string | undefined =>
  folder === "."
    ? path.startsWith("/") ? undefined : path
    : path.startsWith(folder) && path[folder.length] === "/"
    ? path.slice(folder.length + 1)
    : undefined

/** The folder that a path is directly in. */
export const folderOf = (path: string): string => path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "."
